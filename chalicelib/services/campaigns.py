"""Campaigns: make, edit, delete."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chalicelib import ids
from chalicelib.core.campaigns import Campaign
from chalicelib.core.names import check_name
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import assignments
from chalicelib.services.accounts import Caller
from chalicelib.store import campaigns as stored
from chalicelib.store.versions import Held

ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Edit:
    """What to make of a campaign; None leaves it as it is.

    `client` is a client's number, 0 for none. `links` are ids, in any spelling, of those to be assigned to it too.
    """

    name: str | None = None
    client: int | None = None
    links: Sequence[str] = ()


def create(caller: Caller, new: Edit, now_ms: int) -> Campaign:
    """A new campaign. Raises InvalidRequest, and then nothing was written."""
    name = check_name("name", new.name or "")
    assigned = assignments.check_links(caller, new.links)
    for _ in range(ATTEMPTS):
        organization, number = caller.organization.number, ids.new(now_ms)
        campaign = Campaign(organization, number, name, now_ms, now_ms, new.client or 0)
        if stored.write(campaign, None):
            assignments.assign_all(caller, assigned, {"campaign": campaign.number}, now_ms)
            return campaign
    raise Unavailable.storage()


def edit(caller: Caller, spelled: str, change: Edit, now_ms: int) -> Campaign:
    """Change a campaign. Raises NotFound, InvalidRequest, and then nothing was written."""
    _held(caller, spelled)
    name = None if change.name is None else check_name("name", change.name)
    assigned = assignments.check_links(caller, change.links)
    for _ in range(ATTEMPTS):
        before = _held(caller, spelled)
        was = before.value
        client = was.client if change.client is None else change.client
        after = replace(was, name=name or was.name, client=client, updated_ms=now_ms)
        if stored.write(after, before.version):
            assignments.assign_all(caller, assigned, {"campaign": after.number}, now_ms)
            return after
    raise Unavailable.storage()


def delete(caller: Caller, spelled: str) -> int:
    """Delete a campaign; its links stay, and are in none. Its number. Raises NotFound."""
    number = _held(caller, spelled).value.number
    if not stored.delete(caller.organization.number, number):
        raise NotFound.of("campaign")
    return number


def _held(caller: Caller, spelled: str) -> Held[Campaign]:
    found = stored.read(caller.organization.number, ids.parse(spelled) or 0)
    if found is None:
        raise NotFound.of("campaign")
    return found
