"""`make bench`: every benchmark, one after another."""

import ast
import json
from pathlib import Path

import pytest

from bench import documents, results, suite
from bench.outcome import Limit, Section

GOOD = Section("good", "What is good", ("what",), [("all",)], (Limit("calls", 1, 2),))
BAD = Section("bad", "What is bad", ("what",), [("some",)], (Limit("calls", 3, 2), Limit("bytes", 1, 1)))


@pytest.fixture
def page(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document of a checkout in which the suite runs; benchmarks measure nothing."""
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    monkeypatch.setattr(suite, "BENCHMARKS", ("good", "bad"))
    monkeypatch.setattr(documents, "DOCUMENTS", ("page.md",))
    path = tmp_path / "page.md"
    path.write_text("<!-- bench: good -->\n<!-- /bench -->\n")
    return path


def _measuring(monkeypatch: pytest.MonkeyPatch, **found: Section) -> None:
    monkeypatch.setattr(suite, "measured", lambda benchmark: [found[benchmark]])


def test_results_and_documents_are_written_and_the_exit_code_is_0_when_all_limits_are_kept(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _measuring(monkeypatch, good=GOOD, bad=Section("bad", "Not bad", ("what",), [("some",)]))
    assert suite.main() == 0
    assert list(results.sections()) == ["good", "bad"]
    assert list(results.read()["seconds"]) == ["good", "bad"]
    assert "| all |" in page.read_text()
    said = capsys.readouterr()
    assert "## What is good" in said.out
    assert "missed" not in said.err


def test_a_missed_limit_is_named_and_makes_the_exit_code_1(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _measuring(monkeypatch, good=GOOD, bad=BAD)
    assert suite.main() == 1
    assert capsys.readouterr().err.splitlines()[-1] == "quietzone: missed: What is bad: calls is 3, at most 2"
    assert results.sections()["bad"].limits[0].kept is False


def test_what_was_measured_so_far_is_there_for_the_next_benchmark(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def measured(benchmark: str) -> list[Section]:
        seen.append(list(results.sections()))
        return [Section(benchmark, benchmark, ("what",), [("all",)])]

    monkeypatch.setattr(suite, "measured", measured)
    suite.main()
    assert seen[1] == ["good"]


def test_the_last_line_that_a_benchmark_prints_is_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bench").mkdir()
    line = json.dumps([GOOD.as_json()])
    (tmp_path / "bench" / "small.py").write_text(f"import sys\nprint('warming up', sys.argv)\nprint({line!r})\n")
    (tmp_path / "bench" / "broken.py").write_text("raise SystemExit(3)\n")
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    (found,) = suite.measured("small")
    assert (found.name, found.limits) == ("good", GOOD.limits)
    with pytest.raises(Exception, match="exit status 3"):
        suite.measured("broken")


@pytest.mark.parametrize("benchmark", suite.BENCHMARKS)
def test_every_benchmark_is_there_and_can_be_measured(benchmark: str) -> None:
    tree = ast.parse((suite.ROOT / "bench" / f"{benchmark}.py").read_text())
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert "measure" in defined
    assert "outcome.main(measure" in ast.unparse(tree.body[-1])
