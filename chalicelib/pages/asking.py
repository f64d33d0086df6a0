"""Which days somebody wants to see, and by which clocks: what the address says, else what the browser remembers."""

from typing import Any, Final, NamedTuple

from chalice.app import Response

from chalicelib.core import ranges, zones
from chalicelib.core.days import iso_day
from chalicelib.core.ranges import CUSTOM, DEFAULT, Range
from chalicelib.errors import InvalidRequest
from chalicelib.pages import cookies
from chalicelib.pages.clock import zone_of
from chalicelib.pages.failures import SCRIPTED
from chalicelib.pages.visits import Visit

WORDS: Final = {
    "today": "Today",
    "yesterday": "Yesterday",
    "7d": "Last 7 days",
    "28d": "Last 28 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "month": "This month so far",
    "last-month": "Last month",
    "year": "This year so far",
    "12mo": "Last 12 months",
    "custom": "Custom dates",
}


class Asked(NamedTuple):
    """A range, and what is wrong with the one that was asked for, by field."""

    range: Range
    errors: dict[str, str]


def asked(visit: Visit, zone: str | None = None) -> Asked:
    """The range of a page; DEFAULT where the address asks for one that cannot be.

    `zone` is the time zone where the address names none, instead of the one that the browser remembers.
    """
    try:
        return Asked(exactly(visit, zone), {})
    except InvalidRequest as error:
        wrong = {error.field or "": error.sentence}
        return Asked(ranges.asked({}, zone or zone_of(visit), visit.now_ms), wrong)


def exactly(visit: Visit, zone: str | None = None) -> Range:
    """The range that the address asks for. Raises InvalidRequest that names the field."""
    zone = visit.query.get("zone") or zone or zone_of(visit)
    if visit.query.get("range") == CUSTOM and not (visit.query.get("from") or visit.query.get("to")):
        return ranges.asked({}, zone, visit.now_ms)._replace(name=CUSTOM)
    return ranges.asked(visit.query, zone, visit.now_ms)


def query(of: Range) -> dict[str, str | None]:
    """What an address says that asks for the same range."""
    own = of.name == CUSTOM
    return {
        "range": None if of.name == DEFAULT else of.name,
        "from": iso_day(of.first) if own else None,
        "to": iso_day(of.last) if own else None,
    }


def picker(visit: Visit, found: Asked) -> dict[str, Any]:
    """What `parts/picker.html` draws. A script that looks again needs no choices."""
    scripted = is_scripted(visit)
    return {
        "ranges": [] if scripted else WORDS.items(),
        "zones": [] if scripted else dict.fromkeys((found.range.zone, *zones.choices())),
        "range": found.range,
        "own": found.range.name == CUSTOM,
        "first": iso_day(found.range.first),
        "last": iso_day(found.range.last),
        "errors": found.errors,
    }


def remembered(visit: Visit, response: Response) -> Response:
    """The answer, which has the browser remember the zone that was chosen."""
    zone = visit.query.get("zone", "")
    if zone in zones.choices():
        response.headers["Set-Cookie"] = cookies.zone(visit.base, zone)
    return response


def is_scripted(visit: Visit) -> bool:
    """Whether a script asks, which has the page already."""
    return SCRIPTED in visit.request.headers
