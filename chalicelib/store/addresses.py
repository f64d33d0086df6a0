"""Whose a mail address is, in the objects table: found by its hash, so that somebody can sign in who has no key.

pk address#<SHA-256>    sk <organization>#<member>    a member with this address
"""

from collections.abc import Sequence
from typing import NamedTuple

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.accounts import Member
from chalicelib.core.sign_ins import address_digest
from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction


class AddressItem(Record):
    """It says no more than its key does."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class Membership(NamedTuple):
    """A member's number, and their organization's."""

    organization: int
    member: int


def put(write: Transaction, member: Member) -> None:
    """Add to a transaction that a member signs in with their address."""
    write.put(_item(member), None, "address")


def delete(write: Transaction, member: Member) -> None:
    """Add to a transaction that a member does not sign in any more."""
    write.delete(_item(member), None, "address")


def missing(members: Sequence[Member]) -> list[Member]:
    """Those members who are not found by their addresses, consistently."""
    items = {(item.pk, item.sk): member for member in members for item in [_item(member)]}
    found = {(item.pk, item.sk) for item in AddressItem.batch_get(list(items), consistent_read=True)}
    return [member for key, member in items.items() if key not in found]


def memberships(digest: str) -> list[Membership]:
    """Who has the address with a SHA-256, consistently, in the order in which their organizations were made."""
    found = AddressItem.query(f"address#{digest}", consistent_read=True)
    return sorted(Membership(*map(int, item.sk.split("#"))) for item in found)


def _item(member: Member) -> AddressItem:
    return AddressItem(f"address#{address_digest(member.email)}", f"{member.organization}#{member.number}")
