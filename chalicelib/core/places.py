"""Where scans stand in a list: their order, and how the rollups' quarter-hours tell what lies where.

A list is never counted by reading it. The rollups hold how many scans each quarter-hour has, so an offset is found by
adding quarters up, and only those that hold the page are read:

    quarter   0    1    2    3    4          offset 45, limit 10: skip 5 of quarter 2 (40 lie before it), read on
    scans    30   10   20    0   50          until 10 are found: quarters 2 and 4 were read, the others were not
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final, NamedTuple

from chalicelib import ids
from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, QUARTER_MS
from chalicelib.core.rollups import Rollup
from chalicelib.core.scans import Scan, ScanKey

QUARTERS_A_DAY: Final = DAY_MS // QUARTER_MS

# Quarters are read in one go over a gap in which no more bots can lie: a query more costs about as much.
FEW_BOTS: Final = 1_000

_SCAN: Final = "scan_"


class Span(NamedTuple):
    """From a time to just before another, in milliseconds."""

    first_ms: int
    end_ms: int

    def cut(self, other: "Span") -> "Span":
        """What of this one lies in another."""
        return Span(max(self.first_ms, other.first_ms), min(self.end_ms, other.end_ms))


class Place(NamedTuple):
    """Where a scan stands among all of an organization: no two stand at the same place."""

    ms: int
    random: str
    link: int
    slot: int

    @classmethod
    def of(cls, key: ScanKey) -> "Place":
        return cls(key.ms, key.random, key.link, key.slot)

    def encode(self) -> str:
        """An opaque text of lower-case letters and digits."""
        return str(ids.ScanId(self.link, self.slot, self.ms, int(self.random, 16))).removeprefix(_SCAN)

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """The place behind what `encode` gave, None for anything else."""
        found = ids.ScanId.parse(_SCAN + text)
        return cls(found.ms, f"{found.random:016x}", found.link, found.slot) if found else None


def is_listed(scan: Scan) -> bool:
    """Whether a scan is in the totals: it is counted, and as a human's. One that waits to be counted anew stays."""
    return scan.counted is not None and not scan.counted.bot


class Part(NamedTuple):
    """What of a quarter-hour lies in a span, the `whole` of it, and how many scans that has."""

    span: Span
    whole: Span
    scans: int


class Run(NamedTuple):
    """A part of a list to be read in one go, within `span`, from the slots (or homes) that hold any of it.

    `scans` is how many are likely to be taken from it.
    """

    span: Span
    slots: tuple[int, ...]
    scans: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many scans a list has: by quarter-hour, counted since 1970, and bots by day, which are beside the list.

    `slots` are those (or the homes) that have any scan on a day.
    """

    scans: Mapping[int, int]
    bots: Mapping[int, int]
    slots: Mapping[int, frozenset[int]]

    TABLES: ClassVar = (r.QUARTERS, r.BOTS)  # of rollups, that it is made of

    @classmethod
    def of_slot(cls, slot: int, days: Iterable[tuple[int, Rollup]]) -> "Tally":
        """The tally of one slot by its days' rollups."""
        scans: dict[int, int] = {}
        bots: dict[int, int] = {}
        slots: dict[int, frozenset[int]] = {}
        for day, rollup in days:
            for quarter, n in r.table(rollup, r.QUARTERS).items():
                scans[day * QUARTERS_A_DAY + int(quarter)] = n
            bots[day] = r.amount(rollup, r.BOTS)
            slots[day] = frozenset((slot,) if r.table(rollup, r.QUARTERS) else ())
        return cls(scans, bots, slots)

    @classmethod
    def merged(cls, tallies: Iterable["Tally"]) -> "Tally":
        """The sum over slots."""
        scans: dict[int, int] = {}
        bots: dict[int, int] = {}
        slots: dict[int, set[int]] = {}
        for tally in tallies:
            for quarter, n in tally.scans.items():
                scans[quarter] = scans.get(quarter, 0) + n
            for day, n in tally.bots.items():
                bots[day] = bots.get(day, 0) + n
                slots.setdefault(day, set()).update(tally.slots[day])
        return cls(scans, bots, {day: frozenset(found) for day, found in slots.items()})

    @property
    def total(self) -> int:
        return sum(self.scans.values())

    def within(self, span: Span, count: Callable[[Part], int]) -> "Tally":
        """The tally of a span alone. A quarter that the span cuts is counted by `count`."""
        kept: dict[int, int] = {}
        for quarter, n in self.scans.items():
            whole = quarter_span(quarter)
            inside = whole.cut(span)
            if inside.first_ms < inside.end_ms:
                kept[quarter] = n if inside == whole else count(Part(inside, whole, n))
        return replace(self, scans={quarter: n for quarter, n in kept.items() if n})


