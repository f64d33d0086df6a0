"""What is to happen at a time, in the deliveries table, beside the deliveries that are due then.

pk <organization>#alarms   sk <kind>#<of>   when; found by the index by_wait, like what else is due in its minute
pk due                     sk cursor        up to which minute everything was seen to

`kind` is `wake` of a receiver, `summary` of a subscription, `silence` of a scan's conversation.
"""

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.store.deliveries import DUE_SHARDS, MINUTE_MS, ByWait, due_in
from chalicelib.store.tables import Record, refused
from chalicelib.store.transactions import Transaction

WAKE: Final = "wake"
SUMMARY: Final = "summary"
SILENCE: Final = "silence"

_ALARMS: Final = "#alarms"


class Alarm(NamedTuple):
    """`of` is what it is about: a number, or a scan's id."""

    organization: int
    kind: str
    of: str
    due_ms: int


class AlarmItem(Record):
    table = "deliveries_table"
    by_wait = ByWait()
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    due = NumberAttribute()
    wait = UnicodeAttribute(null=True)


class CursorItem(Record):
    table = "deliveries_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    minute = NumberAttribute()


def put(alarm: Alarm) -> None:
    """Set an alarm, in the place of any other of the same. Raises Unavailable."""
    _item(alarm).save()


def add(write: Transaction, alarm: Alarm) -> None:
    """The same, within a transaction."""
    write.put(_item(alarm), None, "alarm")


def drop(write: Transaction, organization: int, kind: str, of: str) -> None:
    """Add to a transaction that an alarm goes, if there is one."""
    write.delete(AlarmItem(f"{organization}{_ALARMS}", f"{kind}#{of}"), None, "alarm")


def move(alarm: Alarm, due_ms: int) -> bool:
    """Set an alarm to another time, as long as it is what was read; False when it is not. Raises Unavailable."""
    item = _item(alarm._replace(due_ms=due_ms))
    return not refused(lambda: item.save(condition=_same(alarm)))


def put_off(alarm: Alarm, until_ms: int) -> bool:
    """Have an alarm looked at again at another time, as long as it is set to what was read; False when it is not.

    It stays set to the time that it is set to: it only comes up later. Raises Unavailable.
    """
    item = _item(alarm)
    looked_at: list[Action] = [AlarmItem.wait.set(_item(alarm._replace(due_ms=until_ms)).wait)]
    return not refused(lambda: item.update(looked_at, condition=_same(alarm)))


def end(alarm: Alarm) -> bool:
    """End an alarm, as long as it is what was read; False when it is not. Raises Unavailable."""
    return not refused(lambda: _item(alarm).delete(condition=_same(alarm)))


def read(organization: int, kind: str, of: str) -> Alarm | None:
    """An alarm as it is set now, consistently; None when there is none."""
    try:
        found = AlarmItem.get(f"{organization}{_ALARMS}", f"{kind}#{of}", consistent_read=True)
    except AlarmItem.DoesNotExist:
        return None
    return _alarm(found)


def due(pk: str, sk: str) -> Alarm | None:
    """The alarm behind a key of the index, as it is now, consistently; None for what is no alarm, or gone."""
    if not is_alarm(pk):
        return None
    kind, of = sk.split("#", 1)
    return read(int(pk.removesuffix(_ALARMS)), kind, of)


def is_alarm(pk: str) -> bool:
    """Whether a key of the index is that of an alarm, not of a delivery."""
    return pk.endswith(_ALARMS)


def keys_due(minute: int) -> Iterator[tuple[str, str]]:
    """The keys of everything that is due in a minute, alarms and deliveries alike, as far as the index knows."""
    for shard in range(DUE_SHARDS):
        for found in AlarmItem.by_wait.query(due_in(minute, shard)):
            yield found.pk, found.sk


def read_cursor() -> int | None:
    """The minute up to which everything that was due was seen to; None before the first."""
    try:
        return int(CursorItem.get("due", "cursor", consistent_read=True).minute)
    except CursorItem.DoesNotExist:
        return None


def note_cursor(minute: int) -> None:
    CursorItem("due", "cursor", minute=minute).save()


def _same(alarm: Alarm) -> Condition:
    same: Condition = AlarmItem.due == alarm.due_ms
    return same


def _item(alarm: Alarm) -> AlarmItem:
    pk, sk = f"{alarm.organization}{_ALARMS}", f"{alarm.kind}#{alarm.of}"
    wait = due_in(alarm.due_ms // MINUTE_MS, zlib.crc32(sk.encode()) % DUE_SHARDS)
    return AlarmItem(pk, sk, due=alarm.due_ms, wait=wait)


def _alarm(found: AlarmItem) -> Alarm:
    kind, of = found.sk.split("#", 1)
    return Alarm(int(found.pk.removesuffix(_ALARMS)), kind, of, int(found.due))
