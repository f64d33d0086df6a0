"""What many links of a list were scanned lately: a few numbers of each, by days of somebody's own time zone.

A link's days take one query a slot, so what a list costs grows with its links, not with their scans. Nothing is folded
first: what arrived in the last seconds may not be in it yet, as in `analytics.lifetimes`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from chalicelib.core import rollups as r
from chalicelib.core.ranges import Range
from chalicelib.core.rollups import Rollup, link_scope
from chalicelib.core.series import totals
from chalicelib.core.windows import Days
from chalicelib.core.zones import moment
from chalicelib.services import analytics
from chalicelib.store import census, rollups

WEEK: Final = 7
# Slots that are read for one list: eight rounds of queries. A link that nearly nothing but it would fill is left out.
MOST_SLOTS: Final = 192


@dataclass(frozen=True, slots=True)
class Recent:
    """The scans of a link: ever, and on each day of a range, oldest first; `daily` is None where reading it would take
    too long."""

    total: int
    daily: tuple[int, ...] | None

    @property
    def week(self) -> int | None:
        """Those of the last seven days."""
        return None if self.daily is None else sum(self.daily[-WEEK:])

    @property
    def all_days(self) -> int | None:
        return None if self.daily is None else sum(self.daily)


def of_links(organization: int, links: Collection[int], asked: Range) -> dict[int, Recent]:
    """What each of these links was scanned, ever and on each day of a range. Raises Unavailable."""
    known = census.slots(organization)
    slots = {link: known.get(link, 1) for link in links}
    days = _days(organization, _affordable(slots), asked)
    edges = [moment(day, 0, asked.zone) for day in range(asked.first, asked.last + 2)]
    ever = analytics.lifetimes(organization, links)  # last: no scan shows in the days alone
    return {
        link: Recent(r.amount(ever[link], r.TOTAL), tuple(totals(days[link], edges)) if link in days else None)
        for link in links
    }


def _affordable(slots: Mapping[int, int]) -> dict[int, int]:
    """As many of the links as can be read, those with the fewest slots first."""
    left, chosen = MOST_SLOTS, dict[int, int]()
    for link, n in sorted(slots.items(), key=lambda it: it[1]):
        if n > left:
            break
        chosen[link] = n
        left -= n
    return chosen


def _days(organization: int, slots: Mapping[int, int], asked: Range) -> dict[int, Days]:
    """The quarter-hours of each link's days, its slots added up."""
    places = [(link_scope(link), slot) for link, n in slots.items() for slot in range(n)]
    window = asked.touched
    read = iter(rollups.read_table(organization, places, r.QUARTERS, window.first, window.last))
    return {link: _merged(list(islice(read, n))) for link, n in slots.items()}


def _merged(days: list[dict[int, Rollup]]) -> Days:
    if len(days) == 1:
        return days[0]
    return {day: r.merged(each.get(day, {}) for each in days) for day in {day for each in days for day in each}}
