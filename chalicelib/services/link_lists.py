"""The list of links as somebody looks through it: searched, of one status, campaign or client, a page at a time."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice

from chalicelib import ids
from chalicelib.core.campaigns import Assignments
from chalicelib.core.links import Link
from chalicelib.services import links, listing
from chalicelib.services.accounts import Caller
from chalicelib.store import links as stored


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which links: whose label, slug or destination holds `search`, in a state now, of a campaign or a client by its
    number; '' and 0 are any."""

    search: str = ""
    state: str = ""
    campaign: int = 0
    client: int = 0

    @property
    def anything(self) -> bool:
        return self == Wanted()


@dataclass(frozen=True, slots=True)
class Found:
    """Some links, newest first, and the number before which the next page begins; None at the end.

    `total` is how many there are on all pages: None where there are too many links to look at each of them.
    """

    links: list[Link]
    next_before: int | None
    total: int | None


def page(caller: Caller, seen: Assignments, wanted: Wanted, limit: int, before: int | None, now_ms: int) -> Found:
    """A page of what is wanted, among the newest `listing.SEARCHED` links with its total.

    Of an organization with more, a page looks at so many links, as in `listing.page`. Raises Unavailable.
    """
    organization = caller.organization.number
    if wanted.anything:
        found = links.page(caller, limit, before)
        return Found(found.links, found.next_before, stored.count(organization))
    holds = _condition(seen, wanted, now_ms)
    newest = list(islice(stored.newest_first(organization, None), listing.SEARCHED + 1))
    if len(newest) > listing.SEARCHED:
        return Found(*listing.page(stored.newest_first(organization, before), limit, holds), None)
    fitting = [link for link in newest if holds(link)]
    here = [link for link in fitting if before is None or link.number < before]
    return Found(here[:limit], here[limit - 1].number if len(here) > limit else None, len(fitting))


def several(caller: Caller, spelled: Collection[str]) -> list[Link]:
    """Those of the links with these ids that are there, in their order."""
    numbers = [number for each in spelled if (number := ids.parse(each)) is not None]
    found = stored.several(caller.organization.number, set(numbers))
    return [found[number] for number in dict.fromkeys(numbers) if number in found]


def _condition(seen: Assignments, wanted: Wanted, now_ms: int) -> Callable[[Link], bool]:
    def holds(link: Link) -> bool:
        return (
            listing.matches(wanted.search, (link.label, link.slug, link.destination))
            and wanted.state in ("", link.state(now_ms))
            and wanted.campaign in (0, seen.campaign_of(link))
            and (not wanted.client or wanted.client in seen.clients_of(link))
        )

    return holds
