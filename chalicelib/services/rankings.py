"""Which links were scanned most in some days, without reading the days of all of them.

No link has more scans in some days than it ever had. So links are read in the order of their lifetimes, the largest
first; once as many as wanted have more scans in these days than the next link ever had, none of the rest can belong to
them. Usually one part is read. How much is read at most is bounded, and the answer says when that was not enough to be
sure.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from chalicelib.core import rollups as r
from chalicelib.core import slots as spread
from chalicelib.core import windows
from chalicelib.core.links import Link
from chalicelib.core.rollups import link_scope
from chalicelib.core.windows import Days, Window
from chalicelib.services import analytics, counting
from chalicelib.services.accounts import Caller
from chalicelib.store import census, links, rollups, spreads

MOST_LINKS: Final = 5_000  # the newest, whose lifetimes are looked at
MOST_READ: Final = 500  # of those, whose days are read
PART: Final = 50


@dataclass(frozen=True, slots=True)
class Ranked:
    """A link, and its scans and unique visitors in the window."""

    link: Link
    scans: int
    visitors: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The links that were scanned, most scans first, of several the oldest. `looked_at` is among how many.

    Unless it is `complete`, a link beyond the bounds may belong here too. `pending` scans could not be folded in time.
    """

    rows: list[Ranked]
    looked_at: int
    complete: bool
    pending: int


def top(caller: Caller, wanted: Callable[[Link], bool], window: Window, limit: int, now_ms: int) -> Ranking:
    """The wanted links that were scanned most in a window, `limit` at most. Raises Unavailable."""
    organization = caller.organization.number
    pending = counting.settle_recent_of_all(organization, spread.homes(spreads.most_slots(organization)), now_ms)
    found = list(islice(filter(wanted, links.newest_first(organization, None)), MOST_LINKS + 1))
    known = found[:MOST_LINKS]
    ever = {
        number: r.amount(lifetime, r.TOTAL)
        for number, lifetime in analytics.lifetimes(organization, [link.number for link in known]).items()
    }
    ordered = sorted((link for link in known if ever[link.number]), key=lambda link: (-ever[link.number], link.number))
    rows, sure = _read(organization, ordered, ever, window, limit)
    return Ranking(rows, len(known), sure and len(found) == len(known), pending)


def _read(
    organization: int, ordered: list[Link], ever: Mapping[int, int], window: Window, limit: int
) -> tuple[list[Ranked], bool]:
    """The leading links, and whether no other can be among them."""
    rows: list[Ranked] = []
    for start in range(0, len(ordered), PART):
        full = len(rows) == limit
        if full and rows[-1].scans > ever[ordered[start].number]:
            return rows, True
        if start >= MOST_READ:
            return rows, False
        rows = sorted([*rows, *_counted(organization, ordered[start : start + PART], window)], key=_place)[:limit]
    return rows, True


def _counted(organization: int, links: Collection[Link], window: Window) -> list[Ranked]:
    """Those of the links that were scanned in a window."""
    scans, visitors = Counter[str](), Counter[str]()

    def add(scope: str, days: Days) -> None:
        scans[scope] += windows.total(days, window, r.TOTAL)
        visitors[scope] += windows.uniques(days, window, r.VISITORS)

    slots = census.slots(organization)
    places = [(link_scope(it.number), slot) for it in links for slot in range(slots.get(it.number, 1))]
    rollups.read_days_of(organization, places, window.first, window.last, add)
    counted = [Ranked(it, scans[link_scope(it.number)], visitors[link_scope(it.number)]) for it in links]
    return [row for row in counted if row.scans]


def _place(row: Ranked) -> tuple[int, int]:
    return -row.scans, row.link.number
