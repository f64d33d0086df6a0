"""Orders to post again to an endpoint what happened in a span of time, in the objects table.

pk <organization>   sk replay#<number>   which deliveries, and how far that came
"""

from collections.abc import Iterator
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.update import Action

from chalicelib.core.days import DAY_MS
from chalicelib.core.exports import DONE, FAILED, RUNNING
from chalicelib.core.places import Span
from chalicelib.core.replays import Progress, Replay
from chalicelib.store.tables import Record, refused
from chalicelib.store.versions import new_version, unchanged

KEPT_DAYS: Final = 7

_PREFIX: Final = "replay#"


class ReplayItem(Record):
    """`touched` is when a job last took the order up, `version` which one."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    endpoint = NumberAttribute()
    first = NumberAttribute()
    end = NumberAttribute()
    states = UnicodeSetAttribute()
    state = UnicodeAttribute()
    shard = NumberAttribute()
    after = UnicodeAttribute()
    seen = NumberAttribute()
    sent = NumberAttribute()
    created = NumberAttribute()
    touched = NumberAttribute()
    expires = NumberAttribute()
    version = NumberAttribute(null=True)


def put(order: Replay) -> None:
    """Store a new order. Raises Unavailable."""
    item, progress = _item(order.organization, order.number), order.progress
    item.endpoint, item.first, item.end = order.endpoint, order.span.first_ms, order.span.end_ms
    item.states, item.state = set(order.states), order.state
    item.shard, item.after, item.seen, item.sent = progress.shard, progress.after, progress.seen, progress.sent
    item.created = item.touched = order.created_ms
    item.expires = (order.created_ms + KEPT_DAYS * DAY_MS) // 1000
    item.save()


def read(organization: int, number: int, now_ms: int) -> Replay | None:
    """An order as it is now, consistently; None when there is none, or none any more."""
    item = _item(organization, number)
    try:
        item.refresh(consistent_read=True)
    except ReplayItem.DoesNotExist:
        return None
    return _replay(item) if item.expires > now_ms // 1000 else None


def take(organization: int, number: int, now_ms: int) -> Replay | None:
    """Take a running order up, from another job as well; None when there is no such order any more."""
    item = _item(organization, number)
    taking: list[Action] = [ReplayItem.touched.set(now_ms), ReplayItem.version.set(new_version())]
    running = ReplayItem.pk.exists() & (ReplayItem.state == RUNNING)
    return None if refused(lambda: item.update(taking, condition=running)) else _replay(item)


def reach(order: Replay, progress: Progress) -> bool:
    """Note how far an order came; False when another job has taken it up, or ended it."""
    return _update(
        order,
        [
            ReplayItem.shard.set(progress.shard),
            ReplayItem.after.set(progress.after),
            ReplayItem.seen.set(progress.seen),
            ReplayItem.sent.set(progress.sent),
        ],
    )


def end(order: Replay, done: bool) -> bool:
    """End an order; False when another job has taken it up, or ended it."""
    return _update(order, [ReplayItem.state.set(DONE if done else FAILED)])


def running(organization: int, idle_since_ms: int | None = None) -> Iterator[Replay]:
    """The running orders of an organization, or those that no job has taken up since a time."""
    for found in ReplayItem.query(str(organization), ReplayItem.sk.startswith(_PREFIX), consistent_read=True):
        if found.state == RUNNING and (idle_since_ms is None or found.touched <= idle_since_ms):
            yield _replay(found)


def newest_first(organization: int, now_ms: int) -> list[Replay]:
    """An organization's orders of the last KEPT_DAYS, running or ended."""
    found = ReplayItem.query(str(organization), ReplayItem.sk.startswith(_PREFIX), consistent_read=True)
    known = [_replay(item) for item in found if item.expires > now_ms // 1000]
    return sorted(known, key=lambda order: -order.number)


def _update(order: Replay, actions: list[Action]) -> bool:
    item, mine = _item(order.organization, order.number), unchanged(ReplayItem.version, order.version)
    return not refused(lambda: item.update(actions, condition=mine & (ReplayItem.state == RUNNING)))


def _replay(item: ReplayItem) -> Replay:
    return Replay(
        organization=int(item.pk),
        number=int(item.sk.removeprefix(_PREFIX)),
        endpoint=int(item.endpoint),
        span=Span(int(item.first), int(item.end)),
        states=frozenset(item.states),
        created_ms=int(item.created),
        state=item.state,
        progress=Progress(int(item.shard), item.after, int(item.seen), int(item.sent)),
        version=int(item.version or 0),
    )


def _item(organization: int, number: int) -> ReplayItem:
    return ReplayItem(str(organization), f"{_PREFIX}{number}")
