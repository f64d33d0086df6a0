"""Do the numbers hold? What the nightly recounts found, in words."""

from typing import Final, NamedTuple

from chalice.app import Response

from chalicelib.core.days import day_of, iso_day
from chalicelib.core.integrity import Report
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import integrity

bp = Pages(__name__)

NIGHTS: Final = 30


class Night(NamedTuple):
    """What became of a day in its recount: `kind` is good, warn, bad or '' for a day that was not recounted."""

    day: str
    kind: str
    words: str
    report: Report | None


@bp.page("GET", "/dashboard/integrity")
def shown(visit: Visit) -> Response:
    """The last nights, and what waits to be counted."""
    known = integrity.overview(visit.caller, NIGHTS)
    nights = _nights(known.reports, known.ordered, day_of(visit.now_ms))
    checked = [night for night in nights if night.report and not night.report.skipped]
    return visit.page(
        "organization/integrity.html",
        known=known,
        nights=nights,
        checked=len(checked),
        held=sum(night.kind == "good" for night in checked),
        oldest_ms=integrity.oldest_pending(visit.caller.organization.number, visit.now_ms),
    )


def _nights(reports: list[Report], ordered: list[int], today: int) -> list[Night]:
    """The days before today, newest first."""
    by_day = {report.day: report for report in reports}
    return [_night(day, by_day.get(day), day in ordered) for day in range(today - 1, today - 1 - NIGHTS, -1)]


def _night(day: int, report: Report | None, is_ordered: bool) -> Night:
    if report is None:
        return Night(iso_day(day), "", "being recounted" if is_ordered else "not recounted", None)
    return Night(iso_day(day), *_verdict(report), report)


def _verdict(report: Report) -> tuple[str, str]:
    if report.skipped:
        return "", "not recounted: its raw scans are gone"
    if report.left.items:
        return "bad", f"{report.left.items:,} items differ, and could not be repaired"
    if report.repaired.items:
        return "warn", f"{report.repaired.items:,} items differed, and were repaired"
    if report.unchecked:
        return "warn", f"{report.unchecked:,} links changed all the while and could not be compared"
    return "good", f"every number of {report.scans:,} scans was right"
