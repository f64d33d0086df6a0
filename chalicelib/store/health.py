"""How receivers fare, in the deliveries table. One that is well has no item.

pk <organization>   sk health#<receiver>   its failures since the last success, its breaker, whether it is slow
"""

from collections.abc import Collection
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core.breaker import Failure, Health
from chalicelib.core.days import DAY_MS
from chalicelib.store.tables import Record, refused, whole
from chalicelib.store.versions import Held, new_version, unchanged

KEPT_MS: Final = 60 * DAY_MS  # what has not changed for longer tells nothing any more

_PREFIX: Final = "health#"

Key = tuple[int, int]  # an organization's number and a receiver's


class HealthItem(Record):
    """`failed`, `status` and `reason` are those of the last failure."""

    table = "deliveries_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    failures = NumberAttribute()
    since = NumberAttribute(null=True)
    failed = NumberAttribute(null=True)
    status = NumberAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    open_until = NumberAttribute(null=True)
    cooldown = NumberAttribute()
    slow_until = NumberAttribute()
    slow_answer = NumberAttribute(null=True)
    expires = NumberAttribute()


def read(keys: Collection[Key], *, consistent: bool = False) -> dict[Key, Held[Health]]:
    """The health of receivers; of those without an item, that of one that is well. Raises Unavailable."""
    wanted = [(str(organization), f"{_PREFIX}{receiver}") for organization, receiver in dict.fromkeys(keys)]
    found = {_key(item): item for item in HealthItem.batch_get(wanted, consistent_read=consistent)}
    return {key: _held(found[key]) if key in found else Held(Health(), None) for key in keys}


def put(key: Key, held: Held[Health], now_ms: int) -> bool:
    """Write a receiver's health, on the condition that the stored one is of the version that was read, or absent for
    None; False when it is not. Of one that is well nothing is left. Raises Unavailable."""
    item, same = _item(key, held.value, now_ms), unchanged(HealthItem.version, held.version)
    if held.value == Health():
        return not refused(lambda: item.delete(condition=same))
    return not refused(lambda: item.save(condition=same))


def delete(key: Key) -> None:
    """Forget a receiver's health, if there is any. Raises Unavailable."""
    HealthItem(str(key[0]), f"{_PREFIX}{key[1]}").delete()


def _key(found: HealthItem) -> Key:
    return int(found.pk), int(found.sk.removeprefix(_PREFIX))


def _item(key: Key, health: Health, now_ms: int) -> HealthItem:
    last = health.last_failure
    return HealthItem(
        str(key[0]),
        f"{_PREFIX}{key[1]}",
        version=new_version(),
        failures=health.failures,
        since=health.failing_since_ms,
        failed=last.ms if last else None,
        status=last.status if last else None,
        reason=last.reason if last else None,
        open_until=health.open_until_ms,
        cooldown=health.cooldown_ms,
        slow_until=health.slow_until_ms,
        slow_answer=health.slow_answer_ms or None,
        expires=(now_ms + KEPT_MS) // 1000,
    )


def _held(found: HealthItem) -> Held[Health]:
    last = None
    if found.failed is not None:
        last = Failure(int(found.failed), whole(found.status), found.reason or "")
    health = Health(
        failures=int(found.failures),
        failing_since_ms=whole(found.since),
        last_failure=last,
        open_until_ms=whole(found.open_until),
        cooldown_ms=int(found.cooldown),
        slow_until_ms=int(found.slow_until),
        slow_answer_ms=int(found.slow_answer or 0),
    )
    return Held(health, int(found.version))
