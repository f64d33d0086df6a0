"""Orders to fold stored scans anew, in the objects table.

pk <organization>   sk refold#<number>   which scans shall be judged again, and how far that came
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.errors import Unavailable
from chalicelib.store import spreads
from chalicelib.store.tables import Record, refused
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import new_version, unchanged

_PREFIX: Final = "refold#"


class Refold(NamedTuple):
    """Scans of one link (0: of all) from a time to just before another. `anew` judges bots again by today's rules.

    `link_reached`, `partition` and `sort` say up to where it is done: all newer links, and of this link all partitions
    before that one and all scans up to that sort key. `version` tells which job took it up last.
    """

    organization: int
    number: int
    link: int
    first_ms: int
    end_ms: int
    anew: bool
    link_reached: int = 0
    partition: str = ""
    sort: str = ""
    version: int = 0


class RefoldItem(Record):
    """`touched` is when a job last took the order up."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    link = NumberAttribute()
    first = NumberAttribute()
    end = NumberAttribute()
    anew = BooleanAttribute()
    link_reached = NumberAttribute(null=True)
    partition = UnicodeAttribute(null=True)
    sort = UnicodeAttribute(null=True)
    touched = NumberAttribute()
    version = NumberAttribute(null=True)


def put(write: Transaction, order: Refold, now_ms: int) -> None:
    """Add a new order to a transaction."""
    item = _item(order.organization, order.number)
    item.link, item.first, item.end, item.anew = order.link, order.first_ms, order.end_ms, order.anew
    item.touched = now_ms
    write.put(item, None, "refold")


def take(organization: int, number: int, now_ms: int) -> Refold | None:
    """Take an order up, from another job as well; None when there is no such order any more."""
    item = _item(organization, number)
    taking: list[Action] = [RefoldItem.touched.set(now_ms), RefoldItem.version.set(new_version())]
    if refused(lambda: item.update(taking, condition=RefoldItem.pk.exists())):
        return None
    return Refold(
        organization=organization,
        number=number,
        link=int(item.link),
        first_ms=int(item.first),
        end_ms=int(item.end),
        anew=item.anew,
        link_reached=int(item.link_reached or 0),
        partition=item.partition or "",
        sort=item.sort or "",
        version=int(item.version),
    )


def reach(order: Refold, link: int, partition: str, sort: str) -> bool:
    """Note how far an order came; False when another job has taken it up, or ended it."""
    actions: list[Action] = [RefoldItem.link_reached.set(link)]
    actions += [RefoldItem.partition.set(partition), RefoldItem.sort.set(sort)]
    item, mine = _item(order.organization, order.number), unchanged(RefoldItem.version, order.version)
    return not refused(lambda: item.update(actions, condition=mine))


def begin(order: Refold, link: int) -> bool:
    """Mark a link as being recounted; False when another job has taken the order up, or ended it. Raises Unavailable.

    Nobody else would take the mark away when there is no order any more.
    """
    write, mine = Transaction(), unchanged(RefoldItem.version, order.version)
    same: Action = RefoldItem.version.set(order.version)
    write.update(_item(order.organization, order.number), [same], mine, "refold")
    spreads.begin_recounting(write, order.organization, link, order.number)
    refusals = write.commit()
    if any(not refusal.condition for refusal in refusals):
        raise Unavailable.storage()
    return not refusals


def end(order: Refold) -> None:
    """End an order, unless another job has taken it up: that one ends it."""
    refused(lambda: _item(order.organization, order.number).delete(unchanged(RefoldItem.version, order.version)))


def idle(organization: int, idle_since_ms: int) -> Iterator[int]:
    """The orders of an organization that no job has taken up since a time."""
    for found in RefoldItem.query(str(organization), RefoldItem.sk.startswith(_PREFIX)):
        if found.touched <= idle_since_ms:
            yield int(found.sk.removeprefix(_PREFIX))


def _item(organization: int, number: int) -> RefoldItem:
    return RefoldItem(str(organization), f"{_PREFIX}{number}")
