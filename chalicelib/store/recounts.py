"""Orders to recount a day, in the objects table, and what a recount writes.

pk <organization>   sk recount#<YYYY-MM-DD>   a day to recount, and how far that came

All that a recount writes goes through its order: one transaction, on the condition of the order's version. So what is
repaired is noted as repaired, and of two runs of one order the second is refused, and stops.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.core.days import iso_day, parse_day
from chalicelib.core.integrity import Progress, Report
from chalicelib.core.rollups import Rollup, RollupKey
from chalicelib.core.visitors import VisitorKey, Visits
from chalicelib.store import reports, rollups, visitors
from chalicelib.store.tables import Record, refused
from chalicelib.store.transactions import Refusal, Transaction
from chalicelib.store.versions import Held, new_version, unchanged

_PREFIX: Final = "recount#"
_ORDER: Final = "order"


class Order(NamedTuple):
    """An order as it was read, or last written."""

    organization: int
    day: int
    progress: Progress
    version: int


class Overtaken(Exception):
    """Another run took the order up, or finished it: this one has to stop."""


class RecountItem(Record):
    """`progress` is JSON. `touched` is when a run last wrote it, in milliseconds."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    touched = NumberAttribute()
    progress = UnicodeAttribute()


def put(organization: int, day: int, progress: Progress, now_ms: int) -> bool:
    """Order the recount of a day; False when it is ordered already."""
    order = _item(organization, day)
    order.version, order.touched, order.progress = new_version(), now_ms, progress.dumps()
    return not refused(lambda: order.save(condition=RecountItem.pk.does_not_exist()))


def take(organization: int, day: int, now_ms: int) -> Order | None:
    """Take an order up, from another run as well; None when there is no such order."""
    item = _item(organization, day)
    taking: list[Action] = [RecountItem.touched.set(now_ms), RecountItem.version.set(new_version())]
    if refused(lambda: item.update(taking, condition=RecountItem.pk.exists())):
        return None
    return Order(organization, day, Progress.loads(item.progress), int(item.version))


def days(organization: int, idle_since_ms: int | None = None) -> list[int]:
    """The days that are ordered, oldest first; with a time, those only that no run has touched since."""
    found = RecountItem.query(str(organization), RecountItem.sk.startswith(_PREFIX), consistent_read=True)
    idle = [item for item in found if idle_since_ms is None or item.touched <= idle_since_ms]
    return [parse_day(item.sk.removeprefix(_PREFIX)) for item in idle]


def write(
    order: Order,
    progress: Progress,
    now_ms: int,
    mended_rollups: Mapping[RollupKey, Held[Rollup]] | None = None,
    mended_visitors: Mapping[VisitorKey, Held[Visits]] | None = None,
) -> Order | None:
    """Write how far a recount came, and what it mends: new values, with the versions at which the old were read.

    None when one of these is not as it was read: nothing is written then. Raises Overtaken, Unavailable, Oversized.
    """
    transaction, item = Transaction(), _item(order.organization, order.day)
    item.version, item.touched, item.progress = new_version(), now_ms, progress.dumps()
    transaction.put(item, unchanged(RecountItem.version, order.version), _ORDER)
    for key, rollup in (mended_rollups or {}).items():
        rollups.enter(transaction, key, rollup.value, rollup.version)
    for visitor, visits in (mended_visitors or {}).items():
        visitors.enter(transaction, visitor, visits.value, visits.version)
    refusals = transaction.commit()
    _stop_if_overtaken(refusals)
    return None if refusals else order._replace(progress=progress, version=int(item.version))


def finish(order: Order, report: Report) -> bool:
    """Keep the report and end the order; False when that has to be tried again. Raises Overtaken, Unavailable."""
    transaction = Transaction()
    reports.put(transaction, order.organization, report)
    transaction.delete(_item(order.organization, order.day), unchanged(RecountItem.version, order.version), _ORDER)
    refusals = transaction.commit()
    _stop_if_overtaken(refusals)
    return not refusals


def _stop_if_overtaken(refusals: list[Refusal]) -> None:
    if any(refusal.condition and refusal.subject == _ORDER for refusal in refusals):
        raise Overtaken


def _item(organization: int, day: int) -> RecountItem:
    return RecountItem(str(organization), f"{_PREFIX}{iso_day(day)}")
