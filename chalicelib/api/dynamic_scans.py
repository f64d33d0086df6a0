"""What `GET /v1/dynamic/{id}/scans` answers with, field by field, as the service's document has it."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.dynamic_shapes import CodeId, Slug
from chalicelib.api.fields import Count, Date, Url, said
from chalicelib.core import rollups as r
from chalicelib.core import windows
from chalicelib.core.agents import UNKNOWN as NO_DEVICE
from chalicelib.core.days import iso_day
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.links import Link
from chalicelib.core.windows import Window
from chalicelib.services.analytics import Report

TOPS: Final = 8
UNKNOWN: Final = "Unknown"
DIRECT: Final = "Direct"


class DayCount(TypedDict):
    day: Date
    n: Count


class HourCount(TypedDict):
    hour: Annotated[int, said("Hour of the day in UTC, 0 to 23.")]
    n: Count


class ValueCount(TypedDict):
    """A value of a breakdown; `other` is the remainder of a full table."""

    value: str
    n: Count


class ScanSummary(TypedDict):
    """The numbers for a header. The leaders are lifetime."""

    total: Annotated[Count, said("Scans ever, whatever the window, with those that were imported.")]
    last7: Annotated[Count, said("Scans of today and the six days before.")]
    topCountry: str | None
    topDevice: str | None


Tops = Annotated[list[ValueCount], said("The leading values within the window, eight at most.")]


class DocumentedAnalytics(TypedDict):
    days_window: Annotated[int, said("The days asked for, clamped to 1 to 365.")]
    total: Annotated[Count, said("Scans ever: the same as scans.total.")]
    window_total: Annotated[Count, said("Scans within the window.")]
    daily: Annotated[list[DayCount], said("One row for each day of the window, oldest first, also without scans.")]
    by_country: Tops
    by_device: Tops
    by_referrer: Tops


class Analytics(DocumentedAnalytics, total=False):
    """What happened in the window."""

    by_region: Tops
    by_city: Tops
    by_os: Tops
    by_browser: Tops
    by_language: Tops
    by_scan_method: Tops
    by_app: Tops
    by_hour: Annotated[list[HourCount], said("All 24 hours of the day.")]
    unique_visitors: Count
    unique_addresses: Count
    bots_excluded: Annotated[Count, said("Scans by bots: in no total.")]
    own_tests_excluded: Annotated[Count, said("Scans left out as own tests: in no total.")]


class Scans(TypedDict):
    """How often a code was scanned."""

    id: CodeId
    slug: Slug
    short_url: Url
    destination: Url
    scans: ScanSummary
    analytics: Analytics
    pending: NotRequired[Annotated[Count, said("Scans that are not counted yet: a burst is under way.")]]
    imported: NotRequired[Annotated[Count, said("Visits in scans.total that another service had counted.")]]
    recounting: NotRequired[Annotated[Literal[True], said("Stored scans are being judged again.")]]


# Breakdowns beyond the documented three, in the same shape; the word for a value that is not known.
_BREAKDOWNS: Final = {
    "by_country": (r.COUNTRY, UNKNOWN),
    "by_device": (r.DEVICE, UNKNOWN),
    "by_referrer": (r.REFERRER, DIRECT),
    "by_region": (r.REGION, UNKNOWN),
    "by_city": (r.CITY, UNKNOWN),
    "by_os": (r.OS, UNKNOWN),
    "by_browser": (r.BROWSER, UNKNOWN),
    "by_language": (r.LANGUAGE, UNKNOWN),
    "by_scan_method": (r.METHOD, UNKNOWN),
    "by_app": (r.APP, UNKNOWN),
}


def scans(found: Link, report: Report, window: Window, week: Window, base: str) -> Scans:
    """The answer of `GET /v1/dynamic/{id}/scans`: totals ignore the window, everything else lies in it."""
    lifetime = report.lifetime
    summary: ScanSummary = {
        "total": found.ever(report.total),
        "last7": report.scans(week),
        "topCountry": leading(lifetime, r.COUNTRY),
        "topDevice": leading(lifetime, r.DEVICE),
    }
    answer: Scans = {
        "id": ids.spell("dc", found.number),
        "slug": found.slug,
        "short_url": f"{base}/{found.slug}",
        "destination": found.destination,
        "scans": summary,
        "analytics": _analytics(found, report, window),
    }
    if found.imported:
        answer["imported"] = found.imported
    if report.pending:
        answer["pending"] = report.pending
    if report.recounting:
        answer["recounting"] = True
    return answer


def _analytics(found: Link, report: Report, window: Window) -> Analytics:
    inside = windows.within(report.days, window)
    series = windows.series(report.days, window, r.TOTAL)
    breakdowns = {name: tops(r.table(inside, of), unknown) for name, (of, unknown) in _BREAKDOWNS.items()}
    return {
        "days_window": len(window.days),
        "total": found.ever(report.total),
        "window_total": r.amount(inside, r.TOTAL),
        "daily": [{"day": iso_day(day), "n": n} for day, n in series],
        **breakdowns,  # type: ignore[typeddict-item]  # the names of its own table
        "by_hour": _hours(r.table(inside, r.QUARTERS)),
        "unique_visitors": windows.uniques(report.days, window, r.VISITORS),
        "unique_addresses": windows.uniques(report.days, window, r.ADDRESSES),
        **excluded(r.table(inside, r.BOTS)),
    }


def excluded(reasons: Mapping[str, int]) -> dict[str, int]:
    """What is in no total: bots always, an organization's own tests when there are any."""
    tests = reasons.get(OWN_TEST, 0)
    bots = {"bots_excluded": sum(reasons.values()) - tests}
    return bots | ({"own_tests_excluded": tests} if tests else {})


def _hours(quarters: Mapping[str, int]) -> list[HourCount]:
    """Scans by hour of the day (UTC), all 24."""
    hours = [0] * 24
    for quarter, n in quarters.items():
        hours[int(quarter) // 4] += n
    return [{"hour": hour, "n": n} for hour, n in enumerate(hours)]


def tops(values: Mapping[str, int], unknown: str) -> list[ValueCount]:
    """The leading values by the words that are shown; `unknown` is that for a value that is not known."""
    return [{"value": top.value, "n": top.scans} for top in windows.tops(_words(values, unknown), TOPS)]


def leading(lifetime: r.Rollup, name: str) -> str | None:
    """The value of a dimension with most scans, of a lifetime or of some days; None without any."""
    named = {value: n for value, n in r.table(lifetime, name).items() if value != r.OTHER}
    leaders = windows.tops(_words(named, UNKNOWN), 1)
    return leaders[0].value if leaders else None


def _words(values: Mapping[str, int], unknown: str) -> dict[str, int]:
    """A table by the words that are shown, so that ties fall by what is seen."""
    words: Counter[str] = Counter()
    for value, n in values.items():
        words[_word(value, unknown)] += n
    return words


def _word(value: str, unknown: str) -> str:
    """A value as people read it: places with the smaller first, `other` for the remainder of a full table."""
    if value == r.OTHER:
        return "other"
    if not value or (value == NO_DEVICE and unknown == UNKNOWN):  # a referrer may be called so
        return unknown
    return ", ".join(part for part in _parts(value) if part)


def _parts(value: str) -> list[str]:
    """`US|CA|California|San Francisco` is San Francisco, California, US; the code stands in for a missing name."""
    country, *rest = value.split("|")
    if not rest:
        return [country]
    code, name, *city = rest
    return [*city, name or code, country]
