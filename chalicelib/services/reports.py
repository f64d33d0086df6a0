"""What an organization, a campaign or a client comes to: sums over links, made when they are read."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib.core import rollups as r
from chalicelib.core.campaigns import Assignments, Campaign, Client
from chalicelib.core.links import Link
from chalicelib.core.rollups import link_scope
from chalicelib.core.series import total_between
from chalicelib.core.windows import Days, Window
from chalicelib.services import analytics, assignments
from chalicelib.services.accounts import Caller
from chalicelib.services.analytics import Report
from chalicelib.store import links as stored


class Stretch(Protocol):
    """From a moment to just before another, and the UTC days to read for it: a Local, or a range."""

    @property
    def first_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...
    @property
    def touched(self) -> Window: ...


@dataclass(frozen=True, slots=True)
class Best:
    """The link that was scanned most, and how often."""

    link: Link
    scans: int


@dataclass(frozen=True, slots=True)
class Sum:
    """What some links come to in a period, and each of them by its number (`scans`). `exact` tells whether nobody is
    counted twice among the visitors."""

    links: list[Link]
    report: Report
    exact: bool
    scans: Mapping[int, int] = field(default_factory=dict)

    @property
    def best(self) -> Best | None:
        """The link that was scanned most, of several the oldest; None among none."""
        counted = [Best(link, self.scans.get(link.number, 0)) for link in self.links]
        return max(counted, key=lambda it: (it.scans, -it.link.number), default=None)


@dataclass(frozen=True, slots=True)
class Group:
    """The links of a campaign or a client, and how often they were ever scanned."""

    links: list[Link]
    scans: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some links and how often each was ever scanned, newest first, and before which the next page begins."""

    links: list[Link]
    scans: Mapping[int, int]
    next_before: int | None


def of_link(caller: Caller, link: Link, within: Stretch, now_ms: int) -> Report:
    """What a link comes to."""
    return analytics.link_report(caller.organization.number, link.number, within.touched, now_ms)


def of_everything(caller: Caller, within: Stretch, now_ms: int) -> Sum:
    """What all comes to that the caller sees. An organization's visitors are told apart over all its links.

    Raises Forbidden for the key of a client that is not active.
    """
    if caller.client is not None:
        seen = assignments.everything(caller)
        return _summed(caller, seen, seen.shows, within, now_ms)
    return Sum([], analytics.organization_report(caller.organization.number, within.touched, now_ms), exact=True)


def of_campaign(caller: Caller, seen: Assignments, campaign: Campaign, within: Stretch, now_ms: int) -> Sum:
    """What the links of a campaign come to."""
    return _summed(caller, seen, lambda link: seen.campaign_of(link) == campaign.number, within, now_ms)


def of_client(caller: Caller, seen: Assignments, client: Client, within: Stretch, now_ms: int) -> Sum:
    """What the links of a client come to."""
    return _summed(caller, seen, lambda link: client.number in seen.clients_of(link), within, now_ms)


def page(caller: Caller, seen: Assignments, limit: int, before: int | None) -> Page:
    """Links that the caller sees, newest first, with their lifetime totals."""
    found: list[Link] = []
    for link in _visible(caller, seen, before, limit + 1 if seen.viewer is None else None):
        if len(found) == limit:
            return Page(found, _lifetimes(caller, found), found[-1].number)
        found.append(link)
    return Page(found, _lifetimes(caller, found), None)


def by_campaign(caller: Caller, seen: Assignments, campaigns: Iterable[int]) -> dict[int, Group]:
    """The links of each of these campaigns, and how often they were ever scanned."""
    return _groups(caller, seen, campaigns, lambda link: {seen.campaign_of(link)})


def by_client(caller: Caller, seen: Assignments, clients: Iterable[int]) -> dict[int, Group]:
    """The links of each of these clients, and how often they were ever scanned."""
    return _groups(caller, seen, clients, seen.clients_of)


def scans_ever(caller: Caller, link: Link) -> int:
    """How often a link was ever scanned."""
    return _lifetimes(caller, [link])[link.number]


def _groups(
    caller: Caller, seen: Assignments, numbers: Iterable[int], of: Callable[[Link], set[int]]
) -> dict[int, Group]:
    groups: dict[int, list[Link]] = {number: [] for number in numbers}
    for link in _visible(caller, seen) if groups else ():
        for number in of(link) & groups.keys():
            groups[number].append(link)
    scans = _lifetimes(caller, [link for links in groups.values() for link in links])
    return {number: Group(links, sum(scans[it.number] for it in links)) for number, links in groups.items()}


def _summed(caller: Caller, seen: Assignments, wanted: Callable[[Link], bool], within: Stretch, now_ms: int) -> Sum:
    links = [link for link in _visible(caller, seen) if wanted(link)]
    numbers = [link.number for link in links]
    scans: Counter[str] = Counter()

    def seen_days(scope: str, days: Days) -> None:
        scans[scope] += total_between(days, within.first_ms, within.end_ms)

    report = analytics.links_report(caller.organization.number, numbers, within.touched, now_ms, seen_days)
    return Sum(links, report, len(links) < 2, {number: scans[link_scope(number)] for number in numbers})


def _visible(
    caller: Caller, seen: Assignments, before: int | None = None, page_size: int | None = None
) -> Iterator[Link]:
    return filter(seen.shows, stored.newest_first(caller.organization.number, before, page_size))


def _lifetimes(caller: Caller, links: Iterable[Link]) -> dict[int, int]:
    """How often links were ever scanned, imported visits among that."""
    known = {link.number: link for link in links}
    found = analytics.lifetimes(caller.organization.number, known.keys())
    return {number: known[number].ever(r.amount(lifetime, r.TOTAL)) for number, lifetime in found.items()}
