"""Sharing reports: read-only pages of a link, a campaign or a client, for whoever has the address.

An address is good until it is revoked or has expired, and what it shows is there: of a client, while that is active.
Each look reads the share, so whoever revokes one has ended it in every process with the next request.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chalicelib import ids
from chalicelib.core import key_texts, shares
from chalicelib.core.accounts import Organization
from chalicelib.core.campaigns import ACTIVE, Assignments, Campaign, Client
from chalicelib.core.days import DAY_MS
from chalicelib.core.links import DELETED, Link
from chalicelib.core.names import check_name
from chalicelib.core.shares import CAMPAIGN, LINK, MOST_OF_ONE, Share
from chalicelib.core.zones import check_zone
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.services import assignments
from chalicelib.services.callers import Caller
from chalicelib.store import accounts, links
from chalicelib.store import shares as stored
from chalicelib.store.transactions import Transaction

ATTEMPTS: Final = 8
LONGEST_DAYS: Final = 3_660

Subject = Link | Campaign | Client


@dataclass(frozen=True, slots=True)
class NewShare:
    """What a share is made from. `days` is how long it is good, None for until it is revoked."""

    name: str = ""
    days: int | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Opened:
    """A shared report that may be looked at.

    `caller` may read for it what the organization may, and has no scope; `seen` is how its links belong to it.
    """

    share: Share
    caller: Caller
    seen: Assignments
    subject: Subject


def create(caller: Caller, kind: str, of: int, new: NewShare, now_ms: int) -> Share:
    """Share the figures of a link, a campaign or a client of the caller's.

    Raises InvalidRequest, also for one more than MOST_OF_ONE; NotFound for what is not there.
    """
    name, zone = check_name("name", new.name, empty=True), check_zone(new.zone, "zone")
    if new.days is not None and not 1 <= new.days <= LONGEST_DAYS:
        raise InvalidRequest.for_field("days", f"must be 1 to {LONGEST_DAYS}")
    if len(of_one(caller, kind, of)) >= MOST_OF_ONE:
        raise InvalidRequest.for_field("name", f"there are {MOST_OF_ONE} already: revoke one first")
    expires_ms = None if new.days is None else now_ms + new.days * DAY_MS
    for _ in range(ATTEMPTS):
        share = Share(caller.organization.number, ids.new(now_ms), kind, of, now_ms, name, zone, expires_ms)
        write = Transaction()
        stored.put_new(write, share, _digest(caller.organization, share))
        refusals = write.commit()
        if not refusals:
            return share
        if any(refusal.subject == "of" and refusal.condition for refusal in refusals):
            raise NotFound.of(kind)
    raise Unavailable.storage()


def of_one(caller: Caller, kind: str, of: int) -> list[Share]:
    """What is shared of a link, a campaign or a client, newest first; what expired, for 30 days more."""
    return stored.newest_first(caller.organization.number, kind, of, MOST_OF_ONE)


def path(caller: Caller, share: Share) -> str:
    """Where a share of the caller's organization is looked at, below the installation's address."""
    return f"/report/{_token(caller.organization, share)}"


def revoke(caller: Caller, kind: str, of: int, spelled: str) -> None:
    """End a share of a link, a campaign or a client. Raises NotFound."""
    number = ids.parse(spelled)
    found = [share for share in of_one(caller, kind, of) if share.number == number]
    if not found:
        raise NotFound.of("shared report")
    _revoke(caller.organization, found)


def revoke_all(organization: Organization, kind: str, of: int) -> None:
    """End all shares of what is about to be deleted."""
    while found := stored.newest_first(organization.number, kind, of, MOST_OF_ONE):
        _revoke(organization, found)


def revoke_each(organization: int, found: Iterable[Share]) -> None:
    """End some shares of an organization."""
    known = accounts.find_organization(organization)
    if known is not None:
        _revoke(known, found)


def opened(token: str, now_ms: int) -> Opened:
    """What a token shows. Raises NotFound for one that is unknown, revoked or expired, all alike."""
    share = stored.read(key_texts.digest(token))
    organization = accounts.find_organization(share.organization) if share else None
    if share is None or organization is None or share.ended(now_ms):
        raise NotFound.of("report")
    caller = Caller(organization, member=0, scopes=frozenset())
    if share.kind == LINK:
        held = links.read(share.organization, share.of)
        return Opened(share, caller, Assignments(), _there(held.value if held else None))
    seen = assignments.everything(caller)
    found = seen.campaigns.get(share.of) if share.kind == CAMPAIGN else seen.clients.get(share.of)
    return Opened(share, caller, seen, _there(found))


def _there(subject: Subject | None) -> Subject:
    """What is shared, unless it is gone, or is a client that is not active."""
    gone = (isinstance(subject, Link) and subject.status == DELETED) or (
        isinstance(subject, Client) and subject.status != ACTIVE
    )
    if subject is None or gone:
        raise NotFound.of("report")
    return subject


def _revoke(organization: Organization, found: Iterable[Share]) -> None:
    """Each in a transaction of its own: whoever is cut off finds the others still listed."""
    for share in found:
        if not any(_ended(organization, share) for _ in range(ATTEMPTS)):
            raise Unavailable.storage()


def _ended(organization: Organization, share: Share) -> bool:
    write = Transaction()
    stored.delete(write, share, _digest(organization, share))
    return not write.commit()


def _digest(organization: Organization, share: Share) -> str:
    return key_texts.digest(_token(organization, share))


def _token(organization: Organization, share: Share) -> str:
    return shares.token(organization.hashing_key, organization.number, share.number)