def quarter_span(quarter: int) -> Span:
    """The time of a quarter-hour."""
    return Span(quarter * QUARTER_MS, (quarter + 1) * QUARTER_MS)


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through a list from a place on it. `skip` scans are to be passed over first.

    `known` is False when nobody can tell how many scans of the first quarter lie ahead.
    """

    quarters: tuple[tuple[int, int], ...]
    skip: int = 0
    known: bool = True

    @classmethod
    def from_offset(cls, tally: Tally, offset: int, newest_first: bool = False) -> "Walk":
        """From so many scans after the beginning."""
        left = offset
        quarters = sorted(tally.scans.items(), reverse=newest_first)
        for position, (_, n) in enumerate(quarters):
            if left < n:
                return cls(tuple(quarters[position:]), left)
            left -= n
        return cls(())

    @classmethod
    def behind(cls, tally: Tally, place: Place, newest_first: bool = False) -> "Walk":
        """From a place on, which is not part of it."""
        at = place.ms // QUARTER_MS
        quarters = sorted(tally.scans.items(), reverse=newest_first)
        ahead = tuple((q, n) for q, n in quarters if (q <= at if newest_first else q >= at))
        return cls(ahead, known=not ahead or ahead[0][0] != at)

    def runs(self, tally: Tally, span: Span, wanted: int, unit: Callable[[int], Hashable]) -> Iterator[Run]:
        """What to read one after the other, until enough is found; each holds `wanted` scans unless it ends early.

        A run stays within what has the same `unit`, which is given a quarter's first time in milliseconds.
        """
        need = self.skip + wanted
        run: list[tuple[int, int]] = []
        holds = 0
        for position, (quarter, n) in enumerate(self.quarters):
            if run and (holds >= need or not _together(tally, run[-1][0], quarter, unit)):
                yield _run(tally, span, run, need)
                run, holds, need = [], 0, wanted
            run.append((quarter, n))
            holds += n if position or self.known else 0
        if run:
            yield _run(tally, span, run, need)


def _together(tally: Tally, one: int, other: int, unit: Callable[[int], Hashable]) -> bool:
    """Whether two quarters are read in one go, with what lies between them."""
    if unit(one * QUARTER_MS) != unit(other * QUARTER_MS):
        return False
    first, last = sorted((one // QUARTERS_A_DAY, other // QUARTERS_A_DAY))
    bots = sum(tally.bots.get(day, 0) for day in range(first, last + 1))
    return abs(one - other) == 1 or bots <= FEW_BOTS


def _run(tally: Tally, span: Span, quarters: list[tuple[int, int]], need: int) -> Run:
    first, last = min(quarters)[0], max(quarters)[0]
    days = {quarter // QUARTERS_A_DAY for quarter, _ in quarters}
    slots = frozenset[int]().union(*(tally.slots.get(day, frozenset()) for day in days))
    whole = Span(quarter_span(first).first_ms, quarter_span(last).end_ms)
    return Run(whole.cut(span), tuple(sorted(slots)), min(need, sum(n for _, n in quarters)))
