"""The figures that a bill is reckoned from, out of the tables of the other benchmarks."""

from collections.abc import Mapping
from typing import Final

from bench.measured import Measured
from bench.usage import Aside, Clocked, Figures, Folded, Read

# What the fold's tables call the traffic of a level.
SPARSE: Final = "sparse"
SLOW: Final = "0.4 a second, 20 codes"
BUSY: Final = "1,000 even codes"
HOT: Final = "one hot code"

# The functions whose cold starts were measured, and where.
COLD: Final[Mapping[str, tuple[str, str]]] = {
    "Redirect": ("cold-redirect", "a redirect"),
    "APIHandler": ("cold-api", "`GET /v1/dynamic"),
    "Fold": ("cold-api", "a batch of 10 scans"),
    "Events": ("cold-api", "`events` imported"),
}
CLOCK: Final = ("Tick", "Slow", "Sweep", "Recount")
TABLES: Final = ("scans", "visitors", "rollups")
# Of the smaller of two links; the larger one's cost the same.
READS: Final = tuple(f"{name} | 100000" for name in ("summary of a year", "a year by day", "`dynamic`, 365 days"))


def figures(found: Measured) -> Figures:
    """All of them. Raises Missing for the first that was not measured."""
    return Figures(
        redirect_cpu_ms=found.number("redirect", "the whole redirect", "CPU, µs") / 1000,
        call_cpu_ms=found.number("redirect", "botocore's `put_item`", "CPU, µs") / 1000,
        fold=_folded(found),
        slug=_aside(found, "a slug"),
        told=_aside(found, "a batch of counted scans"),
        key=_aside(found, "a key"),
        swept=_aside(found, "the sweep"),
        init_ms={function: found.number(*where, "ours, ms") for function, where in COLD.items()},
        item_bytes={table: found.number("stored", table, "bytes") for table in TABLES},
        reads=[_read(found, row) for row in READS],
        clock=[_clocked(found, function) for function in CLOCK],
    )


def _folded(found: Measured) -> dict[str, Folded]:
    columns = ("write units", "read units", "CPU, ms")
    alone, busy, hot = (Folded(*(found.number("fold", row, it) for it in columns)) for row in (SPARSE, BUSY, HOT))
    # Read units by rate are not measured; those of a scan alone are the most.
    slow = Folded(
        found.number("fold-rates", "0.4 | 20", "write units"),
        alone.reads,
        found.number("fold-rates", "0.4 | 20", "CPU, ms"),
    )
    return {SPARSE: alone, SLOW: slow, BUSY: busy, HOT: hot}


def _aside(found: Measured, what: str) -> Aside:
    return Aside(*(found.number("asides", what, column) for column in ("calls", "read units", "write units")))


def _read(found: Measured, row: str) -> Read:
    columns = ("requests", "read units", "CPU, ms")
    return Read(row.split(" | ")[0], *(found.number("reading", row, column) for column in columns))


def _clocked(found: Measured, function: str) -> Clocked:
    columns = ("runs", "calls", "read units", "write units", "SQS requests", "waits")
    return Clocked(function, *(found.number("idle", function, column) for column in columns))
