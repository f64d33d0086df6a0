"""Organizations, members and API keys, in the objects table.

pk <organization>     sk organization       the organization
pk organizations      sk <organization>     the list of all, for the sweep
pk <organization>     sk member#<number>    a member
pk key#<SHA-256>      sk key                an API key, found by the hash of its text; the text is nowhere
pk <organization>     sk key#<number>       the organization's list of its keys
"""

import random

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.update import Action

from chalicelib.core.accounts import ApiKey, Member, Organization
from chalicelib.errors import Unavailable
from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction

_ALL = "organizations"


class OrganizationItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    plan = UnicodeAttribute()
    hashing_key = BinaryAttribute(legacy_encoding=False)
    created = NumberAttribute()
    keep_days = NumberAttribute(null=True)
    least_kept_days = NumberAttribute(null=True)
    kept_from = NumberAttribute(null=True)


class ListedItem(Record):
    """An entry of a list that says no more than its key does."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class MemberItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    email = UnicodeAttribute()
    name = UnicodeAttribute()
    created = NumberAttribute()


class KeyItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    organization = NumberAttribute()
    number = NumberAttribute()
    member = NumberAttribute()
    scopes = UnicodeSetAttribute()
    hint = UnicodeAttribute()
    created = NumberAttribute()


def put_organization(organization: Organization, owner: Member) -> None:
    """Store a new organization and its owner, both or neither."""
    pk = str(organization.number)
    stored = OrganizationItem(
        pk,
        "organization",
        name=organization.name,
        plan=organization.plan,
        hashing_key=organization.hashing_key,
        created=organization.created_ms,
    )
    member = MemberItem(pk, f"member#{owner.number}", email=owner.email, name=owner.name, created=owner.created_ms)
    write = Transaction()
    write.put(stored, OrganizationItem.pk.does_not_exist(), "organization")
    write.put(member, MemberItem.pk.does_not_exist(), "member")
    write.put(ListedItem(_ALL, pk), None, "list")
    _done(write)


def put_key(key: ApiKey, digest: str) -> None:
    """Store a new API key under the SHA-256 of its text."""
    write = Transaction()
    write.put(_key_item(f"key#{digest}", "key", key), KeyItem.pk.does_not_exist(), "key")
    write.put(_key_item(str(key.organization), f"key#{key.number}", key), None, "list")
    _done(write)


def read_key(digest: str) -> ApiKey | None:
    """The API key with a SHA-256, None when there is none."""
    try:
        found = KeyItem.get(f"key#{digest}", "key", consistent_read=True)
    except KeyItem.DoesNotExist:
        return None
    return ApiKey(
        organization=int(found.organization),
        number=int(found.number),
        member=int(found.member),
        scopes=frozenset(found.scopes),
        hint=found.hint,
        created_ms=int(found.created),
    )


def read_organization(number: int) -> Organization:
    """An organization. Raises OrganizationItem.DoesNotExist."""
    found = OrganizationItem.get(str(number), "organization", consistent_read=True)
    return Organization(
        number=number,
        name=found.name,
        plan=found.plan,
        hashing_key=bytes(found.hashing_key),
        created_ms=int(found.created),
        keep_days=None if found.keep_days is None else int(found.keep_days),
        least_kept_days=None if found.least_kept_days is None else int(found.least_kept_days),
        kept_from_ms=int(found.kept_from or 0),
    )


def keep(write: Transaction, known: Organization, wanted: Organization) -> None:
    """Add to a transaction how long an organization's raw scans are kept, as long as it is what is `known`."""
    stored = (OrganizationItem.keep_days, OrganizationItem.least_kept_days)
    before, after = (known.keep_days, known.least_kept_days), (wanted.keep_days, wanted.least_kept_days)
    unchanged = OrganizationItem.pk.exists()
    for attribute, days in zip(stored, before, strict=True):
        unchanged &= attribute.does_not_exist() if days is None else attribute == days
    actions: list[Action] = [
        attribute.remove() if days is None else attribute.set(days)
        for attribute, days in zip(stored, after, strict=True)
    ]
    actions.append(OrganizationItem.kept_from.set(wanted.kept_from_ms))
    write.update(OrganizationItem(str(known.number), "organization"), actions, unchanged, "organization")


def read_member(organization: int, number: int) -> Member:
    """A member. Raises MemberItem.DoesNotExist."""
    found = MemberItem.get(str(organization), f"member#{number}", consistent_read=True)
    return Member(organization, number, found.email, found.name, int(found.created))


def organizations() -> list[int]:
    """The numbers of all organizations, in random order: whoever runs out of time does not leave out the same ones."""
    numbers = [int(found.sk) for found in ListedItem.query(_ALL)]
    random.shuffle(numbers)
    return numbers


def _key_item(pk: str, sk: str, key: ApiKey) -> KeyItem:
    return KeyItem(
        pk,
        sk,
        organization=key.organization,
        number=key.number,
        member=key.member,
        scopes=set(key.scopes),
        hint=key.hint,
        created=key.created_ms,
    )


def _done(write: Transaction) -> None:
    if write.commit():
        raise Unavailable.storage()
