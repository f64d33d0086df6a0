"""What the `qrcodes` API answers about scans, field by field, as the service's document has it."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Final, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Count, Time, one_of, said
from chalicelib.api.qrcodes_shapes import CodeId, Pagination, Pending, Recounting
from chalicelib.core import rollups as r
from chalicelib.core import scan_rows, scan_words, series, windows
from chalicelib.core.days import DAY_MS, iso_day, iso_time
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.periods import HOUR
from chalicelib.core.rollups import Rollup
from chalicelib.core.scans import Scan
from chalicelib.core.series import INTERVALS
from chalicelib.core.windows import Window, tops
from chalicelib.services.analytics import Report

TOPS: Final = 10
OTHER: Final = "other"  # the remainder of a full table

Device = Annotated[str, one_of(*scan_words.DEVICES)]
Browser = Annotated[str, one_of(*scan_words.BROWSERS)]


class Period(TypedDict):
    """The days that were counted."""

    start: Time
    end: Annotated[Time, said("The last second of the last day.")]


class Summary(TypedDict):
    total_scans: Count
    unique_visitors: Count
    avg_daily_scans: Annotated[float, said("Scans a day, with one decimal.")]
    bots_excluded: NotRequired[Annotated[Count, said("Scans by bots: in no total.")]]
    own_tests_excluded: NotRequired[Annotated[Count, said("Scans left out as own tests: in no total.")]]


class CountryCount(TypedDict):
    country: Annotated[str, said("ISO code, or `other` for the remainder of a full table.")]
    scans: Count


class CityCount(TypedDict):
    city: str
    country: str
    scans: Count
    region: NotRequired[Annotated[str, said("Its name; left out when it is not known.")]]


class Devices(TypedDict):
    ios: Annotated[Count, said("iPads too.")]
    android: Count
    desktop: Count
    other: NotRequired[Annotated[Count, said("Left out when there are none.")]]


class Browsers(TypedDict, total=False):
    """Those that there are scans by."""

    safari: Count
    chrome: Count
    samsung_browser: Count
    firefox: Count
    edge: Count
    opera: Count
    other: Count


class Analytics(TypedDict):
    """What happened in a period."""

    qr_id: CodeId
    period: Period
    summary: Summary
    top_countries: Annotated[list[CountryCount], said("The leading ones, ten at most.")]
    top_cities: Annotated[list[CityCount], said("The leading ones, ten at most.")]
    devices: Devices
    browsers: Browsers
    pending: NotRequired[Pending]
    recounting: NotRequired[Recounting]


class ScanRow(TypedDict):
    """One scan. What is not known of its place is null."""

    id: Annotated[str, said("The scan's id.")]
    timestamp: Time
    country: str | None
    region: str | None
    city: str | None
    device: Device
    browser: Browser
    is_unique: Annotated[bool, said("Whether it is the first scan of this code by its visitor.")]


class ScanPagination(Pagination):
    """Where a page stands in its list."""

    next_cursor: NotRequired[Annotated[str, said("The cursor of the next page; absent at the end.")]]


class Scans(TypedDict):
    """A page of scans, oldest first."""

    data: list[ScanRow]
    pagination: ScanPagination
    pending: NotRequired[Pending]


class Point(TypedDict):
    date: Annotated[
        str, said("The day, the Monday of a week, the first of a month; of an hour, its time.", "2026-01-15")
    ]
    total_scans: Count
    unique_visitors: Count


class TimeSeries(TypedDict):
    """How often a code was scanned, by hour, day, week or month."""

    qr_id: CodeId
    interval: Annotated[str, one_of(*INTERVALS)]
    data: Annotated[list[Point], said("Oldest first, also without scans. The ends count only what is in the period.")]
    pending: NotRequired[Pending]
    recounting: NotRequired[Recounting]


_ADDED_UP: Final = (*scan_words.TABLES, r.BOTS, r.COUNTRY, r.CITY, r.BROWSER)
TABLES: Final = (*_ADDED_UP, r.VISITORS)  # of days, that a summary is made of


def analytics(link: int, report: Report, window: Window) -> Analytics:
    """The summary of a window."""
    inside = windows.within(report.days, window, _ADDED_UP)
    answer: Analytics = {
        "qr_id": ids.spell("qr", link),
        "period": {"start": iso_time(window.first * DAY_MS), "end": iso_time((window.last + 1) * DAY_MS - 1)},
        "summary": _summary(report, inside, window),
        "top_countries": _countries(r.table(inside, r.COUNTRY)),
        "top_cities": _cities(r.table(inside, r.CITY)),
        "devices": _devices(inside),
        "browsers": _browsers(r.table(inside, r.BROWSER)),
    }
    return {**answer, **_unsettled(report)}  # type: ignore[typeddict-item]  # of its extra fields


def time_series(link: int, report: Report, window: Window, interval: str) -> TimeSeries:
    """Every bucket of a window."""
    shown = iso_time if interval == HOUR else _date
    answer: TimeSeries = {
        "qr_id": ids.spell("qr", link),
        "interval": interval,
        "data": [
            {"date": shown(bucket.start_ms), "total_scans": bucket.scans, "unique_visitors": bucket.uniques}
            for bucket in series.buckets(report.days, window, interval)
        ],
    }
    return {**answer, **_unsettled(report)}  # type: ignore[typeddict-item]  # of its extra fields


def _unsettled(report: Report) -> dict[str, Any]:
    pending = {"pending": report.pending} if report.pending else {}
    return pending | ({"recounting": True} if report.recounting else {})


def _summary(report: Report, inside: Rollup, window: Window) -> Summary:
    reasons, total = r.table(inside, r.BOTS), r.amount(inside, r.TOTAL)
    tests = reasons.get(OWN_TEST, 0)
    summary: Summary = {
        "total_scans": total,
        "unique_visitors": windows.uniques(report.days, window, r.VISITORS),
        "avg_daily_scans": series.daily_average(total, window),
        "bots_excluded": sum(reasons.values()) - tests,
    }
    if tests:
        summary["own_tests_excluded"] = tests
    return summary


def _countries(values: Mapping[str, int]) -> list[CountryCount]:
    named = {OTHER if value == r.OTHER else value: n for value, n in values.items() if value}
    return [{"country": top.value, "scans": top.scans} for top in tops(named, TOPS)]


def _cities(values: Mapping[str, int]) -> list[CityCount]:
    """Cities of one name are apart by their regions."""
    named = {_by_city(value): n for value, n in values.items() if value}
    return [_city(top.value, top.scans) for top in tops(named, TOPS)]


def _by_city(value: str) -> str:
    """`US|CA|California|San Francisco` with the city first, so that ties fall by it."""
    if value == r.OTHER:
        return f"{OTHER}|{OTHER}|"
    country, code, name, city = value.split("|", 3)
    return f"{city}|{country}|{name or code}"


def _city(value: str, scans: int) -> CityCount:
    city, country, region = value.rsplit("|", 2)
    row: CityCount = {"city": city, "country": country, "scans": scans}
    if region:
        row["region"] = region
    return row


def _devices(inside: Rollup) -> Devices:
    counts = scan_words.devices(inside)
    devices: Devices = {"ios": counts["ios"], "android": counts["android"], "desktop": counts["desktop"]}
    if counts[OTHER]:
        devices["other"] = counts[OTHER]
    return devices


def _browsers(values: Mapping[str, int]) -> Browsers:
    """Most scans first, and what has no name of its own last."""
    counts: Counter[str] = Counter()
    for value, n in values.items():
        counts[scan_words.browser(value)] += n
    ranked = sorted(counts.items(), key=lambda item: (item[0] == OTHER, -item[1], item[0]))
    return dict(ranked)  # type: ignore[return-value]  # its own names


def scan_row(scan: Scan) -> ScanRow:
    """A counted scan, as the export has it."""
    return scan_rows.qrcodes(scan)  # type: ignore[return-value]  # its own fields


def _date(ms: int) -> str:
    return iso_day(ms // DAY_MS)
