"""Clients: make, edit, delete. With a client end its own keys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chalicelib import ids
from chalicelib.core.campaigns import ACTIVE, Client
from chalicelib.core.names import check_name
from chalicelib.core.shares import CLIENT
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import assignments, keys, sharing
from chalicelib.services.accounts import Caller
from chalicelib.store import clients as stored
from chalicelib.store.versions import Held

ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Edit:
    """What to make of a client; None leaves it as it is. `links` are ids of those to be assigned to it too."""

    name: str | None = None
    status: str | None = None
    links: Sequence[str] = ()


def create(caller: Caller, new: Edit, now_ms: int) -> Client:
    """A new client. Raises InvalidRequest, and then nothing was written."""
    name = check_name("name", new.name or "")
    assigned = assignments.check_links(caller, new.links)
    for _ in range(ATTEMPTS):
        client = Client(caller.organization.number, ids.new(now_ms), name, now_ms, now_ms, new.status or ACTIVE)
        if stored.write(client, None):
            assignments.assign_all(caller, assigned, {"client": client.number}, now_ms)
            return client
    raise Unavailable.storage()


def edit(caller: Caller, spelled: str, change: Edit, now_ms: int) -> Client:
    """Change a client. Raises NotFound, InvalidRequest, and then nothing was written."""
    _held(caller, spelled)
    name = None if change.name is None else check_name("name", change.name)
    assigned = assignments.check_links(caller, change.links)
    for _ in range(ATTEMPTS):
        before = _held(caller, spelled)
        was = before.value
        after = replace(was, name=name or was.name, status=change.status or was.status, updated_ms=now_ms)
        if stored.write(after, before.version):
            assignments.assign_all(caller, assigned, {"client": after.number}, now_ms)
            return after
    raise Unavailable.storage()


def delete(caller: Caller, spelled: str, now_ms: int) -> int:
    """Delete a client and end its keys; its links and campaigns stay, and are nobody's. Its number. Raises NotFound.

    The keys go first, and what of it is shared, so that a delete that was cut off can be sent again. A key that is made
    meanwhile sees nothing.
    """
    number = _held(caller, spelled).value.number
    sharing.revoke_all(caller.organization, CLIENT, number)
    keys.revoke_all(caller.organization.number, lambda key: key.client == number, now_ms)
    if not stored.delete(caller.organization.number, number):
        raise NotFound.of("client")
    return number


def _held(caller: Caller, spelled: str) -> Held[Client]:
    found = stored.read(caller.organization.number, ids.parse(spelled) or 0)
    if found is None:
        raise NotFound.of("client")
    return found
