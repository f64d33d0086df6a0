"""Campaigns: make, edit, delete."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib import ids
from chalicelib.core.campaigns import Campaign
from chalicelib.core.names import check_name, check_text
from chalicelib.core.shares import CAMPAIGN
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.services import assignments, sharing
from chalicelib.services.accounts import Caller
from chalicelib.store import campaigns as stored
from chalicelib.store.versions import Held

ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Edit:
    """What to make of a campaign; None leaves it as it is.

    `client` is a client's number, 0 for none. `links` are ids, in any spelling, of those to be assigned to it too.
    `days` are its first and last day, 0 for one that is open.
    """

    name: str | None = None
    client: int | None = None
    links: Sequence[str] = ()
    description: str | None = None
    days: tuple[int, int] | None = None


def create(caller: Caller, new: Edit, now_ms: int) -> Campaign:
    """A new campaign. Raises InvalidRequest, and then nothing was written."""
    name, description = check_name("name", new.name or ""), check_text("description", new.description or "")
    first_day, last_day = _check_days(new.days) or (0, 0)
    assigned = assignments.check_links(caller, new.links)
    for _ in range(ATTEMPTS):
        organization, number = caller.organization.number, ids.new(now_ms)
        campaign = Campaign(
            organization, number, name, now_ms, now_ms, new.client or 0, description, first_day, last_day
        )
        if stored.write(campaign, None):
            assignments.assign_all(caller, assigned, {"campaign": campaign.number}, now_ms)
            return campaign
    raise Unavailable.storage()


def edit(caller: Caller, spelled: str, change: Edit, now_ms: int) -> Campaign:
    """Change a campaign. Raises NotFound, InvalidRequest, and then nothing was written."""
    _held(caller, spelled)
    checked = _checked(change)
    assigned = assignments.check_links(caller, change.links)
    for _ in range(ATTEMPTS):
        before = _held(caller, spelled)
        after = replace(before.value, **checked, updated_ms=now_ms)
        if stored.write(after, before.version):
            assignments.assign_all(caller, assigned, {"campaign": after.number}, now_ms)
            return after
    raise Unavailable.storage()


def delete(caller: Caller, spelled: str) -> int:
    """Delete a campaign; its links stay, and are in none. Its number. Raises NotFound.

    What of it is shared goes first, so that a delete that was cut off can be sent again.
    """
    number = _held(caller, spelled).value.number
    sharing.revoke_all(caller.organization, CAMPAIGN, number)
    if not stored.delete(caller.organization.number, number):
        raise NotFound.of("campaign")
    return number


def _checked(change: Edit) -> dict[str, Any]:
    """What changes, by the names of a campaign. Raises InvalidRequest."""
    checked: dict[str, Any] = {}
    if change.name is not None:
        checked["name"] = check_name("name", change.name)
    if change.description is not None:
        checked["description"] = check_text("description", change.description)
    if change.client is not None:
        checked["client"] = change.client
    if days := _check_days(change.days):
        checked["first_day"], checked["last_day"] = days
    return checked


def _check_days(days: tuple[int, int] | None) -> tuple[int, int] | None:
    if days and all(days) and days[0] > days[1]:
        raise InvalidRequest.for_field("last_day", "must not be before the first one")
    return days


def _held(caller: Caller, spelled: str) -> Held[Campaign]:
    found = stored.read(caller.organization.number, ids.parse(spelled) or 0)
    if found is None:
        raise NotFound.of("campaign")
    return found
