"""What the documents say of performance is what the committed run of `make bench` found: bench/results.json."""

from pathlib import Path

import pytest

from bench import documents, results, suite

ROOT = Path(__file__).parent.parent
MOST_SECONDS = 600


@pytest.mark.parametrize("name", documents.DOCUMENTS)
def test_the_tables_of_the_documents_are_those_of_the_committed_run(name: str) -> None:
    text = (ROOT / name).read_text()
    assert documents.written(text) == text


def test_every_table_is_in_a_document() -> None:
    texts = "".join((ROOT / name).read_text() for name in documents.DOCUMENTS)
    assert [name for name in results.sections() if f"<!-- bench: {name} -->" not in texts] == []


def test_the_committed_run_has_every_benchmark_and_took_less_than_ten_minutes() -> None:
    seconds = results.read()["seconds"]
    assert list(seconds) == list(suite.BENCHMARKS)
    assert sum(seconds.values()) < MOST_SECONDS


def test_the_committed_run_kept_every_limit() -> None:
    assert suite.missed(list(results.sections().values())) == []
