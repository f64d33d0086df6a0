"""Reports of recounts, in the objects table, kept for 400 days.

pk <organization>   sk report#<YYYY-MM-DD>   what the recounts of a day came to
"""

from dataclasses import asdict
from typing import Final

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.days import DAY_MS, iso_day, parse_day
from chalicelib.core.integrity import Drift, Report
from chalicelib.store.tables import Record, whole
from chalicelib.store.transactions import Transaction

KEPT_DAYS: Final = 400

_PREFIX: Final = "report#"


class ReportItem(Record):
    """The attributes of `core.integrity.Report`; `expires` is in Unix seconds."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    checked = NumberAttribute()
    links = NumberAttribute()
    scans = NumberAttribute()
    repaired = JSONAttribute()
    left = JSONAttribute()
    unchecked = NumberAttribute()
    skipped = UnicodeAttribute(null=True)
    poison = NumberAttribute()
    oldest_pending = NumberAttribute(null=True)
    checks = NumberAttribute()
    expires = NumberAttribute()


def put(write: Transaction, organization: int, report: Report) -> None:
    """Add a report to a transaction, in place of the day's older one."""
    item = ReportItem(
        str(organization),
        _sort(report.day),
        checked=report.checked_ms,
        links=report.links,
        scans=report.scans,
        repaired=asdict(report.repaired),
        left=asdict(report.left),
        unchecked=report.unchecked,
        skipped=report.skipped or None,
        poison=report.poison,
        oldest_pending=report.oldest_pending_ms,
        checks=report.checks,
        expires=(report.checked_ms + KEPT_DAYS * DAY_MS) // 1000,
    )
    write.put(item, None, "report")


def read(organization: int, day: int) -> Report | None:
    """The report of a day, consistently; None when it was never recounted."""
    try:
        return _report(ReportItem.get(str(organization), _sort(day), consistent_read=True))
    except ReportItem.DoesNotExist:
        return None


def newest(organization: int, most: int) -> list[Report]:
    """The reports of the newest days, newest first."""
    found = ReportItem.query(
        str(organization),
        ReportItem.sk.startswith(_PREFIX),
        scan_index_forward=False,
        limit=most,
        consistent_read=True,
    )
    return [_report(item) for item in found]


def _sort(day: int) -> str:
    return f"{_PREFIX}{iso_day(day)}"


def _report(found: ReportItem) -> Report:
    return Report(
        day=parse_day(found.sk.removeprefix(_PREFIX)),
        checked_ms=int(found.checked),
        links=int(found.links),
        scans=int(found.scans),
        repaired=Drift(**found.repaired),
        left=Drift(**found.left),
        unchecked=int(found.unchecked),
        skipped=found.skipped or "",
        poison=int(found.poison),
        oldest_pending_ms=whole(found.oldest_pending),
        checks=int(found.checks),
    )
