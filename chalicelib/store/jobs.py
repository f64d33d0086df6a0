"""Work that outlives a request, in the objects table: erasing links, and how far the sweep came.

pk <organization>   sk erase#<link>   a link whose scans, rollups and visits are to go
pk <organization>   sk sweep          the time up to which the sweep has folded what was pending
"""

from typing import NamedTuple

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.core.links import Link
from chalicelib.store.tables import Record, refused
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import new_version, unchanged


class EraseItem(Record):
    """`created` is when the link was made: no scan of it is older. `markers` is how many QR codes it ever had.
    `touched` is when a job last took the order up, `version` which one, `reached` the last partition that is known to
    be empty."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    created = NumberAttribute()
    touched = NumberAttribute()
    version = NumberAttribute(null=True)
    reached = UnicodeAttribute(null=True)
    markers = NumberAttribute(null=True)


class Erase(NamedTuple):
    """An order to erase a link as it was taken up: when the link was made, how many QR codes it had, and how far the
    erasing came."""

    organization: int
    link: int
    created_ms: int
    markers: int
    reached: str
    version: int


class SweepItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    swept = NumberAttribute()


def put_erase(write: Transaction, link: Link, now_ms: int) -> None:
    """Add the order to erase a link to a transaction."""
    markers = link.markers or None
    order = EraseItem(
        str(link.organization), f"erase#{link.number}", created=link.counted_from_ms, markers=markers, touched=now_ms
    )
    write.put(order, None, "erase")


def take_erase(organization: int, link: int, now_ms: int) -> Erase | None:
    """Take an order up, from another job as well; None when there is no such order."""
    order = EraseItem(str(organization), f"erase#{link}")
    taking: list[Action] = [EraseItem.touched.set(now_ms), EraseItem.version.set(new_version())]
    if refused(lambda: order.update(taking, condition=EraseItem.pk.exists())):
        return None
    return Erase(
        organization, link, int(order.created), int(order.markers or 0), order.reached or "", int(order.version)
    )


def reach(order: Erase, partition: str) -> bool:
    """Note that all partitions up to one are empty; False when another job has taken the order up, or ended it."""
    item = EraseItem(str(order.organization), f"erase#{order.link}")
    reaching: list[Action] = [EraseItem.reached.set(partition)]
    return not refused(lambda: item.update(reaching, condition=unchanged(EraseItem.version, order.version)))


def erases(organization: int, idle_since_ms: int) -> list[int]:
    """The links of an organization still to be erased that no job has taken up since a time."""
    found = EraseItem.query(str(organization), EraseItem.sk.startswith("erase#"))
    return [int(item.sk.removeprefix("erase#")) for item in found if item.touched <= idle_since_ms]


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
