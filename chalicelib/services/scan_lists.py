"""Lists of scans: the counted human ones of a link or of a whole organization, by offset or by cursor.

What is pending is folded first; then the rollups' quarter-hours say how many scans there are and in which quarter a
page begins; then only the quarters that hold the page are read. So the millionth scan is as near as the first.

A cursor is the place of the last scan seen: each scan that was there when a walk began comes exactly once. By offset
none is lost while scans arrive, but those may push one that was seen onto the next page: it comes again.

Totals are exact, and so are lists by time, to the millisecond: quarters that a span cuts are counted by reading them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, dropwhile, islice
from typing import Final

from chalicelib.core.days import DAY_MS, QUARTER_MS
from chalicelib.core.places import Place, Run, Span, Tally, Walk
from chalicelib.core.scans import Scan
from chalicelib.core.slots import Spread
from chalicelib.services import counting
from chalicelib.services.scan_sources import LARGEST_PAGE, LinkScans, OrganizationScans, Source
from chalicelib.store import accounts

_EMPTY: Final = Tally({}, {}, {})
# Of a whole list. A run ends with a quarter-hour, so one of a page would nearly always take a request more.
_IN_ONE_GO: Final = 20 * LARGEST_PAGE


@dataclass(frozen=True, slots=True)
class ScanPage:
    """A page of a list that has `total` scans. `next_place` is where to go on, None at the end.

    `pending` scans could not be folded in time; they are in no list or total yet.
    """

    scans: list[Scan]
    total: int
    next_place: Place | None
    pending: int


def of_link(
    organization: int,
    link: int,
    span: Span,
    now_ms: int,
    *,
    limit: int,
    offset: int = 0,
    after: Place | None = None,
    newest_first: bool = False,
    known: Spread | None = None,
) -> ScanPage:
    """A page of a link's scans in a span. With `after` it begins behind that place, and `offset` means nothing.

    `known` is how they are spread, of whoever has just read that.
    """
    listing = _Listing(LinkScans.of(organization, link, known), _kept(organization, span, now_ms), newest_first)
    return listing.page(now_ms, limit, offset, after)


def of_organization(
    organization: int,
    span: Span,
    now_ms: int,
    *,
    limit: int,
    offset: int = 0,
    after: Place | None = None,
    newest_first: bool = False,
) -> ScanPage:
    """A page of the scans of all links; otherwise as `of_link`. It lags by the index's lag."""
    listing = _Listing(OrganizationScans.of(organization), _kept(organization, span, now_ms), newest_first)
    return listing.page(now_ms, limit, offset, after)


def every(organization: int, link: int, span: Span, now_ms: int, after: Place | None = None) -> Iterator[Scan]:
    """All of a link's scans in a span, or those behind a place, oldest first, read as they are asked for."""
    listing = _Listing(LinkScans.of(organization, link), _kept(organization, span, now_ms))
    listing.settle(now_ms)
    tally = listing.tally()
    return listing.walk(tally, Walk.behind(tally, after) if after else Walk.from_offset(tally, 0), _IN_ONE_GO, after)


def total_of_link(organization: int, link: int, span: Span, now_ms: int) -> int:
    """How many scans a link's list of a span has."""
    return of_link(organization, link, span, now_ms, limit=0).total


@dataclass(frozen=True, slots=True)
class _Listing:
    source: Source
    span: Span
    newest_first: bool = False

    def settle(self, now_ms: int) -> int:
        """Fold what is pending, if any of that can lie in the span; older scans are the sweep's."""
        recent = self.span.first_ms < self.span.end_ms and self.span.end_ms > now_ms - counting.RECENT_MS
        return self.source.settle(now_ms) if recent else 0

    def tally(self) -> Tally:
        if self.span.first_ms >= self.span.end_ms:
            return _EMPTY
        return self.source.tally(self.span).within(self.span, self.source.count)

    def page(self, now_ms: int, limit: int, offset: int, after: Place | None) -> ScanPage:
        pending = self.settle(now_ms)
        tally = self.tally()
        if after:
            walk = Walk.behind(tally, after, self.newest_first)
        else:
            walk = Walk.from_offset(tally, offset, self.newest_first)
        # One more than is asked for tells whether the list goes on.
        found = list(islice(self.walk(tally, walk, limit + 1, after), limit + 1)) if limit else []
        more = len(found) > limit
        return ScanPage(found[:limit], tally.total, Place.of(found[limit - 1].key) if more else None, pending)

    def walk(self, tally: Tally, walk: Walk, wanted: int, after: Place | None) -> Iterator[Scan]:
        """The scans of a walk, those that it skips left out; about `wanted` are read at a time."""
        runs = walk.runs(tally, self._ahead(after), wanted, self.source.unit)
        found = chain.from_iterable(self._read(run) for run in runs)
        return islice(self._behind(found, after), walk.skip, None)

    def _read(self, run: Run) -> Iterator[Scan]:
        return self.source.read(run, self.newest_first)

    def _ahead(self, after: Place | None) -> Span:
        """What of the span can lie behind a place."""
        if after is None:
            return self.span
        ahead = Span(0, after.ms + 1) if self.newest_first else Span(after.ms, self.span.end_ms)
        return self.span.cut(ahead)

    def _behind(self, found: Iterable[Scan], after: Place | None) -> Iterator[Scan]:
        """Without the scans up to a place: a few of the same millisecond may have been read."""
        if after is None:
            return iter(found)
        if self.newest_first:
            return dropwhile(lambda scan: Place.of(scan.key) >= after, found)
        return dropwhile(lambda scan: Place.of(scan.key) <= after, found)


def _kept(organization: int, span: Span, now_ms: int) -> Span:
    """What of a span raw scans are kept for, up to the latest time that a scan can have."""
    latest_ms = (now_ms // QUARTER_MS + 1) * QUARTER_MS + DAY_MS
    return span.cut(Span(accounts.read_organization(organization).listed_from_ms(now_ms), latest_ms))
