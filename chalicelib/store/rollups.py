"""Rollup items: one per scope, slot and day (or lifetime), compressed."""

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.batches import batches
from chalicelib.core.days import iso_day, parse_day
from chalicelib.core.rollups import LIFETIME, ORGANIZATION_SCOPE, TOTAL, Rollup, RollupKey, amount, merged
from chalicelib.store.gathered import Wanted
from chalicelib.store.rollup_bodies import packed, unpacked
from chalicelib.store.slots import each
from chalicelib.store.streams import Changed
from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held, new_version, unchanged

PLACES_HELD: Final = 192  # partitions that are read before their days are added up

_LIFETIME_SORT = "lifetime"
_BATCH: Final = 100  # as many items as one request reads


Seen = Callable[[str, Mapping[int, Rollup]], None]  # a scope, and days of one of its slots


class Rise(NamedTuple):
    """A total of a scope rose: in one of its slots, which held `before`."""

    organization: int
    scope: str
    before: int


class RollupItem(Record):
    """`body` is the rollup as `rollup_bodies` has it; `version` changes with every write."""

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


def period(sort: str) -> int:
    """The day, or LIFETIME, that a sort key names."""
    return LIFETIME if sort == _LIFETIME_SORT else parse_day(sort)


def item(key: RollupKey, rollup: Rollup) -> RollupItem:
    """The item to write; its version is new."""
    return RollupItem(*_address(key), version=new_version(), body=packed(rollup, key.period))


def read(keys: Collection[RollupKey]) -> dict[RollupKey, Held[Rollup]]:
    """The rollups as they are now, consistently; absent ones are empty."""
    wanted = {_address(key): key for key in keys}
    found = RollupItem.batch_get(list(wanted), consistent_read=True)
    held = {wanted[i.pk, i.sk]: Held(_rollup(i), int(i.version)) for i in found}
    return {key: held.get(key, Held({}, None)) for key in keys}


def read_as_stored(keys: Collection[RollupKey]) -> dict[RollupKey, Held[Rollup | None]]:
    """As `read`; None is one that is there and cannot be understood."""
    wanted = {_address(key): key for key in keys}
    found = RollupItem.batch_get(list(wanted), consistent_read=True)
    held = {wanted[i.pk, i.sk]: Held(_understood(i), int(i.version)) for i in found}
    return {key: held.get(key, Held({}, None)) for key in keys}


def read_days(
    organization: int,
    scope: str,
    slots: Collection[int],
    first: int,
    last: int,
    names: Collection[str] | None = None,
) -> dict[int, Rollup]:
    """The rollups of a scope from one day to another, both included, slots added up; days without one are missing.

    A query for each slot, which answers with 1 MB at a time: about 300 days with all their tables full. `names` are the
    tables that are wanted: to unpack all of a year takes 60 ms.
    """
    return read_days_of(organization, [(scope, slot) for slot in slots], first, last, names=names)


def read_days_of(
    organization: int,
    places: Sequence[tuple[str, int]],
    first: int,
    last: int,
    seen: Seen | None = None,
    names: Collection[str] | None = None,
) -> dict[int, Rollup]:
    """As `read_days`, of many scopes' slots, given as (scope, slot), all added up.

    `seen` is told of each scope's slot before it goes into the sum.
    """

    def read_place(place: tuple[str, int]) -> list[tuple[int, Rollup]]:
        return list(days_in_slot(organization, *place, first, last, names))

    days: dict[int, list[Rollup]] = {}
    for part in batches(places, PLACES_HELD):
        for (scope, _), held in zip(part, each(part, read_place), strict=True):
            if seen:
                seen(scope, dict(held))
            for day, rollup in held:
                days.setdefault(day, []).append(rollup)
        days = {day: rollups if len(rollups) == 1 else [merged(rollups)] for day, rollups in days.items()}
    return {day: days[day][0] for day in sorted(days)}


def read_table(
    organization: int, places: Sequence[tuple[str, int]], table: str, first: int, last: int
) -> list[dict[int, Rollup]]:
    """One table of the days of many scopes' slots, given as (scope, slot), each for itself, in their order."""

    def read_place(place: tuple[str, int]) -> dict[int, Rollup]:
        found = days_in_slot(organization, *place, first, last, (table,))
        return {day: rollup for day, rollup in found if rollup}

    return each(places, read_place)


