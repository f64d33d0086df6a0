"""Changing history: stored scans are judged again, and folded from what the books hold to what they shall hold.

Newer bot rules, an organization's own tests, how long raw scans are kept: the decision is written first, together with
an order in the table. The fold reads it consistently from then on, so what is left are scans that were folded before,
or are being folded by somebody who read the decision before it was made. A page is read until nothing in it differs:

    fold:    reads the terms (old) ................. commits: judged by the old terms
    refold:  ............ reads the scan (pending) ......... refused; reads it again: differs, folds it

A job walks over the scans, notes in the order how far it came, and hands over before its time is up. Whatever is done
twice finds nothing to do.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from chalicelib.core.days import DAY_MS
from chalicelib.core.judging import Terms, judged
from chalicelib.core.links import Link
from chalicelib.core.scans import Scan, sort_from
from chalicelib.services import counting
from chalicelib.store import links, queues, refolds, scans, spreads
from chalicelib.store.refolds import Refold

PAGE: Final = 96

_DONE: Final = "~"  # behind every partition, and every scan of one

OutOfTime = Callable[[], bool]
Reached = tuple[str, str]  # a partition, and the sort key of its last scan that is done


def refold(organization: int, number: int, now_ms: int, out_of_time: OutOfTime) -> bool:
    """Work on an order. False when time ran out; a message to go on is then on its way."""
    order = refolds.take(organization, number, now_ms)
    if order is None:
        return True
    for link in _links(order):
        if not refolds.begin(order, link.number):
            return True  # another job is at it
        if (reached := _refold_link(order, link, out_of_time)) is not None:
            _hand_over(order, link, reached)
            return False
    refolds.end(order)
    return True


def _hand_over(order: Refold, link: Link, reached: Reached) -> None:
    """Ask to go on, unless another job took the order up meanwhile: two would become four, and so on."""
    if refolds.reach(order, link.number, *reached):
        queues.send_job({"organization": order.organization, "refold": order.number})


def _links(order: Refold) -> Iterable[Link]:
    """The links that an order has still to see; the one that it has begun comes first."""
    seen = order.partition == _DONE
    if order.link:
        held = links.read(order.organization, order.link)
        return [held.value] if held and not seen else []
    before = order.link_reached + (not seen) if order.link_reached else None
    return links.newest_first(order.organization, before)


def _refold_link(order: Refold, link: Link, out_of_time: OutOfTime) -> Reached | None:
    """Judge a link's scans again; where it was when time ran out. Its answers say `recounting` meanwhile."""
    resumed = link.number == order.link_reached
    for partition in _partitions(order, link):
        if resumed and (partition, _DONE) <= (order.partition, order.sort):
            continue
        after = order.sort if resumed and partition == order.partition else sort_from(order.first_ms)
        for page in _pages(partition, after, order.end_ms):
            _settle(page, order.anew)
            if out_of_time():
                return partition, page[-1].key.sort
        if out_of_time():
            return partition, _DONE
    spreads.end_recounting(order.organization, link.number, order.number)
    return (_DONE, "") if out_of_time() else None


def _partitions(order: Refold, link: Link) -> list[str]:
    """Where a link's scans may lie. Slots that come later hold only scans that are judged as they shall be."""
    first_ms = max(order.first_ms, link.counted_from_ms - DAY_MS)
    slots = range(spreads.slots(order.organization, link.number))
    return sorted(scans.partitions(order.organization, link.number, slots, first_ms, order.end_ms))


def _pages(partition: str, after: str, end_ms: int) -> Iterator[list[Scan]]:
    while page := [scan for scan in scans.first_in(partition, PAGE, after) if scan.key.ms < end_ms]:
        yield page
        after = page[-1].key.sort


def _settle(page: list[Scan], anew: bool) -> None:
    """Fold the scans of a page until none differs from what it shall be, but for those that cannot be folded."""
    hopeless = {scan.key for scan in page if scan.poisoned or scan.damaged}
    for scan, terms in _with_terms([scan for scan in page if scan.poisoned]):
        if scan.expires != (expires := terms.expires(scan.key.ms)):
            scans.keep_until(scan, expires)
    while differing := _differing([scan for scan in page if scan.key not in hopeless], anew):
        hopeless |= counting.settle(differing, anew=anew)
        page = scans.read([scan.key for scan in differing])


def _differing(page: list[Scan], anew: bool) -> list[Scan]:
    return [scan for scan, terms in _with_terms(page) if _differs(scan, terms, anew)]


def _with_terms(page: list[Scan]) -> Iterator[tuple[Scan, Terms]]:
    """Scans with what their owner decided; those of an erased link are the erasing's."""
    terms = links.terms({(scan.key.organization, scan.key.link) for scan in page}) if page else {}
    for scan in page:
        if found := terms.get((scan.key.organization, scan.key.link)):
            yield scan, found


def _differs(scan: Scan, terms: Terms, anew: bool) -> bool:
    """Whether a scan is pending, or is not what it shall be."""
    return bool(scan.pending) or (scan.counted, scan.expires) != (
        judged(scan, terms, anew).facts,
        terms.expires(scan.key.ms),
    )
