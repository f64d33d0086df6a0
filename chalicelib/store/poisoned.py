"""Scans that were set aside because they cannot be folded, listed in the objects table.

pk <organization>   sk poison#<partition>/<sort>   a scan set aside: its keys in the scans table, why, and when
"""

from collections.abc import Iterator
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core.judging import Verdict
from chalicelib.core.scans import Scan, ScanKey
from chalicelib.store import reopened, scans
from chalicelib.store.tables import Record, passing_over
from chalicelib.store.transactions import Transaction

_PREFIX: Final = "poison#"


class PoisonItem(Record):
    """`reason` is the name of the error that folding raised, `since` when the scan was set aside, in milliseconds."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    reason = UnicodeAttribute()
    since = NumberAttribute()


def set_aside(scan: Scan, verdict: Verdict | None, expires: int | None, reason: str, now_ms: int) -> bool:
    """Take a pending scan out of the way and list it; False when it changed meanwhile. Raises Unavailable."""
    write = Transaction()
    write.update(scans.record(scan.key), scans.set_aside(scan, verdict, expires), scans.as_read(scan), scan.key)
    item = _item(scan.key)
    item.reason, item.since = reason, now_ms
    write.put(item, None, "poison")
    return not write.commit()


def take_up(scan: Scan, now_ms: int) -> bool:
    """Make a scan that was set aside pending again; False when it changed meanwhile. Raises Unavailable."""
    write = Transaction()
    reopened.put(write, scan.key, now_ms)
    write.update(scans.record(scan.key), scans.taking_up(scan), scans.still_aside(scan), scan.key)
    forget(write, scan.key)
    return not write.commit()


def forget(write: Transaction, key: ScanKey) -> None:
    """Add to a transaction that a scan is no longer listed."""
    write.delete(_item(key), None, ("poison", key))


def drop(scan: Scan) -> None:
    """Delete a scan of an erased link that cannot be folded out, unless it changed meanwhile.

    What the books hold of it, the nightly recount finds too much.
    """
    write = Transaction()
    write.delete(scans.record(scan.key), scans.as_read(scan), scan.key)
    if scan.poisoned:
        forget(write, scan.key)
    write.commit()


def unlist(key: ScanKey) -> None:
    """Take a scan that is no more from the list."""
    _item(key).delete()


def listed(organization: int) -> Iterator[ScanKey]:
    """The scans of an organization that are set aside."""
    found = PoisonItem.query(str(organization), PoisonItem.sk.startswith(_PREFIX))
    yield from passing_over(found, lambda item: ScanKey.of(*item.sk.removeprefix(_PREFIX).split("/")))


def count(organization: int) -> int:
    """How many scans of an organization are set aside."""
    return PoisonItem.count(str(organization), PoisonItem.sk.startswith(_PREFIX))


def _item(key: ScanKey) -> PoisonItem:
    return PoisonItem(str(key.organization), f"{_PREFIX}{key.partition}/{key.sort}")
