"""A scan: its key, its facts, and what the rollups hold of it.

A scan item is written once by the redirect, with `pending = rev = 1` and a raw user agent. The fold judges it,
counts it, takes `pending` and the user agent away, and notes in `counted` what the rollups now hold of it. Whoever
changes a scan afterwards raises `rev`, which never falls: so nobody writes on the strength of an older reading.
"""

from dataclasses import dataclass

from chalicelib.core.arrivals import FACT_NAMES, Arrival, Facts, Unjudged
from chalicelib.core.scan_keys import END_MS, ScanKey, index_partition, partition, sort_from

# A scan and its parts; the redirect, which imports as little as it can, takes these from their own files.
__all__ = [
    "END_MS",
    "FACT_NAMES",
    "Arrival",
    "Change",
    "Facts",
    "Scan",
    "ScanKey",
    "Unjudged",
    "index_partition",
    "partition",
    "sort_from",
]


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as it is stored. `pending` is the revision that waits to be folded, 0 when none does.

    `signs` and `rules` are those of its verdict, `expires` is in Unix seconds. `ended` tells that its conversation is
    over, `reported_ms` when the last report of it came, `completed_ms` when it was over for the first time: that never
    goes, whatever is reported afterwards. `failures` counts how often folding failed by the scan's own fault; a
    `poisoned` one was set aside for it. Of a `damaged` scan, which cannot be read, this much is known and no more: its
    key, and whether it is pending or poisoned.
    """

    key: ScanKey
    rev: int
    pending: int
    facts: Facts
    unjudged: Unjudged | None = None
    counted: Facts | None = None
    first: bool | None = None
    signs: str = ""
    rules: int = 0
    expires: int | None = None
    failures: int = 0
    poisoned: bool = False
    damaged: bool = False
    ended: bool = False
    reported_ms: int | None = None
    completed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A scan's way from what the rollups hold of it to what they shall hold; either may be nothing."""

    key: ScanKey
    before: Facts | None
    after: Facts | None
