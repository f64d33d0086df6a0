"""Scans that cannot be folded: they are set aside, reported, and taken up again on command.

A scan fails by its own fault when nothing but this scan explains it: it cannot be read, or judged, or it does not fit.
Outages, throttling and meetings with other folds are nobody's fault and are tried again without end.

    failures 1 to 4   noted on the scan; the note is a stream record of a pending scan, and so rings for the next try
    failure 5         the scan is no longer pending but poisoned, and in its organization's list

So neither its shard nor a reader waits for it. The user agent goes either way.
"""

import time
from contextlib import suppress
from typing import Final

from chalicelib import logs, metrics
from chalicelib.core.judging import Terms, Verdict, judged, judged_by_signs
from chalicelib.core.metric_names import SCANS_POISONED
from chalicelib.core.scans import Scan, ScanKey
from chalicelib.store import links, poisoned, scans

MOST_FAILURES: Final = 5


def note(scan: Scan, error: Exception) -> None:
    """Note that a pending scan failed by its own fault; the last time, set it aside.

    A scan that is not pending is in the books as it was, and stays there. Raises Unavailable.
    """
    failures = scan.failures + 1
    if scan.pending and failures < MOST_FAILURES:
        scans.note_failure(scan)
    elif scan.pending:
        reason, now_ms = type(error).__name__, time.time_ns() // 1_000_000
        if poisoned.set_aside(scan, _verdict(scan), _expires(scan), reason, now_ms):
            metrics.count(SCANS_POISONED)
    _report(scan, error, failures)


def requeue(organization: int, now_ms: int) -> int:
    """Make every scan of an organization that was set aside pending again; return how many. Raises Unavailable.

    Each rings for the stream, and is noted for the sweep.
    """
    return sum(_taken_up(key, now_ms) for key in poisoned.listed(organization))


def _taken_up(key: ScanKey, now_ms: int) -> bool:
    found = scans.read([key])
    if not found:
        poisoned.unlist(key)
        return False
    return poisoned.take_up(found[0], now_ms)


def _verdict(scan: Scan) -> Verdict | None:
    """What can be judged of a scan before its user agent goes; None when nothing can be."""
    with suppress(Exception):  # the scan is being set aside for not being judged, among other reasons
        return judged(scan, Terms())
    with suppress(Exception):
        return judged_by_signs(scan)
    return None


def _expires(scan: Scan) -> int | None:
    """When a scan may be deleted, in Unix seconds, as its owner decided."""
    owner = scan.key.organization, scan.key.link
    return links.terms([owner]).get(owner, Terms()).expires(scan.key.ms)


def _report(scan: Scan, error: Exception, failures: int) -> None:
    """One line, without the error's own words: they may hold what the scan holds."""
    logs.report(
        "scan cannot be folded",
        error,
        failures=failures,
        set_aside=failures >= MOST_FAILURES,
        partition=scan.key.partition,
        sort=scan.key.sort,
    )
