"""Rollup items: one per scope, slot and day (or lifetime), compressed."""

import json
import zlib
from collections.abc import Collection, Iterable

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.days import iso_day
from chalicelib.core.rollups import LIFETIME, Rollup, RollupKey, merged
from chalicelib.store.tables import Record
from chalicelib.store.versions import Held, new_version

_LIFETIME_SORT = "lifetime"


class RollupItem(Record):
    """`body` is the rollup as compressed JSON; `version` changes with every write."""

    table = "rollups_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    body = BinaryAttribute(legacy_encoding=False)


def partition(organization: int, scope: str, slot: int) -> str:
    return f"{organization}#{scope}#{slot}"


def sort(period: int) -> str:
    """Days sort by date, and the lifetime after every day."""
    return _LIFETIME_SORT if period == LIFETIME else iso_day(period)


def item(key: RollupKey, rollup: Rollup) -> RollupItem:
    """The item to write; its version is new."""
    body = zlib.compress(json.dumps(rollup, ensure_ascii=False, separators=(",", ":")).encode())
    return RollupItem(*_address(key), version=new_version(), body=body)


def read(keys: Collection[RollupKey]) -> dict[RollupKey, Held[Rollup]]:
    """The rollups as they are now, consistently; absent ones are empty."""
    wanted = {_address(key): key for key in keys}
    found = RollupItem.batch_get(list(wanted), consistent_read=True)
    held = {wanted[i.pk, i.sk]: Held(_rollup(i), int(i.version)) for i in found}
    return {key: held.get(key, Held({}, None)) for key in keys}


def read_days(organization: int, scope: str, slots: Iterable[int], first: int, last: int) -> dict[int, Rollup]:
    """The rollups of a scope from one day to another, both included, slots added up; days without one are missing."""
    days: dict[str, list[Rollup]] = {}
    for slot in slots:
        window = RollupItem.sk.between(sort(first), sort(last))
        for found in RollupItem.query(partition(organization, scope, slot), window, consistent_read=True):
            days.setdefault(found.sk, []).append(_rollup(found))
    return {day: merged(days[sort(day)]) for day in range(first, last + 1) if sort(day) in days}


def read_lifetime(organization: int, scope: str, slots: Iterable[int]) -> Rollup:
    """The lifetime rollup of a scope, slots added up."""
    held = read([RollupKey(organization, scope, slot, LIFETIME) for slot in slots])
    return merged(rollup.value for rollup in held.values())


def delete_scope(organization: int, scope: str, slots: Iterable[int]) -> None:
    """Remove every rollup of a scope."""
    for slot in slots:
        for found in RollupItem.query(partition(organization, scope, slot), consistent_read=True):
            found.delete()


def _address(key: RollupKey) -> tuple[str, str]:
    return partition(key.organization, key.scope, key.slot), sort(key.period)


def _rollup(found: RollupItem) -> Rollup:
    rollup: Rollup = json.loads(zlib.decompress(found.body))
    return rollup
