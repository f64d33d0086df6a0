"""Pages of an organization's links by offset, with the total; by cursor, each link comes exactly once.

By offset the links before a page are read too, so a cursor is the better way through a long list. While links are
made, an offset shows some again; none is lost.
"""

from dataclasses import dataclass
from itertools import islice

from chalicelib.core.links import Link
from chalicelib.services.accounts import Caller
from chalicelib.store import links


@dataclass(frozen=True, slots=True)
class LinkPage:
    """Some links, newest first, the number before which the next page begins (None at the end), and how many there are
    in all."""

    links: list[Link]
    next_before: int | None
    total: int


def page_in(caller: Caller, state: str, limit: int, offset: int, now_ms: int) -> LinkPage:
    """A page of the links that are in a state now. That depends on the time, so all of an organization's are read."""
    wanted = [link for link in links.newest_first(caller.organization.number, None) if link.state(now_ms) == state]
    found = wanted[offset : offset + limit]
    more = len(wanted) > offset + limit
    return LinkPage(found, found[-1].number if found and more else None, len(wanted))


def page(caller: Caller, limit: int, offset: int = 0, before: int | None = None) -> LinkPage:
    """A page of links without those that are deleted. With `before` it begins there, and `offset` means nothing."""
    organization, skipped = caller.organization.number, offset if before is None else 0
    found = links.newest_first(organization, before, page_size=None if skipped else limit + 1)
    wanted = list(islice(found, skipped, skipped + limit + 1))
    more = len(wanted) > limit
    return LinkPage(wanted[:limit], wanted[limit - 1].number if more else None, links.count(organization))
