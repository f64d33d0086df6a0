"""Sessions of people who signed in: 30 days each, and ended at once wherever they are used.

A session is read each time, with its member and organization: a page reads far more than these three items, and whoever
signs out, or is removed, is out in every process with the next request. API keys are believed for 5 seconds, since a
request with one may be all that there is to do.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from chalicelib.core import key_texts
from chalicelib.core.accounts import Member, Organization
from chalicelib.core.sign_ins import SESSION_MS, address_digest
from chalicelib.errors import NotFound, Unauthorized, Unavailable
from chalicelib.services.callers import Caller
from chalicelib.store import accounts, addresses, members
from chalicelib.store import sessions as stored
from chalicelib.store.transactions import MAX_ACTIONS, Transaction

ATTEMPTS: Final = 8
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in. `caller` is what services ask for: it has every scope, and no key."""

    caller: Caller
    member: Member
    created_ms: int
    ends_ms: int


def start(organization: int, member: int, now_ms: int) -> str:
    """The text of a new session of a member. Raises NotFound for a member who is not there."""
    known = members.read(organization, member)
    if known is None:
        raise NotFound.of("member")
    write = Transaction()
    text = add(write, known, now_ms)
    if write.commit():
        raise Unavailable.storage()
    return text


def add(write: Transaction, member: Member, now_ms: int, ends_ms: int | None = None) -> str:
    """Add a member's new session to a transaction; its text, which is stored nowhere."""
    text = secrets.token_urlsafe(_BYTES)
    ends_ms = now_ms + SESSION_MS if ends_ms is None else ends_ms
    new = stored.Stored(member.organization, member.number, member.signed_out_ms, now_ms, ends_ms)
    stored.put_new(write, key_texts.digest(text), new)
    return text


def of(text: str, now_ms: int) -> Session:
    """Whose session it is. Raises Unauthorized for one that has ended, or never was, and for who is removed."""
    found = stored.read(key_texts.digest(text)) if text else None
    if found is None or found.ends_ms <= now_ms:
        raise Unauthorized.signed_out()
    member = members.read(found.organization, found.member)
    organization = accounts.find_organization(found.organization)
    if member is None or organization is None or member.signed_out_ms != found.signed_out_ms:
        raise Unauthorized.signed_out()
    return Session(Caller(organization, member.number, member.scopes), member, found.created_ms, found.ends_ms)


def end(text: str) -> None:
    """End a session. One that has ended, or never was, is none."""
    if text:
        stored.delete(key_texts.digest(text))


def end_everywhere(session: Session, now_ms: int) -> None:
    """End all sessions of a person: of every member with their address, in whichever organization.

    Those that begin later are good. One transaction ends a hundred of them at a time.
    """
    for _ in range(ATTEMPTS):
        mine = _mine(session)
        writes = [_signing_out(mine[at : at + MAX_ACTIONS], now_ms) for at in range(0, len(mine), MAX_ACTIONS)]
        if not any(write.commit() for write in writes):
            return
    raise Unavailable.storage()


def organizations(session: Session) -> list[Organization]:
    """The organizations that a person may look at: those with a member of their address, oldest first."""
    return [found for member in _mine(session) if (found := accounts.find_organization(member.organization))]


def switch(text: str, organization: int, now_ms: int) -> str:
    """A session of the same person in another of their organizations, with the same end; the one given is over.

    Raises Unauthorized for a session that has ended, NotFound for an organization that is not theirs.
    """
    target = next((member for member in _mine(of(text, now_ms)) if member.organization == organization), None)
    if target is None:
        raise NotFound.of("organization")
    # Again, after the target was read: who signs out everywhere meanwhile ends either this one or the new one.
    session, write = of(text, now_ms), Transaction()
    stored.leave(write, key_texts.digest(text))
    switched = add(write, target, now_ms, session.ends_ms)
    refusals = write.commit()
    if any(refusal.condition for refusal in refusals):
        raise Unauthorized.signed_out()
    if refusals:
        raise Unavailable.storage()
    return switched


def memberships(digest: str) -> list[Member]:
    """The members with the address of a SHA-256, by the age of their organizations."""
    return [found for where in addresses.memberships(digest) if (found := members.read(*where))]


def _mine(session: Session) -> list[Member]:
    """The members that somebody is, among them the one whose session it is, unless they were removed."""
    mine = memberships(address_digest(session.member.email))
    if all(member.organization != session.member.organization for member in mine):
        own = members.read(session.member.organization, session.member.number)
        mine += [own] if own else []
    return mine


def _signing_out(mine: list[Member], now_ms: int) -> Transaction:
    write = Transaction()
    for member in mine:
        members.sign_out(write, member, now_ms)
    return write
