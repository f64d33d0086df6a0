"""What both halves of the `qr` API, its urls and its QR codes, answer alike: the envelope, pages of a list, and how
often something was scanned."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Final, Generic, Literal, NamedTuple, NotRequired, TypeVar

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Count, Time, said
from chalicelib.api.parameters import Choice, Moment, Parameter, Text, Whole
from chalicelib.api.requests import Call
from chalicelib.core import periods, series, windows
from chalicelib.core import rollups as r
from chalicelib.core.agents import UNKNOWN as NO_DEVICE
from chalicelib.core.days import iso_time
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.periods import DAY, HOUR, Counted
from chalicelib.services.analytics import Report

T = TypeVar("T")

UNKNOWN: Final = "Unknown"
OTHER: Final = "other"
DEFAULT_PAGE: Final = 25
LARGEST_PAGE: Final = 100
DEFAULT_TOPS: Final = 10
MOST_TOPS: Final = 50
FARTHEST_OFFSET: Final = 10_000_000

LIMIT: Final = Whole("limit", "Rows a page.", DEFAULT_PAGE, 1, LARGEST_PAGE)
OFFSET: Final = Whole("offset", "How many of the newest to leave out; nothing with a cursor.", 0, 0, FARTHEST_OFFSET)
CURSOR: Final = Text("cursor", "The nextCursor of the page before: the better way, each row exactly once.")
PAGING: Final[tuple[Parameter[Any], ...]] = (LIMIT, OFFSET, CURSOR)

SINCE: Final = Moment("since", "The first day that is counted, whole; 30 days ago unless given.")
UNTIL: Final = Moment("until", "The last day that is counted, whole or up to now, which it is unless given.")
GROUP_BY: Final = Choice("groupBy", "What a row of the timeseries covers.", (HOUR, DAY), DAY)
TOPS: Final = Whole("limit", "The leading values of each breakdown.", DEFAULT_TOPS, 1, MOST_TOPS)
SPAN: Final[tuple[Parameter[Any], ...]] = (SINCE, UNTIL, GROUP_BY, TOPS)


class Success(TypedDict, Generic[T]):
    """An answer in its envelope."""

    success: Literal[True]
    data: T


class Pagination(TypedDict):
    """Where a page lies in its list."""

    limit: Annotated[int, said("As asked for, clamped.")]
    offset: Annotated[Count, said("As asked for; 0 with a cursor.")]
    total: Annotated[Count, said("Rows of the whole list.")]
    hasMore: bool
    nextCursor: Annotated[str | None, said("The cursor of the next page; null at the end.")]


class Listed(TypedDict, Generic[T]):
    """A page of a list, newest first."""

    success: Literal[True]
    data: list[T]
    pagination: Pagination


class Totals(TypedDict):
    """What happened in the days that were counted."""

    totalScans: Count
    uniqueScans: Annotated[Count, said("Different visitors: address and user agent together.")]
    uniqueIps: Annotated[Count, said("Different addresses.")]
    botsExcluded: NotRequired[Annotated[Count, said("Scans by bots: in no other number.")]]
    ownTestsExcluded: NotRequired[Annotated[Count, said("Scans left out as own tests: in no other number.")]]


class CountryScans(TypedDict):
    country: Annotated[str, said("ISO 3166-1 alpha-2, or Unknown.", "US")]
    scans: Count


class DeviceScans(TypedDict):
    deviceType: Annotated[str, said("mobile, tablet, desktop or Unknown.", "mobile")]
    scans: Count


class BrowserScans(TypedDict):
    browser: Annotated[str, said("Its name, or Unknown.", "Safari")]
    scans: Count


class ScanMethodScans(TypedDict):
    scanMethod: Annotated[str, said("camera, file_upload, manual_entry or app_scanner.", "camera")]
    scans: Count


class ScannerAppScans(TypedDict):
    scannerApp: Annotated[str, said("The app that scanned, or Unknown. A phone's camera is inferred.", "iOS Camera")]
    scans: Count


class Breakdowns(TypedDict):
    """The leading values, most scans first, ties by value; `other` is the remainder of a full table."""

    country: list[CountryScans]
    device: list[DeviceScans]
    browser: list[BrowserScans]
    scanMethod: list[ScanMethodScans]
    scannerApp: list[ScannerAppScans]


class Bucket(TypedDict):
    """An hour or a day."""

    bucket: Annotated[Time, said("When it begins.", "2026-04-08T00:00:00Z")]
    scans: Count
    uniques: Annotated[Count, said("Different visitors within it.")]


class Scans(TypedDict):
    """How often a url or a QR code was scanned."""

    qrCodeId: Annotated[str | None, said("null in the clicks of a url: they are of all its QR codes, and of none.")]
    urlId: Annotated[str | None, said("null for a standalone QR code.", "12345")]
    since: Annotated[Time, said("From when on was counted: the beginning of a day.")]
    until: Annotated[Time, said("Until when was counted: the end of a day, or now.")]
    totals: Totals
    breakdowns: Breakdowns
    timeseries: Annotated[list[Bucket], said("Every hour or day, oldest first, also without scans.")]
    pending: NotRequired[Annotated[Count, said("Scans that are not counted yet: a burst is under way.")]]
    recounting: NotRequired[Annotated[Literal[True], said("Stored scans are being judged again.")]]


# The document's answer of `GET /api/v1/qr/{id}/scans`.
SCANS_EXAMPLE: Final = {
    "success": True,
    "data": {
        "qrCodeId": "qr_uuid",
        "urlId": "12345",
        "since": "2026-04-08T00:00:00Z",
        "until": "2026-05-08T10:30:00Z",
        "totals": {"totalScans": 412, "uniqueScans": 388, "uniqueIps": 351},
        "breakdowns": {
            "country": [{"country": "US", "scans": 220}],
            "device": [{"deviceType": "mobile", "scans": 380}],
            "browser": [{"browser": "Safari", "scans": 199}],
            "scanMethod": [{"scanMethod": "camera", "scans": 320}, {"scanMethod": "app_scanner", "scans": 92}],
            "scannerApp": [{"scannerApp": "iOS Camera", "scans": 188}],
        },
        "timeseries": [{"bucket": "2026-04-08T00:00:00Z", "scans": 24, "uniques": 22}],
    },
}

# By the name of a breakdown: its table, and what a row calls the value.
_BREAKDOWNS: Final = {
    "country": (r.COUNTRY, "country"),
    "device": (r.DEVICE, "deviceType"),
    "browser": (r.BROWSER, "browser"),
    "scanMethod": (r.METHOD, "scanMethod"),
    "scannerApp": (r.APP, "scannerApp"),
}


class Asked(NamedTuple):
    """Which scans somebody asked for: the days, the size of a bucket, how many values of a breakdown."""

    counted: Counted
    interval: str
    tops: int


def success(data: T) -> Success[T]:
    return {"success": True, "data": data}


def listed(call: Call, listing: str, rows: list[T], total: int, next_before: int | None) -> Listed[T]:
    """A page whose next one begins before a number; None at the end. The operation has the parameters PAGING."""
    return {
        "success": True,
        "data": rows,
        "pagination": {
            "limit": call.read(LIMIT),
            "offset": 0 if call.read(CURSOR) else call.read(OFFSET),
            "total": total,
            "hasMore": next_before is not None,
            "nextCursor": None if next_before is None else call.cursor_before(listing, next_before),
        },
    }


def asked(call: Call) -> Asked:
    """What the parameters SPAN say. Raises InvalidRequest that names one."""
    since, until = call.read(SINCE), call.read(UNTIL)
    for parameter, moment in ((SINCE, since), (UNTIL, until)):
        if moment is not None and moment < 0:
            raise parameter.refuse("must not lie before 1970")
    counted, interval = periods.widened(since, until, call.now_ms), call.read(GROUP_BY)
    series.check_span(interval, counted.window, SINCE.name)
    return Asked(counted, interval, call.read(TOPS))


def scans(report: Report, asked: Asked, *, qr: int | None, url: int | None) -> Scans:
    """The numbers of a report, of a QR code and its url, or of a url alone. Both are spelled as the document does."""
    window = asked.counted.window
    inside = windows.within(report.days, window)
    answer: Scans = {
        "qrCodeId": None if qr is None else ids.spell("qr", qr),
        "urlId": None if url is None else str(url),
        "since": iso_time(asked.counted.since_ms),
        "until": iso_time(asked.counted.until_ms),
        "totals": {
            "totalScans": r.amount(inside, r.TOTAL),
            "uniqueScans": windows.uniques(report.days, window, r.VISITORS),
            "uniqueIps": windows.uniques(report.days, window, r.ADDRESSES),
            **_excluded(r.table(inside, r.BOTS)),  # type: ignore[typeddict-item]  # its NotRequired ones
        },
        "breakdowns": _breakdowns(inside, asked.tops),
        "timeseries": _timeseries(report, asked),
    }
    if report.pending:
        answer["pending"] = report.pending
    if report.recounting:
        answer["recounting"] = True
    return answer


def _breakdowns(inside: r.Rollup, most: int) -> Breakdowns:
    return {
        name: [{word: top.value, "scans": top.scans} for top in windows.tops(_words(r.table(inside, of)), most)]
        for name, (of, word) in _BREAKDOWNS.items()
    }  # type: ignore[return-value]  # the names of its own table


def _timeseries(report: Report, asked: Asked) -> list[Bucket]:
    counted = asked.counted
    found = series.buckets(report.days, counted.window, asked.interval, counted.until_ms + 1)
    return [{"bucket": iso_time(each.start_ms), "scans": each.scans, "uniques": each.uniques} for each in found]


def _excluded(reasons: Mapping[str, int]) -> dict[str, int]:
    """What is in no other number: bots always, an organization's own tests when there are any."""
    tests = reasons.get(OWN_TEST, 0)
    bots = {"botsExcluded": sum(reasons.values()) - tests}
    return bots | ({"ownTestsExcluded": tests} if tests else {})


def _words(values: Mapping[str, int]) -> dict[str, int]:
    """A table by the words that are shown, so that ties fall by what is seen."""
    words: Counter[str] = Counter()
    for value, n in values.items():
        words[OTHER if value == r.OTHER else UNKNOWN if value in ("", NO_DEVICE) else value] += n
    return words
