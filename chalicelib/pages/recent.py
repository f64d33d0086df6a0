"""The newest scans of a link, as a page lists them."""

from typing import Final, NamedTuple

from chalicelib.core import countries
from chalicelib.core import rollups as r
from chalicelib.core.places import Span
from chalicelib.core.ranges import Range
from chalicelib.core.rankings import word
from chalicelib.core.scans import Scan
from chalicelib.core.zones import ahead_ms
from chalicelib.pages.rendering import second
from chalicelib.services import scan_lists

MOST: Final = 10


class Line(NamedTuple):
    """A scan in words; what is not known is ''."""

    id: str
    at: str
    country: str
    place: str
    device: str
    browser: str
    source: str
    is_first: bool


def lines(organization: int, link: int, asked: Range) -> list[Line]:
    """The newest scans of people in a range, newest first, with times by the range's clocks."""
    span = Span(asked.first_ms, min(asked.end_ms, asked.now_ms + 1))
    page = scan_lists.of_link(organization, link, span, asked.now_ms, limit=MOST, newest_first=True)
    return [_line(scan, asked.zone) for scan in page.scans]


def _line(scan: Scan, zone: str) -> Line:
    facts = scan.counted or scan.facts
    region = facts.region_name or facts.region
    place = facts.city or region or countries.NAMES.get(facts.country, facts.country)
    device = (word(r.DEVICE, facts.device), facts.os)
    return Line(
        id=scan.key.id,
        at=second(scan.key.ms + ahead_ms(scan.key.ms, zone)),
        country=facts.country,
        place=place,
        device=", ".join(part for part in device if part),
        browser=facts.browser,
        source=facts.referrer or facts.app or (word(r.METHOD, facts.method) if facts.method else ""),
        is_first=bool(scan.first),
    )
