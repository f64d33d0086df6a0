"""Erasing a link: its scans are folded out of the organization and deleted, then its rollups and itself.

The link's tombstone stands before the first scan is looked at, and the fold reads it consistently, so a scan that
arrives later is deleted by the fold. But a fold under way may have read the link before:

    fold:   reads the link (alive) .............. commits: the scan is counted after all
    erase:  ....................... tombstone, reads the scan (pending) ....... refused: it is settled

So a partition is read again until nothing is left in it. The order to erase stays in the table until all is done: a
run that is cut off anywhere is taken up again, and does again only what was left.
"""

from collections.abc import Callable

from chalicelib.core.rollups import link_scope
from chalicelib.services import counting
from chalicelib.store import jobs, links, queues, rollups, scans

PAGE = 96


def erase(organization: int, link: int, now_ms: int, out_of_time: Callable[[], bool]) -> bool:
    """Erase a link whose tombstone stands. False when time ran out; a message to go on is then on its way."""
    created = jobs.take_erase(organization, link, now_ms)
    if created is None:
        return True
    slots = range(links.slots(organization, link))
    for partition in scans.partitions(organization, link, slots, created, now_ms):
        while page := scans.first_in(partition, PAGE):
            counting.settle(page)
            if out_of_time():
                return _hand_over(organization, link)
        if out_of_time():
            return _hand_over(organization, link)
    rollups.delete_scope(organization, link_scope(link), slots)
    links.delete(organization, link)
    jobs.end_erase(organization, link)
    return True


def _hand_over(organization: int, link: int) -> bool:
    queues.send_job({"organization": organization, "erase": link})
    return False
