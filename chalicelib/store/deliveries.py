"""Deliveries, in a table of their own.

pk <organization>#<receiver>#<shard>   sk <ms>#<event>   one event on its way to one receiver; ms has 14 digits
index by_wait: due#<minute>#<shard>, or parked#<organization>#<receiver>#<shard>, of those that wait for that
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import KEPT_DAYS, MOST_ATTEMPTS_KEPT, Attempt, Delivery, Place
from chalicelib.core.scans import END_MS, sort_from
from chalicelib.store.tables import Record, refused, whole
from chalicelib.store.versions import new_version, unchanged

MINUTE_MS: Final = 60_000
DUE_SHARDS: Final = 4


class ByWait(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """What waits, by what it waits for, keys only."""

    class Meta:
        index_name = "by_wait"
        projection = KeysOnlyProjection()

    wait = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class DeliveryItem(Record):
    """`attempts` is JSON; `wait` is there only while it waits; `due` is when it shall be tried again."""

    table = "deliveries_table"
    by_wait = ByWait()
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    type = UnicodeAttribute()
    body = UnicodeAttribute()
    state = UnicodeAttribute()
    round = NumberAttribute()
    tries = NumberAttribute()
    attempts = UnicodeAttribute(null=True)
    wait = UnicodeAttribute(null=True)
    due = NumberAttribute(null=True)
    version = NumberAttribute()
    expires = NumberAttribute()


def put(delivery: Delivery) -> bool:
    """Write a delivery, on the condition that it is still what was read; False when it is not. Raises Unavailable."""
    item = _item(delivery)
    return not refused(lambda: item.save(condition=unchanged(DeliveryItem.version, delivery.version)))


def read(places: Collection[Place]) -> dict[Place, Delivery]:
    """Deliveries as they are now, consistently; those that are not there are missing."""
    wanted = [(place.partition, place.sort) for place in dict.fromkeys(places)]
    found = DeliveryItem.batch_get(wanted, consistent_read=True)
    return {delivery.place: delivery for delivery in map(_delivery, found)}


def in_partition(
    partition: str, first_ms: int = 0, before: str | None = None, *, newest_first: bool = True, page_size: int = 100
) -> Iterator[Delivery]:
    """The deliveries of one partition with events from a time on, to just before a sort key, consistently."""
    window = DeliveryItem.sk.between(sort_from(first_ms), before or sort_from(END_MS - 1))
    found = DeliveryItem.query(
        partition, window, scan_index_forward=not newest_first, consistent_read=True, page_size=page_size
    )
    return (delivery for delivery in map(_delivery, found) if delivery.place.sort != before)


def waiting(wait: str, most: int) -> list[Place]:
    """What waits for something, the oldest events first, as far as the index knows. `due_in` and `parked_at` say what
    there is to wait for."""
    found = DeliveryItem.by_wait.query(wait, limit=most)
    return [Place.of(item.pk, item.sk) for item in found]


def due_in(minute: int, shard: int) -> str:
    """What waits for a minute, counted since 1970."""
    return f"due#{minute}#{shard}"


def parked_at(organization: int, receiver: int, shard: int) -> str:
    """What waits for a receiver to answer again."""
    return f"parked#{organization}#{receiver}#{shard}"


def _wait(delivery: Delivery) -> str | None:
    place = delivery.place
    if delivery.due_ms is not None:
        return due_in(delivery.due_ms // MINUTE_MS, place.shard % DUE_SHARDS)
    return parked_at(place.organization, place.receiver, place.shard) if delivery.parked else None


def _item(delivery: Delivery) -> DeliveryItem:
    place = delivery.place
    kept = delivery.attempts[-MOST_ATTEMPTS_KEPT:]
    return DeliveryItem(
        place.partition,
        place.sort,
        type=delivery.type,
        body=delivery.body,
        state=delivery.state,
        round=delivery.round,
        tries=delivery.tries,
        attempts=json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None,
        wait=_wait(delivery),
        due=delivery.due_ms,
        version=new_version(),
        expires=place.ms // 1000 + KEPT_DAYS * DAY_MS // 1000,
    )


def _delivery(found: DeliveryItem) -> Delivery:
    return Delivery(
        place=Place.of(found.pk, found.sk),
        type=found.type,
        body=found.body,
        state=found.state,
        round=int(found.round),
        tries=int(found.tries),
        attempts=tuple(Attempt(*each) for each in json.loads(found.attempts or "[]")),
        due_ms=whole(found.due),
        parked=(found.wait or "").startswith("parked#"),
        version=int(found.version),
    )
