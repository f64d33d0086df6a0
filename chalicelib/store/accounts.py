"""Organizations, in the objects table.

pk <organization>     sk organization       the organization
pk organizations      sk <organization>     the list of all, for the sweep
"""

import json
import random

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.core.accounts import Member, Organization
from chalicelib.core.thresholds import Thresholds
from chalicelib.errors import Unavailable
from chalicelib.store import members
from chalicelib.store.tables import Record, whole
from chalicelib.store.transactions import Transaction

_ALL = "organizations"


class OrganizationItem(Record):
    """`thresholds` is JSON: a set could not be empty."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    plan = UnicodeAttribute()
    hashing_key = BinaryAttribute(legacy_encoding=False)
    created = NumberAttribute()
    keep_days = NumberAttribute(null=True)
    least_kept_days = NumberAttribute(null=True)
    test_of = NumberAttribute(null=True)
    test = NumberAttribute(null=True)
    kept_from = NumberAttribute(null=True)
    thresholds = UnicodeAttribute(null=True)


class ListedItem(Record):
    """An entry of a list that says no more than its key does."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def put_organization(organization: Organization, owner: Member) -> None:
    """Store a new organization and its owner, both or neither."""
    write = Transaction()
    _add(write, organization, owner)
    if write.commit():
        raise Unavailable.storage()


def put_twin(live: int, twin: Organization, first: Member) -> bool:
    """Store an organization's test twin and its first member; False when it has a twin by now, or may have."""
    write = Transaction()
    alone = OrganizationItem.pk.exists() & OrganizationItem.test.does_not_exist()
    write.update(OrganizationItem(str(live), "organization"), [OrganizationItem.test.set(twin.number)], alone, "live")
    _add(write, twin, first)
    return not write.commit()


def read_organization(number: int) -> Organization:
    """An organization. Raises OrganizationItem.DoesNotExist."""
    found = OrganizationItem.get(str(number), "organization", consistent_read=True)
    return Organization(
        number=number,
        name=found.name,
        plan=found.plan,
        hashing_key=bytes(found.hashing_key),
        created_ms=int(found.created),
        keep_days=whole(found.keep_days),
        least_kept_days=whole(found.least_kept_days),
        test_of=whole(found.test_of),
        test=whole(found.test),
        kept_from_ms=int(found.kept_from or 0),
        thresholds=None if found.thresholds is None else tuple(json.loads(found.thresholds)),
    )


def find_organization(number: int) -> Organization | None:
    """An organization, None when there is none."""
    try:
        return read_organization(number)
    except OrganizationItem.DoesNotExist:
        return None


def rename(write: Transaction, number: int, name: str) -> None:
    """Add an organization's new name to a transaction."""
    item = OrganizationItem(str(number), "organization")
    write.update(item, [OrganizationItem.name.set(name)], OrganizationItem.pk.exists(), "organization")


def set_thresholds(number: int, thresholds: Thresholds | None) -> None:
    """Give an organization a list of thresholds, or none of its own. Raises Unavailable."""
    stored = OrganizationItem.thresholds
    action: Action = stored.remove() if thresholds is None else stored.set(json.dumps(thresholds))
    write = Transaction()
    write.update(OrganizationItem(str(number), "organization"), [action], OrganizationItem.pk.exists(), "organization")
    if write.commit():
        raise Unavailable.storage()


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


def organizations() -> list[int]:
    """The numbers of all organizations, in random order: whoever runs out of time does not leave out the same ones."""
    numbers = [int(found.sk) for found in ListedItem.query(_ALL)]
    random.shuffle(numbers)
    return numbers


def _add(write: Transaction, organization: Organization, first: Member) -> None:
    pk = str(organization.number)
    item = OrganizationItem(
        pk,
        "organization",
        name=organization.name,
        plan=organization.plan,
        hashing_key=organization.hashing_key,
        created=organization.created_ms,
        keep_days=organization.keep_days,
        least_kept_days=organization.least_kept_days,
        test_of=organization.test_of,
    )
    write.put(item, OrganizationItem.pk.does_not_exist(), "organization")
    members.put_new(write, first, in_twin=organization.test_of is not None)
    write.put(ListedItem(_ALL, pk), None, "list")
