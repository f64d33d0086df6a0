"""The sweep: nothing depends on a stream record arriving.

Every organization has a cursor. Up to a minute ago, the scans behind it are in the index, and whichever of them are
still pending are folded. Orders to erase that lost their message are sent again.
"""

from chalicelib.core import slots as spread
from chalicelib.core.days import DAY_MS, day_of, iso_day
from chalicelib.core.scans import index_partition
from chalicelib.errors import Unavailable
from chalicelib.services import counting
from chalicelib.store import accounts, edits, jobs, links, queues, recounts, refolds, scans

SETTLED_MS = 60_000  # clocks of redirect functions differ, and the index lags: leave the last minute alone
FIRST_LOOK_MS = DAY_MS
IDLE_MS = 600_000  # twice as long as a job may run: its message was lost
PAGE = 100


def sweep(now_ms: int) -> None:
    """Fold what is pending in every organization, and see that every order goes on.

    Raises what stopped the sweep of an organization, after all others were swept; its cursor stays.
    """
    failure: Exception | None = None
    for organization in accounts.organizations():
        try:
            sweep_organization(organization, now_ms)
        except Exception as error:  # noqa: BLE001 - no organization's trouble stops the others; raised below
            failure = error
        try:
            _send_again(organization, now_ms - IDLE_MS)
            _settle_edits(organization, now_ms)
        except Unavailable as error:
            failure = error
    if failure:
        raise failure


def sweep_organization(organization: int, now_ms: int) -> None:
    """Fold what is pending between an organization's cursor and a minute ago, then move the cursor."""
    until = now_ms - SETTLED_MS
    since = jobs.read_swept(organization)
    first = until - FIRST_LOOK_MS if since is None else since
    homes = spread.homes(links.most_slots(organization))
    failure: Unavailable | None = None
    for day in range(day_of(first), day_of(until) + 1):
        for home in homes:
            try:
                _sweep_partition(index_partition(organization, day, home), first, until)
            except Unavailable as error:
                failure = error
    if failure:
        raise failure
    jobs.note_swept(organization, until)


def _send_again(organization: int, idle_since_ms: int) -> None:
    for link in jobs.erases(organization, idle_since_ms):
        queues.send_job({"organization": organization, "erase": link})
    for order in refolds.idle(organization, idle_since_ms):
        queues.send_job({"organization": organization, "refold": order})
    for day in recounts.days(organization, idle_since_ms):
        queues.send_job({"organization": organization, "recount": iso_day(day)})


def _settle_edits(organization: int, now_ms: int) -> None:
    """Edited scans may be of any day: what is left of them is listed."""
    for key, note in edits.listed(organization, until_ms=now_ms - SETTLED_MS):
        counting.settle_pending(scans.read([key]))
        edits.forget(key, note)


def _sweep_partition(index: str, first_ms: int, until_ms: int) -> None:
    keys = scans.keys_between(index, first_ms, until_ms)
    for start in range(0, len(keys), PAGE):
        counting.settle_pending(scans.read(keys[start : start + PAGE]))
