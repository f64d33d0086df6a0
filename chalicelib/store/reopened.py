"""Scans that are pending again: edited, or set aside and taken up. They are noted in the objects table, for they may be
of any day, and the sweep's cursor is long past it.

pk <organization>   sk reopened#<partition>/<sort>   such a scan: its keys in the scans table, and when

A scan that is reopened twice has one note, the later one's. Only who wrote it, or the sweep that read it, removes it.
"""

from collections.abc import Iterator
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core.scans import ScanKey
from chalicelib.store.tables import Record, passing_over, refused
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import new_version, unchanged

_PREFIX: Final = "reopened#"


class ReopenedItem(Record):
    """`since` is when the scan was about to be reopened, in milliseconds; `v` is random."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    since = NumberAttribute()
    v = NumberAttribute()


def note(key: ScanKey, now_ms: int) -> int:
    """Write down that a scan is about to be pending again; return the note's version."""
    item = _new(key, now_ms)
    item.save()
    return int(item.v)


def put(write: Transaction, key: ScanKey, now_ms: int) -> None:
    """Add such a note to the transaction that makes a scan pending again."""
    write.put(_new(key, now_ms), None, "reopened")


def forget(key: ScanKey, version: int) -> None:
    """Take a note away, unless the scan was reopened once more since."""
    refused(lambda: _item(key).delete(unchanged(ReopenedItem.v, version)))


def listed(organization: int, until_ms: int) -> Iterator[tuple[ScanKey, int]]:
    """The scans of an organization that were reopened before a time and are still noted, with their notes' versions."""
    found = ReopenedItem.query(str(organization), ReopenedItem.sk.startswith(_PREFIX))
    yield from passing_over((item for item in found if item.since < until_ms), _noted)


def _noted(item: ReopenedItem) -> tuple[ScanKey, int]:
    return ScanKey.of(*item.sk.removeprefix(_PREFIX).split("/")), int(item.v)


def _new(key: ScanKey, now_ms: int) -> ReopenedItem:
    item = _item(key)
    item.since, item.v = now_ms, new_version()
    return item


def _item(key: ScanKey) -> ReopenedItem:
    return ReopenedItem(str(key.organization), f"{_PREFIX}{key.partition}/{key.sort}")
