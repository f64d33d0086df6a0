"""The sweep: nothing depends on a stream record arriving.

Every organization has a cursor. From there up to a minute ago, whichever scans are still pending are folded in the
order of their times, and the cursor follows. Scans that are pending again are noted, and folded as well. Orders whose
message was lost are sent again.

A sweep that runs out of time leaves the rest to the next one.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Final

from chalicelib import metrics
from chalicelib.core import slots as spread
from chalicelib.core.batches import batches
from chalicelib.core.days import DAY_MS, day_of, iso_day
from chalicelib.core.metric_names import SCANS_PENDING
from chalicelib.core.scans import Scan, ScanKey, index_partition
from chalicelib.services import counting, migrating
from chalicelib.store import (
    accounts,
    bundles,
    exports,
    jobs,
    queues,
    recounts,
    refolds,
    reopened,
    replays,
    scans,
    spreads,
)

SETTLED_MS: Final = 60_000  # clocks of redirect functions differ, and the index lags: leave the last minute alone
FIRST_LOOK_MS: Final = DAY_MS
IDLE_MS: Final = 1_200_000  # twice as long as a job may run: its message was lost
PAGE: Final = 1_000
KEYS_HELD: Final = 100_000  # of an organization, over all its partitions

OutOfTime = Callable[[], bool]


def sweep(now_ms: int, out_of_time: OutOfTime = lambda: False) -> bool:
    """Fold what is pending in every organization, and see that every order goes on. False when time ran out.

    Orders the migrations that the data has not been through, too. Raises what stopped a part of it, after everything
    else was done.
    """
    failures: list[Exception] = []
    try:
        migrating.order_missing(now_ms, IDLE_MS)
    except Exception as error:  # noqa: BLE001 - as below
        failures.append(error)
    for organization in accounts.organizations():
        for part in (_send_again, _settle_reopened, sweep_organization):
            if out_of_time():
                break
            try:
                part(organization, now_ms, out_of_time)
            except Exception as error:  # noqa: BLE001 - nobody's trouble stops anybody else; raised below
                failures.append(error)
    if failures:
        raise failures[0]
    return not out_of_time()


def sweep_organization(organization: int, now_ms: int, out_of_time: OutOfTime = lambda: False) -> None:
    """Fold what is pending between an organization's cursor and a minute ago, and move the cursor.

    Raises Unavailable if any could not be folded, after the others were; the cursor stays before it.
    """
    until = now_ms - SETTLED_MS
    since = jobs.read_swept(organization)
    failure: Exception | None = None
    for page in batches(_behind(organization, until - FIRST_LOOK_MS if since is None else since, until), PAGE):
        if out_of_time():
            break
        try:
            _settle(scans.read(page))
        except Exception as error:  # noqa: BLE001 - raised below
            failure = failure or error
        if not failure:
            jobs.note_swept(organization, page[-1].ms)
    else:
        if not failure:
            jobs.note_swept(organization, until)
    if failure:
        raise failure


def _settle(found: Sequence[Scan]) -> None:
    """Fold those that are pending, and count them: the stream should have brought each within a minute."""
    metrics.count(SCANS_PENDING, sum(bool(scan.pending) for scan in found))
    counting.settle_pending(found)


def _behind(organization: int, first_ms: int, until_ms: int) -> Iterator[ScanKey]:
    """Every human scan of an organization from a time to just before another, oldest first."""
    homes = spread.homes(spreads.most_slots(organization))
    page_size = max(1, KEYS_HELD // len(homes))

    def at(home: int) -> Iterator[ScanKey]:
        days = range(day_of(first_ms), day_of(until_ms) + 1)
        places = (index_partition(organization, day, home) for day in days)
        return chain.from_iterable(scans.keys_between(place, first_ms, until_ms, page_size) for place in places)

    return heapq.merge(*map(at, homes), key=lambda key: key.ms)


def _send_again(organization: int, now_ms: int, _: OutOfTime) -> None:
    idle_since_ms = now_ms - IDLE_MS
    for link in jobs.erases(organization, idle_since_ms):
        queues.send_job({"organization": organization, "erase": link})
    for order in refolds.idle(organization, idle_since_ms):
        queues.send_job({"organization": organization, "refold": order})
    for export in exports.running(organization, idle_since_ms):
        queues.send_job({"organization": organization, "export": export.number})
    for bundle in bundles.running(organization, idle_since_ms):
        queues.send_job({"organization": organization, "bundle": bundle.number})
    for replay in replays.running(organization, idle_since_ms):
        queues.send_job({"organization": organization, "replay": replay.number})
    for day in recounts.days(organization, idle_since_ms):
        queues.send_job({"organization": organization, "recount": iso_day(day)})


def _settle_reopened(organization: int, now_ms: int, out_of_time: OutOfTime) -> None:
    """Scans that are pending again may be of any day: those that are left are listed."""
    failure: Exception | None = None
    for page in batches(reopened.listed(organization, until_ms=now_ms - SETTLED_MS), PAGE):
        if out_of_time():
            break
        try:
            _settle(scans.read([key for key, _ in page]))
            for key, note in page:
                reopened.forget(key, note)
        except Exception as error:  # noqa: BLE001 - raised below
            failure = failure or error
    if failure:
        raise failure
