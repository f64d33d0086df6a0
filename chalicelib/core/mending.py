"""Visitors in a recount: whether they know of the day's scans, and what they tell about its histograms.

A visitor item is the only place that says on which days somebody was seen before. So before a day's histograms are
recounted from the visitors, the visitors' own entries of that day are held against the scans, and put right.

Whoever's entry was missing may have lost older days with it. What the histogram says of them cannot be checked then,
and is left as it is if the rest leaves room for it: such visitors are in `doubted`. And a day that comes to a
visitor's days, or goes, is the previous day of a later one. That day is in `followed`: it must be recounted as well.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from chalicelib.core import rollups as r
from chalicelib.core import visitors as v
from chalicelib.core.rollups import Table
from chalicelib.core.visitors import SHARED_AGENT, VisitorKey, Visits

_LINK: Final = "l"

Doubt = tuple[VisitorKey, str, str]  # a visitor, a scope, and an agent's entry; '' is the address as such


def mended(held: Visits, seen: Visits, scopes: Collection[str], day: int) -> Visits:
    """A visitor with the hours of a day in some scopes as its scans tell them; `held` itself when it is right.

    An address with more agents than have entries shares one among the others. Which agent is where depends on the
    order of arrival, so there only the hours' sums must be right.
    """
    if SHARED_AGENT in held and all(_hours(held, scope, day) == _hours(seen, scope, day) for scope in scopes):
        return held
    visits = _without(held, scopes, day)
    for agent, scope, hour, n in _each(seen, scopes, day):
        entry = v.entry(visits, agent, scope, day, hour, 1)
        for _ in range(n):
            v.visit(visits, entry, scope, day, hour, 1)
    return held if visits == held else visits


def present(visits: Visits, scope: str, day: int) -> list[str]:
    """The agents' entries that were seen in a scope on a day, and '' for the address."""
    agents = [agent for agent in visits if day in visits[agent].get(scope, {})]
    return [*agents, ""] if agents else []


def counted_first(visits: Visits, link: int, links: Collection[int], day: int) -> list[str]:
    """The agents' entries, and '' for the address, that saw this link on a day and none with a smaller number.

    So each is counted once for the organization, without a list of all. An entry of a link that is no more (`links`
    are those that are) counts for nobody.
    """
    found = {agent: _first_link(visits, agent or None, links, day) for agent in (*visits, "")}
    return [agent for agent, first in found.items() if first == link]


@dataclass
class Uniques:
    """Collects the histograms of one scope's day. `unsure` are the doubted visitors, by what is left of their days."""

    scope: str
    day: int
    horizon: int
    tables: dict[str, Table] = field(default_factory=lambda: {r.VISITORS: {}, r.ADDRESSES: {}})
    unsure: dict[str, Table] = field(default_factory=lambda: {r.VISITORS: {}, r.ADDRESSES: {}})
    hours: Table = field(default_factory=dict)

    def count(self, key: VisitorKey, visits: Visits, who: Iterable[str], doubted: Collection[Doubt]) -> None:
        """Count entries of a visitor item, '' for the address."""
        for agent in who:
            days = v.days(visits, self.scope, agent or None)
            previous = max((day for day in days if self.horizon <= day < self.day), default=r.NEVER)
            into = self.unsure if (key, self.scope, agent) in doubted else self.tables
            _add(into[r.VISITORS if agent else r.ADDRESSES], str(previous))

    def count_hours(self, visits: Visits) -> None:
        """Count the hours in which each entry was seen."""
        for scopes in visits.values():
            for hour in scopes.get(self.scope, {}).get(self.day, ()):
                _add(self.hours, str(hour))


def _first_link(visits: Visits, agent: str | None, among: Collection[int], day: int) -> int | None:
    entries = visits.values() if agent is None else [visits[agent]]
    scopes = {scope for given in entries for scope, days in given.items() if day in days and scope[0] == _LINK}
    return min((link for scope in scopes if (link := int(scope[1:])) in among), default=None)


def _add(table: Table, value: str) -> None:
    table[value] = table.get(value, 0) + 1


def doubts(key: VisitorKey, before: Visits, after: Visits, scopes: Collection[str], day: int) -> set[Doubt]:
    """Who was missing on a day before the mending, in these scopes and in the organization's.

    Of an address that fills its item, everybody: their oldest days may have made room for newer ones.
    """
    if _hours_held(after) > v.MOST_HOURS // 2:
        return {(key, scope, agent) for scope in (*scopes, r.ORGANIZATION_SCOPE) for agent in (*after, "")}
    changed = _changed(before, after, scopes) if after is not before else ()
    return {(key, scope, agent or "") for scope, agent, had, has in changed if day in has - had}


def followed(before: Visits, after: Visits, scopes: Collection[str], day: int) -> set[int]:
    """The days whose histograms name the day that the mending gave to somebody, or took away."""
    changed = _changed(before, after, scopes)
    later = (min((d for d in had | has if d > day), default=None) for _, _, had, has in changed)
    return {d for d in later if d is not None}


def _changed(
    before: Visits, after: Visits, scopes: Collection[str]
) -> Iterator[tuple[str, str | None, set[int], set[int]]]:
    """Each scope and agent (None: the address) that gained or lost a day, with their days before and after."""
    for scope in (*scopes, r.ORGANIZATION_SCOPE):
        for agent in (None, *{*before, *after}):
            had, has = v.days(before, scope, agent), v.days(after, scope, agent)
            if had != has:
                yield scope, agent, had, has


def _each(visits: Visits, scopes: Collection[str], day: int) -> Iterator[tuple[str, str, int, int]]:
    """(agent, scope, hour, scans) of a day."""
    for agent, given in visits.items():
        for scope in scopes:
            for hour, n in given.get(scope, {}).get(day, {}).items():
                yield agent, scope, hour, n


def _hours_held(visits: Visits) -> int:
    return sum(len(hours) for scopes in visits.values() for days in scopes.values() for hours in days.values())


def _hours(visits: Visits, scope: str, day: int) -> dict[int, int]:
    """The scans of each hour of a day, agents added up."""
    hours: dict[int, int] = {}
    for _, _, hour, n in _each(visits, [scope], day):
        hours[hour] = hours.get(hour, 0) + n
    return hours


def _without(visits: Visits, scopes: Collection[str], day: int) -> Visits:
    """A copy without a day in some scopes, empty shells gone."""
    kept: Visits = {}
    for agent, given in v.copied(visits).items():
        for scope in set(scopes) & given.keys():
            given[scope].pop(day, None)
        if left := {scope: days for scope, days in given.items() if days}:
            kept[agent] = left
    return kept
