"""Orders to draw many pictures into one file, in the objects table.

pk <organization>   sk bundle#<number>   which pictures, and whether they are drawn
"""

from collections.abc import Iterator
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.core.bundles import Order, Wanted
from chalicelib.core.days import DAY_MS
from chalicelib.core.exports import DONE, FAILED, RUNNING
from chalicelib.core.styles import FORMATS
from chalicelib.store.exports import KEPT_DAYS
from chalicelib.store.tables import Record, refused

_PREFIX: Final = "bundle#"


class BundleItem(Record):
    """`pictures` are numbers, separated by blanks; `touched` is when a job last took the order up."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    pictures = UnicodeAttribute()
    format = UnicodeAttribute()
    size = NumberAttribute()
    base = UnicodeAttribute()
    state = UnicodeAttribute()
    tries = NumberAttribute()
    created = NumberAttribute()
    touched = NumberAttribute()
    expires = NumberAttribute()


def put(order: Order) -> None:
    """Store a new order."""
    wanted = order.wanted
    item = _item(wanted.organization, order.number)
    item.pictures, item.base = " ".join(map(str, wanted.numbers)), wanted.base
    item.format, item.size = wanted.format, wanted.size
    item.state, item.tries = order.state, order.tries
    item.created = item.touched = order.created_ms
    item.expires = (order.created_ms + KEPT_DAYS * DAY_MS) // 1000
    item.save()


def read(organization: int, number: int, now_ms: int) -> Order | None:
    """An order, None when there is none, or none any more."""
    item = _item(organization, number)
    try:
        item.refresh(consistent_read=True)
    except BundleItem.DoesNotExist:
        return None
    return _order(item) if item.expires > now_ms // 1000 else None


def take(organization: int, number: int, now_ms: int) -> Order | None:
    """Take a running order up once more, from another job as well; None when there is no such order any more."""
    item = _item(organization, number)
    taking: list[Action] = [BundleItem.touched.set(now_ms), BundleItem.tries.set(BundleItem.tries + 1)]
    return None if refused(lambda: item.update(taking, condition=_is_running())) else _order(item)


def end(order: Order, done: bool) -> None:
    """End an order. A file that is there after all is no failure: another job may have given up too early."""
    item = _item(order.wanted.organization, order.number)
    condition = BundleItem.pk.exists() if done else _is_running()
    refused(lambda: item.update([BundleItem.state.set(DONE if done else FAILED)], condition=condition))


def running(organization: int, idle_since_ms: int | None = None) -> Iterator[Order]:
    """The running orders of an organization, or those that no job has taken up since a time."""
    for found in BundleItem.query(str(organization), BundleItem.sk.startswith(_PREFIX), consistent_read=True):
        if found.state == RUNNING and (idle_since_ms is None or found.touched <= idle_since_ms):
            yield _order(found)


def _is_running() -> Condition:
    running: Condition = BundleItem.pk.exists() & (BundleItem.state == RUNNING)
    return running


def _order(item: BundleItem) -> Order:
    wanted = Wanted(
        organization=int(item.pk),
        numbers=tuple(map(int, item.pictures.split())),
        format=next(form for form in FORMATS if form == item.format),
        size=int(item.size),
        base=item.base,
    )
    return Order(int(item.sk.removeprefix(_PREFIX)), wanted, item.state, int(item.created), int(item.tries))


def _item(organization: int, number: int) -> BundleItem:
    return BundleItem(str(organization), f"{_PREFIX}{number}")
