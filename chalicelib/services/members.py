"""Members of an organization. It always has an owner, and nobody changes those above them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from chalicelib import ids
from chalicelib.core.accounts import MEMBER, OWNER, ROLES, Member
from chalicelib.core.names import check_email, check_name
from chalicelib.errors import Forbidden, InvalidRequest, NotFound, Unavailable
from chalicelib.services import keys
from chalicelib.services.callers import Caller
from chalicelib.store import accounts
from chalicelib.store import members as stored
from chalicelib.store.transactions import Transaction

ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class NewMember:
    """Who is to be added."""

    email: str
    name: str
    role: str = MEMBER


def everyone(caller: Caller) -> list[Member]:
    """All members of the caller's organization, in the order in which they came."""
    return stored.everyone(caller.organization.number)


def get(caller: Caller, spelled: str) -> Member:
    """The member with an id in any spelling. Raises NotFound."""
    return _among(everyone(caller), ids.parse(spelled))


def add(caller: Caller, new: NewMember, now_ms: int) -> Member:
    """A new member. Raises InvalidRequest, and Forbidden for a role that the caller's member may not give."""
    email, name, role = check_email(new.email), check_name("name", new.name), _checked(new.role)
    present = everyone(caller)
    _check_governs(caller, present, role)
    if any(member.email.casefold() == email.casefold() for member in present):
        raise InvalidRequest.for_field("email", "is a member's already")
    member, write = Member(caller.organization.number, ids.new(now_ms), email, name, now_ms, role), Transaction()
    stored.put_new(write, member, in_twin=caller.test)
    if write.commit():
        raise Unavailable.storage()
    return member


def change_role(caller: Caller, spelled: str, role: str) -> Member:
    """Give a member another role, in the test twin too. Raises NotFound, InvalidRequest, Forbidden."""
    _checked(role)

    def write_role(write: Transaction, member: Member) -> None:
        stored.change_role(write, member, role)

    return replace(_change(caller, spelled, role, "role", write_role), role=role)


def remove(caller: Caller, spelled: str, now_ms: int) -> Member:
    """Remove a member, from the test twin too, and revoke their keys. Raises NotFound, InvalidRequest, Forbidden.

    If it stops half-way, the member is gone and their keys are not: then removing them again revokes these, although it
    raises NotFound. (Keys first would leave an organization without any when two owners remove each other at once.)
    """
    number, present = ids.parse(spelled), everyone(caller)
    _check_governs(caller, present, MEMBER)
    there = any(member.number == number for member in present)
    removed = _change(caller, spelled, MEMBER, "member", stored.delete) if there else None
    _revoke_keys(caller, number, now_ms)
    if removed is None:
        raise NotFound.of("member")
    return removed


def _change(
    caller: Caller, spelled: str, role: str, field: str, write_change: Callable[[Transaction, Member], None]
) -> Member:
    """Change a member who will have that role; the same in the test twin, where they may be missing."""
    for _ in range(ATTEMPTS):
        present, write = everyone(caller), Transaction()
        member = _among(present, ids.parse(spelled))
        _check_governs(caller, present, member.role, role)
        if role != OWNER and (another := _check_an_owner_stays(present, member, field)):
            stored.change_role(write, another, OWNER)  # holds them in it: two owners who go at once need each other
        write_change(write, member)
        if twin := _in_twin(caller, member.number):
            write_change(write, twin)
        if not write.commit():
            return member
    raise Unavailable.storage()


def _check_an_owner_stays(present: list[Member], leaving: Member, field: str) -> Member | None:
    """Another owner who stays when this one goes; None when the one who goes is no owner. Raises InvalidRequest."""
    if leaving.role != OWNER:
        return None
    for member in present:
        if member.role == OWNER and member.number != leaving.number:
            return member
    raise InvalidRequest.for_field(field, "is the last owner's; an organization needs one")


def _check_governs(caller: Caller, present: list[Member], *roles: str) -> None:
    acting = next((member for member in present if member.number == caller.member), None)
    for role in roles:
        if acting is None or not acting.governs(role):
            raise Forbidden.role(role)


def _checked(role: str) -> str:
    if role not in ROLES:
        raise InvalidRequest.for_field("role", f"must be one of {', '.join(ROLES)}")
    return role


def _among(present: list[Member], number: int | None) -> Member:
    for member in present:
        if member.number == number:
            return member
    raise NotFound.of("member")


def _in_twin(caller: Caller, number: int) -> Member | None:
    twin = accounts.read_organization(caller.organization.number).test
    return stored.read(twin, number) if twin else None


def _revoke_keys(caller: Caller, member: int | None, now_ms: int) -> None:
    known = accounts.read_organization(caller.organization.number)
    for organization in filter(None, (known.number, known.test)):
        keys.revoke_all(organization, lambda key: key.member == member, now_ms)
