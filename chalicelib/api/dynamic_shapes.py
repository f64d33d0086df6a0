"""What the `dynamic` API answers with, field by field, as the service's document has it."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Count, Date, Time, Url, one_of, said
from chalicelib.core import rollups as r
from chalicelib.core import windows
from chalicelib.core.accounts import Member
from chalicelib.core.agents import UNKNOWN as NO_DEVICE
from chalicelib.core.codes import QrCode
from chalicelib.core.days import iso_day, iso_time
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, EXPIRED, PAUSED, Link
from chalicelib.core.plans import Plan
from chalicelib.core.windows import Window
from chalicelib.services.analytics import Report

VERSION: Final = "1"
TOPS: Final = 8
UNKNOWN: Final = "Unknown"
DIRECT: Final = "Direct"

CodeId = Annotated[str, said("The code's id. Paths and filters take every spelling of it.", "dc_akn2ybt1za")]
Slug = Annotated[str, said("What the short link ends with.", "spring-sale")]
Label = Annotated[str | None, said("A name for people.")]


class Discovery(TypedDict):
    """What is served here."""

    name: str
    version: str
    docs: Url
    openapi: Url


class Limits(TypedDict):
    """What an account can do; null is no limit."""

    dynamic_codes: int | None
    scan_analytics_days: int | None
    detailed_analytics: bool


class Me(TypedDict):
    """The member whom the key belongs to."""

    id: Annotated[str, said("The member's id.", "usr_akmvj71hvw")]
    email: str
    name: str
    created_at: Time
    plan: str
    limits: Limits


class DynamicCode(TypedDict):
    """A dynamic code: a short link whose destination can be changed."""

    id: CodeId
    slug: Slug
    short_url: Url
    destination: Url
    label: Label


class DynamicCodeRow(DynamicCode):
    """A dynamic code with its state."""

    status: Annotated[str, one_of(ACTIVE, PAUSED, EXPIRED, DELETED), said("Whether it redirects now.")]
    pause_until: Annotated[Time | None, said("When a pause will end by itself.")]
    created_at: Time


class DynamicCodes(TypedDict):
    """Codes, newest first."""

    codes: list[DynamicCodeRow]
    next_cursor: NotRequired[Annotated[str, said("The cursor of the next page; absent at the end.")]]


class StaticCode(TypedDict):
    """A static code: a payload that is printed as it is."""

    id: Annotated[str, said("The code's id.", "qr_akn2ybt1za")]
    type: str
    payload: str
    label: Label


class StaticEntry(StaticCode):
    """A static code in a list of every kind."""

    dynamic: Literal[False]
    destination: Annotated[str, said("Of a static code, its payload.")]
    status: Literal["active"]
    short_url: None
    created_at: Time


class DynamicEntry(DynamicCodeRow):
    """A dynamic code in a list of every kind."""

    type: Literal["url"]
    dynamic: Literal[True]


class Codes(TypedDict):
    """Codes of every kind, newest first."""

    codes: list[DynamicEntry | StaticEntry]
    next_cursor: NotRequired[str]


class Deleted(TypedDict):
    """What was deleted."""

    deleted: Literal[True]
    id: CodeId


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

    total: Annotated[Count, said("Scans ever, whatever the window.")]
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


def discovery(base: str) -> Discovery:
    return {
        "name": "Quietzone",
        "version": VERSION,
        "docs": f"{base}/docs",
        "openapi": f"{base}/openapi.json",
    }


def member(member: Member, plan: Plan) -> Me:
    """Beyond the documented fields, what clients look at to know what an account can do; None is no limit."""
    return {
        "id": ids.spell("usr", member.number),
        "email": member.email,
        "name": member.name,
        "created_at": iso_time(member.created_ms),
        "plan": plan.name,
        "limits": {"dynamic_codes": None, "scan_analytics_days": None, "detailed_analytics": True},
    }


def link(link: Link, base: str) -> DynamicCode:
    return {
        "id": ids.spell("dc", link.number),
        "slug": link.slug,
        "short_url": f"{base}/{link.slug}",
        "destination": link.destination,
        "label": link.label,
    }


def link_row(found: Link, base: str, now_ms: int) -> DynamicCodeRow:
    until = found.paused_until(now_ms)
    return {
        **link(found, base),
        "status": _status(found, now_ms),
        "pause_until": None if until is None else iso_time(until),
        "created_at": iso_time(found.created_ms),
    }


def static_code(code: QrCode) -> StaticCode:
    return {
        "id": ids.spell("qr", code.number),
        "type": code.kind,
        "payload": code.payload,
        "label": code.label,
    }


def code_row(code: Link | QrCode, base: str, now_ms: int) -> DynamicEntry | StaticEntry:
    if isinstance(code, Link):
        return {**link_row(code, base, now_ms), "type": "url", "dynamic": True}
    return {
        **static_code(code),
        "dynamic": False,
        "destination": code.payload,  # of a static code there is nothing else
        "status": "active",
        "short_url": None,
        "created_at": iso_time(code.created_ms),
    }


def scans(found: Link, report: Report, window: Window, week: Window, base: str) -> Scans:
    """The answer of `GET /v1/dynamic/{id}/scans`: totals ignore the window, everything else lies in it."""
    lifetime = report.lifetime
    summary: ScanSummary = {
        "total": report.total,
        "last7": report.scans(week),
        "topCountry": _leading(lifetime, r.COUNTRY),
        "topDevice": _leading(lifetime, r.DEVICE),
    }
    answer: Scans = {
        "id": ids.spell("dc", found.number),
        "slug": found.slug,
        "short_url": f"{base}/{found.slug}",
        "destination": found.destination,
        "scans": summary,
        "analytics": _analytics(report, window),
    }
    if report.pending:
        answer["pending"] = report.pending
    if report.recounting:
        answer["recounting"] = True
    return answer


def _analytics(report: Report, window: Window) -> Analytics:
    inside = windows.within(report.days, window)
    series = windows.series(report.days, window, r.TOTAL)
    tops = {name: _tops(r.table(inside, of), unknown) for name, (of, unknown) in _BREAKDOWNS.items()}
    return {
        "days_window": len(window.days),
        "total": report.total,
        "window_total": r.amount(inside, r.TOTAL),
        "daily": [{"day": iso_day(day), "n": n} for day, n in series],
        **tops,  # type: ignore[typeddict-item]  # the names of its own table
        "by_hour": _hours(r.table(inside, r.QUARTERS)),
        "unique_visitors": windows.uniques(report.days, window, r.VISITORS),
        "unique_addresses": windows.uniques(report.days, window, r.ADDRESSES),
        **_excluded(r.table(inside, r.BOTS)),
    }


def _excluded(reasons: Mapping[str, int]) -> dict[str, int]:
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


def _tops(values: Mapping[str, int], unknown: str) -> list[ValueCount]:
    return [{"value": top.value, "n": top.scans} for top in windows.tops(_words(values, unknown), TOPS)]


def _leading(lifetime: r.Rollup, name: str) -> str | None:
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


def _status(found: Link, now_ms: int) -> str:
    """`dynamic` knows no draft: such a link does not redirect, so it shows as paused."""
    state = found.state(now_ms)
    return PAUSED if state == DRAFT else state
