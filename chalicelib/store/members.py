"""Members of organizations, in the objects table.

pk <organization>     sk member#<number>    a member
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.core.accounts import OWNER, Member
from chalicelib.store import addresses
from chalicelib.store.tables import Record, refused
from chalicelib.store.transactions import Transaction


class MemberItem(Record):
    """`role` is missing where there were no roles yet: whoever was a member then is an owner."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    email = UnicodeAttribute()
    name = UnicodeAttribute()
    role = UnicodeAttribute(null=True)
    created = NumberAttribute()
    signed_out = NumberAttribute(null=True)


def put_new(write: Transaction, member: Member, *, in_twin: bool = False) -> None:
    """Add a new member to a transaction. Nobody signs in to a test twin: who is `in_twin` is not found by address."""
    write.put(_item(member), MemberItem.pk.does_not_exist(), "member")
    if not in_twin:
        addresses.put(write, member)


def put_missing(member: Member) -> None:
    """Store a member, unless there is one of that number."""
    refused(lambda: _item(member).save(condition=MemberItem.pk.does_not_exist()))


def read(organization: int, number: int) -> Member | None:
    """A member, consistently; None when there is none."""
    try:
        return _member(MemberItem.get(str(organization), f"member#{number}", consistent_read=True))
    except MemberItem.DoesNotExist:
        return None


def everyone(organization: int) -> list[Member]:
    """All members of an organization, consistently, in the order in which they came."""
    found = MemberItem.query(str(organization), MemberItem.sk.startswith("member#"), consistent_read=True)
    return sorted(map(_member, found), key=lambda member: member.number)


def hold(write: Transaction, known: Member) -> None:
    """Add to a transaction that a member is still there; a refusal names `member`."""
    same = MemberItem.created.set(known.created_ms)
    write.update(_place(known), [same], MemberItem.pk.exists(), "member")


def change_role(write: Transaction, known: Member, role: str) -> None:
    """Add a member's new role to a transaction, as long as they have the known one."""
    write.update(_place(known), [MemberItem.role.set(role)], _same(known), "role")


def sign_out(write: Transaction, known: Member, now_ms: int) -> None:
    """Add to a transaction that a member signs out everywhere, unless they just did.

    The time never comes twice, so it tells sessions of before from those of after, whatever their clocks say.
    """
    same = MemberItem.signed_out == known.signed_out_ms
    if not known.signed_out_ms:
        same |= MemberItem.signed_out.does_not_exist()
    same &= MemberItem.pk.exists()
    at_ms = max(now_ms, known.signed_out_ms + 1)
    write.update(_place(known), [MemberItem.signed_out.set(at_ms)], same, "member")


def delete(write: Transaction, known: Member) -> None:
    """Add to a transaction that a member leaves, as long as they have the known role."""
    write.delete(_place(known), _same(known), "member")
    addresses.delete(write, known)


def _place(member: Member) -> MemberItem:
    return MemberItem(str(member.organization), f"member#{member.number}")


def _same(known: Member) -> Condition:
    same: Condition = MemberItem.role == known.role
    if known.role == OWNER:
        same |= MemberItem.role.does_not_exist()
    same &= MemberItem.pk.exists()
    return same


def _item(member: Member) -> MemberItem:
    return MemberItem(
        str(member.organization),
        f"member#{member.number}",
        email=member.email,
        name=member.name,
        role=member.role,
        created=member.created_ms,
    )


def _member(found: MemberItem) -> Member:
    return Member(
        organization=int(found.pk),
        number=int(found.sk.removeprefix("member#")),
        email=found.email,
        name=found.name,
        created_ms=int(found.created),
        role=found.role or OWNER,
        signed_out_ms=int(found.signed_out or 0),
    )
