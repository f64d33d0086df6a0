"""Integrity: what the last recounts of an organization found, and what waits to be counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from chalicelib.core import slots as spread
from chalicelib.core.days import DAY_MS, day_of
from chalicelib.core.integrity import Report
from chalicelib.core.scans import ScanKey, index_partition
from chalicelib.services.accounts import Caller
from chalicelib.store import jobs, poisoned, recounts, reopened, reports, scans, spreads

PAGE: Final = 100
PAGES: Final = 20
FIRST_LOOK_MS: Final = DAY_MS


@dataclass(frozen=True, slots=True)
class Integrity:
    """`reports` are of the newest days, newest first; `ordered` the days that are to be recounted, or just are.

    `poison` is how many scans are set aside now; `swept_ms` the time up to which none waits to be counted that could
    be, None before the first sweep.
    """

    reports: list[Report]
    ordered: list[int]
    poison: int
    swept_ms: int | None


def overview(caller: Caller, most: int) -> Integrity:
    """What is known of the caller's organization, with the reports of so many days at most."""
    organization = caller.organization.number
    return Integrity(
        reports=reports.newest(organization, most),
        ordered=recounts.days(organization),
        poison=poisoned.count(organization),
        swept_ms=jobs.read_swept(organization),
    )


def report(caller: Caller, day: int) -> Report | None:
    """The report of one day of the caller's organization."""
    return reports.read(caller.organization.number, day)


def oldest_pending(organization: int, now_ms: int) -> int | None:
    """The time of the oldest scan that waits to be counted, in milliseconds; None when none is found.

    What is older than the sweep's cursor is counted, unless it was reopened. Looked at are the first 2,000 scans of
    each day and home, and of those that were reopened.
    """
    again = sorted(
        (key for key, _ in islice(reopened.listed(organization, now_ms), PAGE * PAGES)), key=lambda key: key.ms
    )
    times = [_oldest(iter(again)), _oldest_behind(organization, now_ms)]
    return min((ms for ms in times if ms is not None), default=None)


def _oldest_behind(organization: int, now_ms: int) -> int | None:
    """The time of the oldest pending scan behind the sweep's cursor."""
    swept = jobs.read_swept(organization)
    first = now_ms - FIRST_LOOK_MS if swept is None else swept
    homes = spread.homes(spreads.most_slots(organization))
    for day in range(day_of(first), day_of(now_ms) + 1):
        places = (index_partition(organization, day, home) for home in homes)
        found = [_oldest(scans.keys_between(place, first, now_ms, PAGE * PAGES)) for place in places]
        if times := [ms for ms in found if ms is not None]:
            return min(times)
    return None


def _oldest(keys: Iterator[ScanKey]) -> int | None:
    """The time of the oldest pending scan on the first page that has any, of the first pages."""
    for _ in range(PAGES):
        pending = [scan.key.ms for scan in scans.read(list(islice(keys, PAGE))) if scan.pending]
        if pending:
            return min(pending)
    return None
