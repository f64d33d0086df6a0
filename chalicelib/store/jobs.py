"""Work that outlives a request, in the objects table: erasing links, and how far the sweep came.

pk <organization>   sk erase#<link>   a link whose scans, rollups and visits are to go
pk <organization>   sk sweep          the time up to which the sweep has folded what was pending
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction


class EraseItem(Record):
    """`created` is when the link was made: no scan of it is older."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    created = NumberAttribute()


class SweepItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    swept = NumberAttribute()


def put_erase(write: Transaction, organization: int, link: int, created_ms: int) -> None:
    """Add the order to erase a link to a transaction."""
    write.put(EraseItem(str(organization), f"erase#{link}", created=created_ms), None, "erase")


def read_erase(organization: int, link: int) -> int | None:
    """When the link to erase was made, in milliseconds; None when there is no such order."""
    try:
        return int(EraseItem.get(str(organization), f"erase#{link}", consistent_read=True).created)
    except EraseItem.DoesNotExist:
        return None


def erases(organization: int) -> list[int]:
    """The links of an organization that are still to be erased."""
    found = EraseItem.query(str(organization), EraseItem.sk.startswith("erase#"))
    return [int(item.sk.removeprefix("erase#")) for item in found]


def end_erase(organization: int, link: int) -> None:
    EraseItem(str(organization), f"erase#{link}").delete()


def read_swept(organization: int) -> int | None:
    """The time up to which an organization is swept, in milliseconds; None before the first sweep."""
    try:
        return int(SweepItem.get(str(organization), "sweep", consistent_read=True).swept)
    except SweepItem.DoesNotExist:
        return None


def note_swept(organization: int, until_ms: int) -> None:
    SweepItem(str(organization), "sweep", swept=until_ms).save()
