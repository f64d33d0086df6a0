"""Erasing a link: its scans are folded out of the organization and deleted, then its rollups and itself.

The link's tombstone stands before the first scan is looked at, and the fold reads it consistently, so a scan that
arrives later is deleted by the fold. The order to erase stays in the table until all is done: a run that is cut
off anywhere is taken up again, and does again only what was left.
"""

from collections.abc import Callable
from itertools import islice

from chalicelib.core.rollups import link_scope
from chalicelib.services import counting
from chalicelib.store import jobs, links, queues, rollups, scans

PAGE = 96


def erase(organization: int, link: int, now_ms: int, out_of_time: Callable[[], bool]) -> bool:
    """Erase a link whose tombstone stands. False when time ran out; a message to go on is then on its way."""
    created = jobs.read_erase(organization, link)
    if created is None:
        return True
    slots = range(links.slots(organization, link))
    remaining = scans.of_link(organization, link, slots, created, now_ms)
    while page := list(islice(remaining, PAGE)):
        counting.settle(page)
        if out_of_time():
            queues.send_job({"organization": organization, "erase": link})
            return False
    rollups.delete_scope(organization, link_scope(link), slots)
    links.delete(organization, link)
    jobs.end_erase(organization, link)
    return True
