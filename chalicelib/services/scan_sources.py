"""Where lists of scans come from: one link's partitions, or an organization's index.

Both say how many scans each quarter-hour has, count a part of a quarter, and read a run in order. Many slots are read
at once, little of each, and merged as they come: what is held in memory does not grow with what is read.
"""

import heapq
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Final, Protocol, TypeVar

from chalicelib.core import slots as spread
from chalicelib.core.batches import batches
from chalicelib.core.days import day_of, month_of
from chalicelib.core.places import Part, Place, Run, Span, Tally, is_listed
from chalicelib.core.rollups import ORGANIZATION_SCOPE, link_scope
from chalicelib.core.scans import Scan, ScanKey, index_partition, partition
from chalicelib.core.slots import Spread
from chalicelib.services import counting
from chalicelib.store import listed, rollups, scans, spreads
from chalicelib.store.slots import AT_ONCE, each

LARGEST_PAGE: Final = 1_000  # of scans in one request
LEAST_PAGE: Final = 16  # slots are never filled quite evenly
BATCH: Final = 100  # keys that one request reads the scans of

T = TypeVar("T")


class Source(Protocol):
    """What scans are listed from. `unit` names what can be read in one go, by a time in milliseconds."""

    def settle(self, now_ms: int) -> int:
        """Fold what is pending; return how many scans could not be folded in time."""

    def tally(self, span: Span) -> Tally:
        """How many scans there are on the days of a span, by the rollups."""

    def count(self, part: Part) -> int:
        """How many listed scans lie in a part of a quarter-hour."""

    def read(self, run: Run, newest_first: bool) -> Iterator[Scan]:
        """The listed scans of a run, in order."""

    def unit(self, ms: int) -> Hashable: ...


@dataclass(frozen=True, slots=True)
class LinkScans:
    """The scans of a link. Slots that are added while this is used hold only scans that came later."""

    organization: int
    link: int
    slots: range

    @classmethod
    def of(cls, organization: int, link: int, known: Spread | None = None) -> "LinkScans":
        """`known` is how they are spread, of whoever has just read that."""
        return cls(organization, link, range((known or spreads.of(organization, link)).slots))

    def settle(self, now_ms: int) -> int:
        return counting.settle_recent(self.organization, self.link, self.slots, now_ms)

    def tally(self, span: Span) -> Tally:
        return _tally(self.organization, link_scope(self.link), self.slots, span)

    def count(self, part: Part) -> int:
        return sum(each(self.slots, lambda slot: listed.count(self._partition(part.span, slot), part.span)))

    def read(self, run: Run, newest_first: bool) -> Iterator[Scan]:
        size = _page_size(run)

        def of_slot(slot: int) -> Iterator[Scan]:
            return listed.between(self._partition(run.span, slot), run.span, newest_first, size)

        found = _merged(run.slots, of_slot, lambda scan: Place.of(scan.key), newest_first)
        return filter(is_listed, found)

    def unit(self, ms: int) -> Hashable:
        return month_of(ms)

    def _partition(self, span: Span, slot: int) -> str:
        return partition(self.organization, self.link, month_of(span.first_ms), slot)


@dataclass(frozen=True, slots=True)
class OrganizationScans:
    """The scans of all links of an organization, by its index."""

    organization: int
    homes: range

    @classmethod
    def of(cls, organization: int) -> "OrganizationScans":
        return cls(organization, spread.homes(spreads.most_slots(organization)))

    def settle(self, now_ms: int) -> int:
        return counting.settle_recent_of_all(self.organization, self.homes, now_ms)

    def tally(self, span: Span) -> Tally:
        return _tally(self.organization, ORGANIZATION_SCOPE, self.homes, span)

    def count(self, part: Part) -> int:
        """The index has the scans that wait to be counted too. Where it has as many as are counted there are none."""
        if sum(each(self.homes, partial(self._count_keys, part.whole))) == part.scans:
            return sum(each(self.homes, partial(self._count_keys, part.span)))
        keys = self._keys(self.homes, part.span, newest_first=False, size=BATCH)
        return sum(sum(each(pages, _count_listed)) for pages in batches(batches(keys, BATCH), AT_ONCE))

    def read(self, run: Run, newest_first: bool) -> Iterator[Scan]:
        keys = self._keys(run.slots, run.span, newest_first, _page_size(run))
        size = min(max(run.scans, LEAST_PAGE), BATCH)
        return filter(is_listed, chain.from_iterable(map(_read, batches(keys, size))))

    def unit(self, ms: int) -> Hashable:
        return day_of(ms)

    def _keys(self, homes: Collection[int], span: Span, newest_first: bool, size: int) -> Iterator[ScanKey]:
        """The keys of one day, in order."""

        def of_home(home: int) -> Iterator[ScanKey]:
            return listed.keys(self._index(span, home), span, newest_first, size)

        return _merged(homes, of_home, Place.of, newest_first)

    def _count_keys(self, span: Span, home: int) -> int:
        return listed.count_keys(self._index(span, home), span)

    def _index(self, span: Span, home: int) -> str:
        return index_partition(self.organization, day_of(span.first_ms), home)


def _tally(organization: int, scope: str, slots: range, span: Span) -> Tally:
    first, last = day_of(span.first_ms), day_of(span.end_ms - 1)

    def of_slot(slot: int) -> Tally:
        return Tally.of_slot(slot, rollups.days_in_slot(organization, scope, slot, first, last, Tally.TABLES))

    return Tally.merged(each(slots, of_slot))


def _page_size(run: Run) -> int:
    """How many scans to ask of each slot at a time: its share, and half as much again."""
    share = -(-run.scans * 3 // (2 * max(len(run.slots), 1))) if len(run.slots) > 1 else run.scans + 1
    return min(max(share, LEAST_PAGE), LARGEST_PAGE)


def _merged(
    slots: Collection[int], read: Callable[[int], Iterator[T]], place: Callable[[T], Place], newest_first: bool
) -> Iterator[T]:
    """What is read of each slot, in one order. The first page of each is read at once."""
    return heapq.merge(*each(slots, lambda slot: _begun(read(slot))), key=place, reverse=newest_first)


def _begun(found: Iterator[T]) -> Iterator[T]:
    """The same; its first page is read."""
    return chain(list(islice(found, 1)), found)


def _read(keys: Collection[ScanKey]) -> list[Scan]:
    """The scans of keys that are there, in the order of the keys."""
    found = {scan.key: scan for scan in scans.read(keys)}
    return [found[key] for key in keys if key in found]


def _count_listed(keys: Collection[ScanKey]) -> int:
    return sum(map(is_listed, scans.read(keys)))
