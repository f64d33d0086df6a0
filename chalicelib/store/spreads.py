"""How links are spread over slots, and whether they are being recounted, in the objects table.

pk <organization>   sk slots#<number>   a link's slots; slots# is the organization's widest
"""

from collections.abc import Collection
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from chalicelib.core import targets
from chalicelib.core.links import Link
from chalicelib.core.rollups import Rollup
from chalicelib.core.slots import Spread
from chalicelib.store import links, rollups
from chalicelib.store.gathered import MOST, Wanted, gather
from chalicelib.store.links import SlugItem
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record, refused
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held


class SlotsItem(Record):
    """`raised` is when a link's slots were last raised, in milliseconds; `recounting` the orders at work on it."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    slots = NumberAttribute(null=True)
    raised = NumberAttribute(null=True)
    recounting = UnicodeSetAttribute(null=True)


def of(organization: int, link: int) -> Spread:
    """How a link's scans are spread, as of now, consistently."""
    return _spread(organization, sort_key("slots", link))


def with_link(organization: int, link: int) -> tuple[Held[Link] | None, Spread]:
    """A link, None when there is none or it is being erased, and how its scans are spread, consistently."""
    asked, slots = links.wanted(organization, link), _wanted(organization, link)
    found = gather([asked, slots])
    return links.alive(found.of(asked)), spread_of(found.of(slots))


def with_lifetime(organization: int, link: int, scope: str, slots: Collection[int]) -> tuple[Rollup, Spread]:
    """The lifetime of a scope of a link, slots added up, and how the link's scans are spread afterwards."""
    lifetimes, own = rollups.wanted_lifetimes(organization, scope, slots), _wanted(organization, link)
    if len(lifetimes) >= MOST:
        return rollups.read_lifetime(organization, scope, slots), of(organization, link)
    found = gather([*lifetimes, own])
    return rollups.lifetime_of(found.of(each) for each in lifetimes), spread_of(found.of(own))


def several(organization: int, links: Collection[int]) -> dict[int, Spread]:
    """The same of many links, read at once."""
    addresses = {(str(organization), sort_key("slots", link)): link for link in links}
    found = SlotsItem.batch_get(list(addresses), consistent_read=True)
    return dict.fromkeys(links, Spread()) | {addresses[item.pk, item.sk]: spread_of(item) for item in found}


def slots(organization: int, link: int) -> int:
    """A link's slots as they are now, consistently; 1 until they grew."""
    return of(organization, link).slots


def most_slots(organization: int) -> int:
    """The most slots that any link of an organization has."""
    return _spread(organization, "slots#").slots


def begin_recounting(write: Transaction, organization: int, link: int, order: int) -> None:
    """Mark a link as being recounted for an order, within a transaction."""
    marking = SlotsItem.recounting.add({str(order)})
    write.update(_slots_item(organization, link), [marking], None, "recounting")


def end_recounting(organization: int, link: int, order: int) -> None:
    _slots_item(organization, link).update([SlotsItem.recounting.delete({str(order)})])


def raise_slots(organization: int, link: Link, wanted: int, now_ms: int = 0) -> None:
    """Raise a link's slots. Readers must know before any writer does, so the redirect's copy is the last."""
    own = _slots_item(organization, link.number)
    _raise(SlotsItem(str(organization), "slots#"), SlotsItem.slots, wanted)
    _raise(own, SlotsItem.slots, wanted)
    own.update([SlotsItem.raised.set(now_ms)])
    slug = SlugItem(targets.partition(link.slug), targets.SORT)
    _raise(slug, SlugItem.slots, wanted, SlugItem.link == link.number)


def delete(organization: int, link: int) -> None:
    """Forget how a link is spread, once nothing counts for it any more."""
    _slots_item(organization, link).delete()


def spread_of(item: SlotsItem | None) -> Spread:
    """How an item says that scans are spread; without one they are not."""
    if item is None:
        return Spread()
    return Spread(int(item.slots or 1), int(item.raised or 0), bool(item.recounting))


def _raise(item: Record, attribute: Any, wanted: int, also: Any = None) -> None:
    lower = attribute.does_not_exist() | (attribute < wanted) if also is None else also & (attribute < wanted)
    refused(lambda: item.update([attribute.set(wanted)], condition=lower))


def _spread(organization: int, sort: str) -> Spread:
    try:
        return spread_of(SlotsItem.get(str(organization), sort, consistent_read=True))
    except SlotsItem.DoesNotExist:
        return Spread()


def _wanted(organization: int, link: int) -> Wanted[SlotsItem]:
    return Wanted(SlotsItem, str(organization), sort_key("slots", link))


def _slots_item(organization: int, link: int) -> SlotsItem:
    return SlotsItem(str(organization), sort_key("slots", link))
