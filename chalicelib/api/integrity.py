"""Whether the numbers hold: `/v1/integrity`."""

from typing import Annotated, Final

from typing_extensions import TypedDict

from chalicelib.api import dialects
from chalicelib.api.fields import Count, Date, Time, one_of, said
from chalicelib.api.http import Api
from chalicelib.api.parameters import Whole
from chalicelib.api.requests import Call
from chalicelib.core.days import iso_day, iso_time, iso_time_if_any
from chalicelib.core.integrity import EXPIRED, Report
from chalicelib.services import integrity
from chalicelib.services.integrity import Integrity

bp = Api(__name__, dialects.DYNAMIC, tag="integrity")

DEFAULT_REPORTS: Final = 7
MOST_REPORTS: Final = 90


class Drift(TypedDict):
    """How many items were not what the raw scans come to."""

    rollups: Count
    visitors: Count
    scans: Count


class DayReport(TypedDict):
    """What the recounts of a day found."""

    day: Date
    checked_at: Time
    checks: Annotated[Count, said("How often the day was recounted.")]
    skipped: Annotated[str | None, one_of(EXPIRED, None), said("Why it was not recounted, if it was not.")]
    links: Annotated[Count, said("Links compared.")]
    scans: Annotated[Count, said("Scans counted anew.")]
    drift: Drift
    repaired: Annotated[Count, said("Items mended.")]
    unchecked: Annotated[Count, said("Links that changed all the while.")]
    poison: Annotated[Count, said("Scans that cannot be counted.")]
    oldest_pending: Time | None


class IntegrityAnswer(TypedDict):
    """Whether the numbers hold."""

    reports: Annotated[list[DayReport], said("Newest day first.")]
    days_checked: Count
    in_progress: list[Date]
    poison: Annotated[Count, said("Scans set aside because they cannot be counted.")]
    swept_until: Annotated[Time | None, said("Up to when the sweep has looked for scans that the stream missed.")]


REPORTS: Final = Whole("limit", "How many days to report.", DEFAULT_REPORTS, 1, MOST_REPORTS)


@bp.operation("GET", "/v1/integrity", scope="analytics:read", parameters=(REPORTS,), answer=IntegrityAnswer)
def read_integrity(call: Call) -> IntegrityAnswer:
    """Read what the nightly recounts found."""
    return shape(integrity.overview(call.who, call.read(REPORTS)))


def shape(known: Integrity) -> IntegrityAnswer:
    """The answer of `/v1/integrity`."""
    return {
        "reports": [report_shape(report) for report in known.reports],
        "days_checked": sum(not report.skipped for report in known.reports),
        "in_progress": [iso_day(day) for day in known.ordered],
        "poison": known.poison,
        "swept_until": iso_time_if_any(known.swept_ms),
    }


def report_shape(report: Report) -> DayReport:
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
        "oldest_pending": iso_time_if_any(report.oldest_pending_ms),
    }
