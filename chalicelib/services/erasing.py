"""Erasing a link: its scans are folded out of the organization and deleted, then its rollups, its QR codes,
its shared reports and itself.

The link's tombstone stands before the first scan is looked at, and the fold reads it consistently, so a scan that
arrives later is deleted by the fold. But a fold under way may have read the link before:

    fold:   reads the link (alive) .............. commits: the scan is counted after all
    erase:  ....................... tombstone, reads the scan (pending) ....... refused: it is settled

So a partition is read again until nothing is left in it. What the link's rollups hold then are scans that had expired:
that much is taken from the organization's. Those of its QR codes are in no sum, and are only deleted. The order to
erase stays in the table until all is done, with the partition it came to: a run that is cut off anywhere is taken up
there, and finds nothing of what was done.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from chalicelib.core import rollups as r
from chalicelib.core.batches import batches
from chalicelib.core.days import DAY_MS
from chalicelib.core.rollups import ORGANIZATION_SCOPE, Rollup, RollupKey, link_scope, marker_scope
from chalicelib.core.shares import LINK
from chalicelib.core.slots import home
from chalicelib.errors import Unavailable
from chalicelib.services import counting, sharing
from chalicelib.store import codes, jobs, links, poisoned, queues, reached, rollups, scans, shares, spreads
from chalicelib.store.jobs import Erase
from chalicelib.store.versions import Held

PAGE: Final = 96
ATTEMPTS: Final = 12

OutOfTime = Callable[[], bool]
Clear = Callable[[], bool]  # empties a partition; False when time ran out


def erase(organization: int, link: int, now_ms: int, out_of_time: OutOfTime) -> bool:
    """Erase a link whose tombstone stands. False when time ran out; a message to go on is then on its way."""
    order = jobs.take_erase(organization, link, now_ms)
    if order is None:
        return True
    slots = range(spreads.slots(organization, link))
    clearing = _emptying(order, slots, now_ms, out_of_time) | _forgetting(order, slots)
    left = {partition: clearing[partition] for partition in sorted(clearing) if partition > order.reached}
    emptied = list(_emptied(left, out_of_time))
    if len(emptied) < len(left) or not (
        _withdrawn(organization, link, slots, out_of_time)
        and _uncoded(organization, link, out_of_time)
        and _unmarked(organization, link, out_of_time)
        and _unshared(organization, link, out_of_time)
    ):
        _hand_over(order, emptied[-1] if emptied else order.reached)
        return False
    links.delete(organization, link)
    spreads.delete(organization, link)
    jobs.end_erase(organization, link)
    return True


def _hand_over(order: Erase, reached: str) -> None:
    """Ask to go on, unless another job took the order up meanwhile: two would become four, and so on."""
    if jobs.reach(order, reached):
        queues.send_job({"organization": order.organization, "erase": order.link})


def _emptying(order: Erase, slots: range, now_ms: int, out_of_time: OutOfTime) -> dict[str, Clear]:
    """The partitions of a link's scans. A day more on either side: clocks differ, and a scan may lie in the month
    before or after."""
    first_ms, last_ms = order.created_ms - DAY_MS, now_ms + DAY_MS
    partitions = scans.partitions(order.organization, order.link, slots, first_ms, last_ms)
    return {partition: partial(_empty, partition, out_of_time) for partition in partitions}


def _emptied(clearing: Mapping[str, Clear], out_of_time: OutOfTime) -> Iterator[str]:
    """Empty partitions until time runs out; those that are empty then."""
    for partition, clear in clearing.items():
        if not clear():
            return
        yield partition
        if out_of_time():
            return


def _empty(partition: str, out_of_time: OutOfTime) -> bool:
    """Fold the scans of a partition out and delete them, until none is left; False when time ran out."""
    while page := scans.first_in(partition, PAGE):
        failed = counting.settle(page)
        for scan in page:
            if scan.key in failed and not scan.pending:
                poisoned.drop(scan)
        if out_of_time():
            return False
    return True


def _forgetting(order: Erase, slots: range) -> dict[str, Clear]:
    """The rollup partitions of a link's QR codes, which sort behind those of its scans."""
    scopes = [marker_scope(order.link, ordinal) for ordinal in range(1, order.markers + 1)]
    return {
        rollups.partition(order.organization, scope, slot): partial(_forget, order.organization, scope, slot)
        for scope in scopes
        for slot in slots
    }


def _forget(organization: int, scope: str, slot: int) -> bool:
    """Delete the rollups of a scope that nothing is folded into any more. Raises Unavailable."""
    held = rollups.read_scope_as_stored(organization, scope, slot)
    for page in batches(held.items(), PAGE):
        gone = {key: (Held[Rollup]({}, rollup.version), Rollup()) for key, rollup in page}
        if not rollups.replace(gone):
            raise Unavailable.storage()
    return True


def _withdrawn(organization: int, link: int, slots: range, out_of_time: OutOfTime) -> bool:
    """Take what a link's rollups still hold, of scans that are gone already, from the organization's; delete them.
    False when time ran out."""
    for slot in slots:
        for key, _ in rollups.read_scope(organization, link_scope(link), slot):
            whole = RollupKey(organization, ORGANIZATION_SCOPE, home(link, slot), key.period)
            if not any(_moved(key, whole) for _ in range(ATTEMPTS)):
                raise Unavailable.storage()
            if out_of_time():
                return False
    return True


def _uncoded(organization: int, link: int, out_of_time: OutOfTime) -> bool:
    """Delete a link's QR codes. False when time ran out."""
    while numbers := codes.first_of_link(organization, link, PAGE):
        codes.erase(organization, link, numbers)
        if out_of_time():
            return False
    return True


def _unmarked(organization: int, link: int, out_of_time: OutOfTime) -> bool:
    """Forget which thresholds a link and its QR codes reached. False when time ran out."""
    while scopes := reached.scopes_of_link(organization, link, PAGE):
        reached.forget(organization, scopes)
        if out_of_time():
            return False
    return True


def _unshared(organization: int, link: int, out_of_time: OutOfTime) -> bool:
    """Revoke what of a link is shared. False when time ran out."""
    while found := shares.newest_first(organization, LINK, link, PAGE):
        sharing.revoke_each(organization, found)
        if out_of_time():
            return False
    return True


def _moved(key: RollupKey, whole: RollupKey) -> bool:
    held = rollups.read([key, whole])
    left = r.withdrawn(held[whole].value, held[key].value)
    return rollups.replace({key: (held[key], {}), whole: (held[whole], left)})
