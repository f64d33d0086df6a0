"""The tables of the documents are those of the results."""

import re
from pathlib import Path

import pytest

from bench import documents, outcome
from tests.bench.conftest import SECTIONS

PAGE = """# Performance

Before. | a table | of somebody's own |

<!-- bench: scan -->
<!-- /bench -->

Between.

<!-- bench: load-cpu -->
an old table
and more of it
<!-- /bench -->
After.
"""


def test_tables_stand_between_their_marks_and_all_else_stays(stored: Path) -> None:
    scan, load = map(outcome.body, SECTIONS)
    assert documents.written(PAGE) == (
        "# Performance\n\nBefore. | a table | of somebody's own |\n\n"
        f"<!-- bench: scan -->\n\n{scan}\n\n<!-- /bench -->\n\n"
        "Between.\n\n"
        f"<!-- bench: load-cpu -->\n\n{load}\n\n<!-- /bench -->\n"
        "After.\n"
    )


def test_writing_again_changes_nothing(stored: Path) -> None:
    once = documents.written(PAGE)
    assert documents.written(once) == once


def test_a_mark_that_no_section_has_is_refused(stored: Path) -> None:
    with pytest.raises(KeyError, match="unheard-of"):
        documents.written("<!-- bench: unheard-of -->\n<!-- /bench -->\n")


def test_the_machine_and_the_minutes_are_told(stored: Path) -> None:
    written = documents.written("<!-- bench: machine -->\n<!-- /bench -->")
    assert re.search(r"Measured on \d{4}-\d\d-\d\d with Python 3\.\d+.* on \d+ cores .*, in 2\.5 minutes\.", written)


def test_every_document_of_a_checkout_is_written(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "DOCUMENTS", ("one.md", "other.md"))
    for name in documents.DOCUMENTS:
        (tmp_path / name).write_text(PAGE)
    documents.write(tmp_path)
    for name in documents.DOCUMENTS:
        assert (tmp_path / name).read_text() == documents.written(PAGE)