def read_many(keys: Sequence[RollupKey]) -> dict[RollupKey, Rollup]:
    """As `read`, only what they hold, several requests at once when they are many."""
    return {key: held.value for part in each(list(batches(keys, _BATCH)), read) for key, held in part.items()}


def days_in_slot(
    organization: int, scope: str, slot: int, first: int, last: int, names: Collection[str] | None = None
) -> Iterator[tuple[int, Rollup]]:
    """The days of one slot of a scope that have a rollup, both ends included, oldest first, consistently.

    `names` are the tables that are wanted of them.
    """
    window = RollupItem.sk.between(sort(first), sort(last))
    for item in RollupItem.query(partition(organization, scope, slot), window, consistent_read=True):
        yield period(item.sk), _rollup(item, names)


def read_lifetime(organization: int, scope: str, slots: Iterable[int]) -> Rollup:
    """The lifetime rollup of a scope, slots added up."""
    held = read([RollupKey(organization, scope, slot, LIFETIME) for slot in slots])
    return merged(rollup.value for rollup in held.values())


def wanted_lifetimes(organization: int, scope: str, slots: Iterable[int]) -> list[Wanted[RollupItem]]:
    """The lifetime rollups of a scope, to be gathered with other items."""
    return [Wanted(RollupItem, partition(organization, scope, slot), _LIFETIME_SORT) for slot in slots]


def lifetime_of(found: Iterable[RollupItem | None]) -> Rollup:
    """The sum of lifetimes as they were read; absent ones are empty."""
    return merged(_rollup(item) for item in found if item)


def read_scope(organization: int, scope: str, slot: int) -> Iterator[tuple[RollupKey, Held[Rollup]]]:
    """Every rollup of a scope in a slot, oldest day first, the lifetime last, consistently."""
    for found in RollupItem.query(partition(organization, scope, slot), consistent_read=True):
        yield RollupKey(organization, scope, slot, period(found.sk)), Held(_rollup(found), int(found.version))


def read_scope_as_stored(organization: int, scope: str, slot: int) -> dict[RollupKey, Held[Rollup | None]]:
    """Every rollup of a scope in a slot, as `read_as_stored` has them."""
    found = RollupItem.query(partition(organization, scope, slot), consistent_read=True)
    return {RollupKey(organization, scope, slot, period(i.sk)): Held(_understood(i), int(i.version)) for i in found}


def lifetime_rise(change: Changed) -> Rise | None:
    """How a lifetime total rose, by a change of its item; None where none of a link or a QR code did.

    Of one that could not be understood it held nothing before, which is a lower bound, too.
    """
    organization, scope, _ = change.pk.split("#")
    if change.sk != _LIFETIME_SORT or scope == ORGANIZATION_SCOPE:
        return None
    before, after = (
        amount(_understood(RollupItem.from_raw_data(it)) or {}, TOTAL) if it else 0 for it in (change.old, change.new)
    )
    return Rise(int(organization), scope, before) if after > before else None


def replace(changes: Mapping[RollupKey, tuple[Held[Rollup], Rollup]]) -> bool:
    """Write rollups, all or none, on the condition that each is what was read; False when one is not.

    An empty one is deleted. Raises Unavailable.
    """
    write = Transaction()
    for key, (held, rollup) in changes.items():
        enter(write, key, rollup, held.version)
    return not write.commit()


def enter(write: Transaction, key: RollupKey, rollup: Rollup, version: int | None) -> None:
    """Add to a transaction that a rollup becomes what is given, or goes if that is empty."""
    condition = unchanged(RollupItem.version, version)
    if rollup:
        write.put(item(key, rollup), condition, key)
    elif version is not None:
        write.delete(item(key, rollup), condition, key)


def _address(key: RollupKey) -> tuple[str, str]:
    return partition(key.organization, key.scope, key.slot), sort(key.period)


def _rollup(found: RollupItem, names: Collection[str] | None = None) -> Rollup:
    return unpacked(found.body, period(found.sk), names)


def _understood(found: RollupItem) -> Rollup | None:
    try:
        rollup = _rollup(found)
        sums = [sum(table.values()) for table in rollup.values()]
    except (AttributeError, TypeError, ValueError, zlib.error):
        return None
    return rollup if all(isinstance(n, int) for n in sums) else None
