"""What the `dynamic` API answers with, field by field, as the service's document has it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from chalicelib import ids
from chalicelib.core import rollups as r
from chalicelib.core import windows
from chalicelib.core.accounts import Member
from chalicelib.core.agents import UNKNOWN as NO_DEVICE
from chalicelib.core.codes import StaticCode
from chalicelib.core.days import iso_day, iso_time
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.links import DRAFT, PAUSED, Link
from chalicelib.core.plans import Plan
from chalicelib.core.windows import Window
from chalicelib.services.analytics import Report

VERSION: Final = "1"
TOPS: Final = 8
UNKNOWN: Final = "Unknown"
DIRECT: Final = "Direct"

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


def discovery(base: str) -> dict[str, Any]:
    return {
        "name": "Quietzone",
        "version": VERSION,
        "docs": f"{base}/docs",
        "openapi": f"{base}/openapi.json",
    }


def member(member: Member, plan: Plan) -> dict[str, Any]:
    """Beyond the documented fields, what clients look at to know what an account can do; None is no limit."""
    return {
        "id": ids.spell("usr", member.number),
        "email": member.email,
        "name": member.name,
        "created_at": iso_time(member.created_ms),
        "plan": plan.name,
        "limits": {"dynamic_codes": None, "scan_analytics_days": None, "detailed_analytics": True},
    }


def link(link: Link, base: str) -> dict[str, Any]:
    return {
        "id": ids.spell("dc", link.number),
        "slug": link.slug,
        "short_url": f"{base}/{link.slug}",
        "destination": link.destination,
        "label": link.label,
    }


def link_row(found: Link, base: str, now_ms: int) -> dict[str, Any]:
    until = found.paused_until(now_ms)
    return {
        **link(found, base),
        "status": _status(found, now_ms),
        "pause_until": None if until is None else iso_time(until),
        "created_at": iso_time(found.created_ms),
    }


def static_code(code: StaticCode) -> dict[str, Any]:
    return {
        "id": ids.spell("qr", code.number),
        "type": code.kind,
        "payload": code.payload,
        "label": code.label,
    }


def code_row(code: Link | StaticCode, base: str, now_ms: int) -> dict[str, Any]:
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


def scans(found: Link, report: Report, window: Window, week: Window, base: str) -> dict[str, Any]:
    """The answer of `GET /v1/dynamic/{id}/scans`: totals ignore the window, everything else lies in it."""
    lifetime = report.lifetime
    summary = {
        "total": report.total,
        "last7": report.scans(week),
        "topCountry": _leading(lifetime, r.COUNTRY),
        "topDevice": _leading(lifetime, r.DEVICE),
    }
    answer = {**link(found, base), "scans": summary, "analytics": _analytics(report, window)}
    answer.pop("label")
    if report.pending:
        answer["pending"] = report.pending
    if report.recounting:
        answer["recounting"] = True
    return answer


def _analytics(report: Report, window: Window) -> dict[str, Any]:
    inside = windows.within(report.days, window)
    series = windows.series(report.days, window, r.TOTAL)
    tops = {name: _tops(r.table(inside, of), unknown) for name, (of, unknown) in _BREAKDOWNS.items()}
    return {
        "days_window": len(window.days),
        "total": report.total,
        "window_total": r.amount(inside, r.TOTAL),
        "daily": [{"day": iso_day(day), "n": n} for day, n in series],
        **tops,
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


def _hours(quarters: Mapping[str, int]) -> list[dict[str, int]]:
    """Scans by hour of the day (UTC), all 24."""
    hours = [0] * 24
    for quarter, n in quarters.items():
        hours[int(quarter) // 4] += n
    return [{"hour": hour, "n": n} for hour, n in enumerate(hours)]


def _tops(values: Mapping[str, int], unknown: str) -> list[dict[str, Any]]:
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
