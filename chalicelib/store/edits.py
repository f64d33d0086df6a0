"""Edits of scans under way, in the objects table: an edited scan is pending again, and the sweep is long past it.

pk <organization>   sk edit#<partition>/<sort>   a scan that is edited: its keys in the scans table, and when
"""

from collections.abc import Iterator
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core.scans import ScanKey
from chalicelib.store.tables import Record

_PREFIX: Final = "edit#"


class EditItem(Record):
    """`since` is when the edit began, in milliseconds."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    since = NumberAttribute()


def note(key: ScanKey, now_ms: int) -> None:
    """Write down that a scan is about to be edited."""
    item = _item(key)
    item.since = now_ms
    item.save()


def forget(key: ScanKey) -> None:
    _item(key).delete()


def listed(organization: int, until_ms: int) -> Iterator[ScanKey]:
    """The scans of an organization whose edit began before a time and is still noted."""
    for found in EditItem.query(str(organization), EditItem.sk.startswith(_PREFIX)):
        if found.since < until_ms:
            yield ScanKey.of(*found.sk.removeprefix(_PREFIX).split("/"))


def _item(key: ScanKey) -> EditItem:
    return EditItem(str(key.organization), f"{_PREFIX}{key.partition}/{key.sort}")
