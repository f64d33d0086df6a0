"""The figures of a bill come from the other benchmarks' tables, each from its own cell."""

from collections.abc import Sequence

import pytest

from bench import figures
from bench.measured import Measured, Missing
from bench.outcome import Cell, Section
from bench.usage import Aside, Clocked, Folded, Read

FOLD: Sequence[Sequence[Cell]] = [
    ("one hot code", 5.0, 1.0, 0.5),
    ("sparse: alone, the 10th of its day", 14.0, 7.0, 2.0),
    ("1,000 even codes, 200 scans in 2 s", 10.0, 3.0, 0.9),
]
ASIDES: Sequence[Sequence[Cell]] = [
    ("a slug that a redirect has not read lately", 1, 0.5, 0),
    ("a key and its limit, before an answer", 3, 2.0, 1),
    ("a batch of counted scans, told to nobody", 2, 2.0, 0),
    ("the sweep, each scan", 0.1, 0.8, 0.02),
]
COLD: Sequence[Sequence[Cell]] = [
    ("`GET /v1/dynamic/{id}`", 900, 500),
    ("a batch of 10 scans folded", 700, 400),
    ("`events` imported", 300, 250),
]
UNITS = ("calls of DynamoDB", "read units", "write units")


def sections() -> dict[str, Section]:
    """What the benchmarks report, as far as a bill wants it."""
    tables: dict[str, tuple[Sequence[str], Sequence[Sequence[Cell]]]] = {
        "redirect": (
            ("one scan", "CPU, µs"),
            [("botocore's `put_item`", 700.0), ("the whole redirect: event in, scan written, answer out", 300.0)],
        ),
        "fold": (("", "write units", "read units", "CPU, ms"), FOLD),
        "fold-rates": (
            ("scans a second", "codes", "write units", "CPU, ms"),
            [(0.4, 1, 11.0, 1.5), (0.4, 20, 12.0, 1.6)],
        ),
        "asides": (("what", *UNITS), ASIDES),
        "cold-redirect": (
            ("first answer", "Chalice's zip, ms", "ours, ms"),
            [("a redirect", 500, 200)],
        ),
        "cold-api": (("first answer", "Chalice's zip, ms", "ours, ms"), COLD),
        "stored": (("table", "bytes an item"), [("scans", 400), ("visitors", 120), ("rollups", 700)]),
        "reading": (
            ("answer", "scans", "requests", "read units", "CPU, ms"),
            [(row.split(" | ")[0], scans, 4, 6.0, 9.0) for row in figures.READS for scans in (100_000, 1_000_000)],
        ),
        "idle": (
            ("function", "runs a month", *UNITS, "SQS requests", "waits, ms"),
            [(name, 100, 2, 3.0, 1, 1, 1000) for name in figures.CLOCK],
        ),
    }
    return {name: Section(name, name, columns, rows) for name, (columns, rows) in tables.items()}


def test_each_figure_comes_from_its_own_cell() -> None:
    found = figures.figures(Measured(sections()))
    assert (found.redirect_cpu_ms, found.call_cpu_ms) == (0.3, 0.7)
    assert found.fold == {
        figures.SPARSE: Folded(writes=14, reads=7, cpu_ms=2),
        figures.SLOW: Folded(writes=12, reads=7, cpu_ms=1.6),
        figures.BUSY: Folded(writes=10, reads=3, cpu_ms=0.9),
        figures.HOT: Folded(writes=5, reads=1, cpu_ms=0.5),
    }
    assert found.slug == Aside(calls=1, reads=0.5, writes=0)
    assert found.key == Aside(calls=3, reads=2, writes=1)
    assert found.told == Aside(calls=2, reads=2, writes=0)
    assert found.swept == Aside(calls=0.1, reads=0.8, writes=0.02)
    assert found.init_ms == {"Redirect": 200, "APIHandler": 500, "Fold": 400, "Events": 250}
    assert found.item_bytes == {"scans": 400, "visitors": 120, "rollups": 700}
    assert found.reads[0] == Read("summary of a year", calls=4, reads=6, cpu_ms=9)
    assert found.clock[0] == Clocked("Tick", 100, calls=2, reads=3, writes=1, queue_calls=1, waits_ms=1000)


@pytest.mark.parametrize("name", sections())
def test_no_section_may_be_absent(name: str) -> None:
    some = {key: section for key, section in sections().items() if key != name}
    with pytest.raises(Missing, match=f"section `{name}` is not in bench/results.json: run `make bench`"):
        figures.figures(Measured(some))
