"""Whether the numbers hold: `/v1/integrity`."""

from typing import Any, Final

from chalice.app import Request

from chalicelib.api import http
from chalicelib.core.days import iso_day, iso_time
from chalicelib.core.integrity import Report
from chalicelib.services import integrity
from chalicelib.services.integrity import Integrity

bp = http.Api(__name__)

DEFAULT_REPORTS: Final = 7
MOST_REPORTS: Final = 90


@bp.route("/v1/integrity", methods=["GET"])
def read_integrity() -> dict[str, Any]:
    request = _request()
    who = http.caller(request, "analytics:read")
    most = http.whole_number(request, "limit", DEFAULT_REPORTS, 1, MOST_REPORTS)
    return shape(integrity.overview(who, most))


def shape(known: Integrity) -> dict[str, Any]:
    """The answer of `/v1/integrity`."""
    return {
        "reports": [report_shape(report) for report in known.reports],
        "days_checked": sum(not report.skipped for report in known.reports),
        "in_progress": [iso_day(day) for day in known.ordered],
        "poison": known.poison,
        "swept_until": _time(known.swept_ms),
    }


def report_shape(report: Report) -> dict[str, Any]:
    """One report of it."""
    drift = report.drift
    return {
        "day": iso_day(report.day),
        "checked_at": iso_time(report.checked_ms),
        "checks": report.checks,
        "skipped": report.skipped or None,
        "links": report.links,
        "scans": report.scans,
        "drift": {"rollups": drift.rollups, "visitors": drift.visitors, "scans": drift.scans},
        "repaired": report.repaired.items,
        "unchecked": report.unchecked,
        "poison": report.poison,
        "oldest_pending": _time(report.oldest_pending_ms),
    }


def _request() -> Request:
    return http.current(bp)


def _time(ms: int | None) -> str | None:
    return None if ms is None else iso_time(ms)
