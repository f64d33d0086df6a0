"""Edits of scans under way, in the objects table: an edited scan is pending again, and the sweep is long past it.

pk <organization>   sk edit#<partition>/<sort>   a scan that is edited: its keys in the scans table, and when

Two edits of a scan share one note, the later one's. Only who wrote it, or the sweep that read it, takes it away.
"""

from collections.abc import Iterator
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core.scans import ScanKey
from chalicelib.store.tables import Record, refused
from chalicelib.store.versions import new_version, unchanged

_PREFIX: Final = "edit#"


class EditItem(Record):
    """`since` is when the edit began, in milliseconds; `v` is random."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    since = NumberAttribute()
    v = NumberAttribute()


def note(key: ScanKey, now_ms: int) -> int:
    """Write down that a scan is about to be edited; return the note's version."""
    item = _item(key)
    item.since, item.v = now_ms, new_version()
    item.save()
    return int(item.v)


def forget(key: ScanKey, version: int) -> None:
    """Take a note away, unless another edit has noted the scan since."""
    refused(lambda: _item(key).delete(unchanged(EditItem.v, version)))


def listed(organization: int, until_ms: int) -> Iterator[tuple[ScanKey, int]]:
    """The scans of an organization whose edit began before a time and is still noted, with their notes' versions."""
    for found in EditItem.query(str(organization), EditItem.sk.startswith(_PREFIX)):
        if found.since < until_ms:
            yield ScanKey.of(*found.sk.removeprefix(_PREFIX).split("/")), int(found.v)


def _item(key: ScanKey) -> EditItem:
    return EditItem(str(key.organization), f"{_PREFIX}{key.partition}/{key.sort}")
