"""Visitor items: one per organization and address hash, compressed, gone 400 days after the last scan."""

import json
import zlib
from collections.abc import Collection

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.days import DAY_MS
from chalicelib.core.visitors import KEPT_DAYS, VisitorKey, Visits, newest_day
from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held, new_version, unchanged


class VisitorItem(Record):
    """`body` is the visits as compressed JSON; `expires` is in Unix seconds."""

    table = "visitors_table"
    pk = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    expires = NumberAttribute()
    body = BinaryAttribute(legacy_encoding=False)


def item(key: VisitorKey, visits: Visits) -> VisitorItem:
    """The item to write; its version is new."""
    body = zlib.compress(json.dumps(visits, separators=(",", ":")).encode())
    gone = ((newest_day(visits) or 0) + KEPT_DAYS + 1) * DAY_MS // 1000
    return VisitorItem(_address(key), version=new_version(), expires=gone, body=body)


def read(keys: Collection[VisitorKey]) -> dict[VisitorKey, Held[Visits]]:
    """The visitors as they are now, consistently; absent ones have no visits."""
    wanted = {_address(key): key for key in keys}
    found = VisitorItem.batch_get(list(wanted), consistent_read=True)
    held = {wanted[i.pk]: Held(_visits(i), int(i.version)) for i in found}
    return {key: held.get(key, Held({}, None)) for key in keys}


def read_as_stored(keys: Collection[VisitorKey]) -> dict[VisitorKey, Held[Visits | None]]:
    """As `read`; None is one that is there and cannot be understood."""
    wanted = {_address(key): key for key in keys}
    found = VisitorItem.batch_get(list(wanted), consistent_read=True)
    held = {wanted[i.pk]: Held(_understood(i), int(i.version)) for i in found}
    return {key: held.get(key, Held({}, None)) for key in keys}


def enter(write: Transaction, key: VisitorKey, visits: Visits, version: int | None) -> None:
    """Add a visitor to a transaction, or its end when nothing is left, on the condition that it is what was read."""
    condition = unchanged(VisitorItem.version, version)
    if visits:
        write.put(item(key, visits), condition, key)
    elif version is not None:
        write.delete(item(key, visits), condition, key)


def _address(key: VisitorKey) -> str:
    return f"{key.organization}#{key.address}"


def _visits(found: VisitorItem) -> Visits:
    stored = json.loads(zlib.decompress(found.body))
    return {
        agent: {
            scope: {int(day): {int(hour): n for hour, n in hours.items()} for day, hours in days.items()}
            for scope, days in scopes.items()
        }
        for agent, scopes in stored.items()
    }


def _understood(found: VisitorItem) -> Visits | None:
    try:
        visits = _visits(found)
    except (AttributeError, TypeError, ValueError, zlib.error):
        return None
    hours = [hours for scopes in visits.values() for days in scopes.values() for hours in days.values()]
    return visits if all(isinstance(n, int) and n > 0 for each in hours for n in each.values()) else None
