"""Which campaigns, clients and links a caller sees, and assigning links to them."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from chalicelib import ids
from chalicelib.core.campaigns import ACTIVE, Assignments, Campaign, Client
from chalicelib.core.links import DELETED, Link
from chalicelib.errors import Forbidden, InvalidRequest, NotFound
from chalicelib.services import links
from chalicelib.services.accounts import Caller
from chalicelib.store import campaigns, clients


def everything(caller: Caller) -> Assignments:
    """All campaigns and clients that the caller sees. Raises Forbidden for the key of a client that is not active."""
    organization = caller.organization.number
    known = list(clients.newest_first(organization))
    _check_viewer(caller, next((it for it in known if it.number == caller.client), None))
    return Assignments.among(campaigns.newest_first(organization), known, caller.client)


def around(caller: Caller, spelled: str) -> tuple[Link, Assignments]:
    """A link, and of what the caller sees only what it is assigned to. Raises NotFound, Forbidden."""
    organization = caller.organization.number
    wanted = {caller.client} if caller.client else set()
    viewer = [it.value for number in wanted if (it := clients.read(organization, number))]
    _check_viewer(caller, viewer[0] if viewer else None)
    link = links.get(caller, spelled)
    campaign = campaigns.read(organization, link.campaign) if link.campaign else None
    owners = {link.client, campaign.value.client if campaign else 0} - {0, caller.client}
    found = [it.value for number in sorted(owners) if (it := clients.read(organization, number))]
    seen = Assignments.among([campaign.value] if campaign else [], [*viewer, *found], caller.client)
    if not seen.shows(link):
        raise NotFound.of("code")
    return link, seen


def campaign(seen: Assignments, spelled: str) -> Campaign:
    """The campaign with an id in any spelling, among those that are seen. Raises NotFound."""
    found = seen.campaigns.get(_number(spelled))
    if found is None:
        raise NotFound.of("campaign")
    return found


def client(seen: Assignments, spelled: str) -> Client:
    """The client with an id in any spelling, among those that are seen. Raises NotFound."""
    found = seen.clients.get(_number(spelled))
    if found is None:
        raise NotFound.of("client")
    return found


def campaign_number(caller: Caller, spelled: str | None, field: str) -> int:
    """The number of the campaign that a body names, 0 for None. Raises InvalidRequest that names the field."""
    number = 0 if spelled is None else _number(spelled)
    if spelled is not None and campaigns.read(caller.organization.number, number) is None:
        raise InvalidRequest.for_field(field, "there is no such campaign")
    return number


def client_number(caller: Caller, spelled: str | None, field: str) -> int:
    """The number of the client that a body names, 0 for None. Raises InvalidRequest that names the field."""
    number = 0 if spelled is None else _number(spelled)
    if spelled is not None and clients.read(caller.organization.number, number) is None:
        raise InvalidRequest.for_field(field, "there is no such client")
    return number


def check_links(caller: Caller, spelled: Collection[str]) -> list[str]:
    """The links with these ids, each once; all of them are there. Raises InvalidRequest that names the first other."""
    for place, each in enumerate(spelled, 1):
        try:
            there = links.get(caller, each).status != DELETED
        except NotFound:
            there = False
        if not there:
            raise InvalidRequest.for_field("links", f"there is no code with the id at place {place}")
    return list({_number(each): each for each in spelled}.values())


def assign(caller: Caller, spelled: str, change: Mapping[str, int], now_ms: int) -> None:
    """Give a link another `campaign`, `client` or both, 0 for none. It counts there with its whole past.

    Raises NotFound.
    """
    if change:
        numbers: dict[str, Any] = dict(change)
        links.edit(caller, spelled, links.Edit(frozenset(change), **numbers), now_ms)


def assign_all(caller: Caller, spelled: Collection[str], change: Mapping[str, int], now_ms: int) -> None:
    """Assign links that were there a moment ago; one that was deleted since is nobody's any more."""
    for each in spelled:
        with suppress(NotFound):
            assign(caller, each, change, now_ms)


def _check_viewer(caller: Caller, client: Client | None) -> None:
    if caller.client is not None and (client is None or client.status != ACTIVE):
        raise Forbidden.client_inactive()


def _number(spelled: str) -> int:
    return ids.parse(spelled) or 0
