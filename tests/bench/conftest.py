"""Results of a run that never was."""

from pathlib import Path

import pytest

from bench import results
from bench.outcome import Limit, Section

SECTIONS = (
    Section("scan", "A scan", ("what", "ms"), [("redirect", 0.25)], (Limit("ms a scan", 0.25, 0.5),)),
    Section("load-cpu", "Load", ("what",), [("fold",)], (), r"A note with \1 in it."),
)


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that holds them, instead of the committed one."""
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results.json")
    results.write(SECTIONS, {"scan": 60.0, "load": 90.0})
    return tmp_path / "results.json"
