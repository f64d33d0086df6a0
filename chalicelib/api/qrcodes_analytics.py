"""What the `qrcodes` API tells of scans: `/v1/qrcodes/{id}/analytics`."""

from typing import Final

from chalicelib.api import dialects
from chalicelib.api import qrcodes_analytics_shapes as shapes
from chalicelib.api.http import Api
from chalicelib.api.qrcodes import limit_of
from chalicelib.api.qrcodes_bodies import CURSOR, END, INTERVAL, PAGE, SCANS, START
from chalicelib.api.qrcodes_shapes import pagination
from chalicelib.api.requests import Call
from chalicelib.core.days import DAY_MS, day_of
from chalicelib.core.periods import between
from chalicelib.core.places import Place, Span
from chalicelib.core.series import check_span, tables
from chalicelib.core.windows import Window
from chalicelib.services import analytics, links, scan_lists

bp = Api(__name__, dialects.QRCODES, tag="qrcodes")

# The document's examples.
SUMMARY: Final = {
    "qr_id": "qr_abc123xyz",
    "period": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-31T23:59:59Z"},
    "summary": {"total_scans": 1234, "unique_visitors": 987, "avg_daily_scans": 39.8},
    "top_countries": [
        {"country": "US", "scans": 456},
        {"country": "GB", "scans": 234},
        {"country": "CA", "scans": 123},
    ],
    "top_cities": [
        {"city": "New York", "country": "US", "scans": 89},
        {"city": "London", "country": "GB", "scans": 76},
        {"city": "Los Angeles", "country": "US", "scans": 65},
    ],
    "devices": {"ios": 534, "android": 412, "desktop": 288},
    "browsers": {"safari": 534, "chrome": 456, "samsung_browser": 123, "other": 121},
}
SCAN: Final = {
    "id": "scan_xyz789",
    "timestamp": "2026-01-15T14:32:18Z",
    "country": "US",
    "region": "California",
    "city": "San Francisco",
    "device": "ios",
    "browser": "safari",
    "is_unique": True,
}
OTHER_SCAN: Final = {
    "id": "scan_xyz790",
    "timestamp": "2026-01-15T14:35:42Z",
    "country": "US",
    "region": "New York",
    "city": "New York",
    "device": "android",
    "browser": "chrome",
    "is_unique": True,
}
SERIES: Final = {
    "qr_id": "qr_abc123xyz",
    "interval": "day",
    "data": [
        {"date": "2026-01-01", "total_scans": 45, "unique_visitors": 38},
        {"date": "2026-01-02", "total_scans": 52, "unique_visitors": 41},
        {"date": "2026-01-03", "total_scans": 38, "unique_visitors": 32},
    ],
}


@bp.operation(
    "GET",
    "/v1/qrcodes/{code_id}/analytics",
    scope="analytics:read",
    limit=limit_of,
    parameters=(START, END),
    answer=shapes.Analytics,
    example=SUMMARY,
)
def summary(call: Call, code_id: str) -> shapes.Analytics:
    """Read how often a code was scanned, from where and with what.

    The last 30 days with today, unless dates are given.
    """
    (link, spread), window = links.counted(call.who, code_id), days_asked(call)
    report = analytics.link_report(link.organization, link.number, window, call.now_ms, spread, shapes.TABLES)
    return shapes.analytics(link.number, report, window)


@bp.operation(
    "GET",
    "/v1/qrcodes/{code_id}/analytics/scans",
    scope="analytics:read",
    limit=limit_of,
    parameters=(START, END, PAGE, SCANS, CURSOR),
    answer=shapes.Scans,
    example={"data": [SCAN, OTHER_SCAN], "pagination": {"page": 1, "limit": 50, "total": 1234, "total_pages": 25}},
)
def scans(call: Call, code_id: str) -> shapes.Scans:
    """List the scans of a code, oldest first, by page number or by cursor.

    A walk by cursor has each scan exactly once; pages may repeat one while scans arrive.
    """
    (link, spread), span = links.counted(call.who, code_id), span_of(days_asked(call))
    page, limit, listing = call.read(PAGE), call.read(SCANS), f"qrcodes scans {link.number}"
    found = scan_lists.of_link(
        link.organization,
        link.number,
        span,
        call.now_ms,
        limit=limit,
        offset=(page - 1) * limit,
        after=_place(call, listing),
        known=spread,
    )
    where: shapes.ScanPagination = {**pagination(page, limit, found.total)}  # type: ignore[typeddict-item]
    if found.next_place:
        where["next_cursor"] = call.cursor(listing, found.next_place.encode().encode())
    answer: shapes.Scans = {"data": [shapes.scan_row(scan) for scan in found.scans], "pagination": where}
    if found.pending:
        answer["pending"] = found.pending
    return answer


@bp.operation(
    "GET",
    "/v1/qrcodes/{code_id}/analytics/timeseries",
    scope="analytics:read",
    limit=limit_of,
    parameters=(START, END, INTERVAL),
    answer=shapes.TimeSeries,
    example=SERIES,
)
def time_series(call: Call, code_id: str) -> shapes.TimeSeries:
    """Read how often a code was scanned in each hour, day, week or month."""
    interval = call.read(INTERVAL)
    (link, spread), window = links.counted(call.who, code_id), days_asked(call)
    check_span(interval, window, START.name)
    report = analytics.link_report(link.organization, link.number, window, call.now_ms, spread, tables(interval))
    return shapes.time_series(link.number, report, window, interval)


def days_asked(call: Call) -> Window:
    """The days that are asked for. Raises InvalidRequest."""
    return between(call.read(START), call.read(END), day_of(call.now_ms), (START.name, END.name))


def span_of(window: Window) -> Span:
    """The time of some days."""
    return Span(window.first * DAY_MS, (window.last + 1) * DAY_MS)


def _place(call: Call, listing: str) -> Place | None:
    """Where a cursor goes on. Raises InvalidRequest."""
    raw = call.place(call.read(CURSOR), listing)
    place = None if raw is None else Place.parse(raw.decode("latin-1"))
    if raw is not None and place is None:
        raise CURSOR.refuse("is not a cursor of this list")
    return place
