"""Events that never happened, for trying an endpoint out. Their numbers are so low that nothing is ever called so."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from chalicelib.core import events
from chalicelib.core.codes import QrCode
from chalicelib.core.days import DAY_MS
from chalicelib.core.events import Drawn, Event, Made, Reached, Scanned, Subject
from chalicelib.core.links import Details, Link
from chalicelib.core.scans import Facts, Scan, ScanKey

LINK: Final = 12345
QR_CODE: Final = 12346
CAMPAIGN: Final = 12347
THRESHOLD: Final = 100

_SLUG: Final = "spring-sale"
_FACTS: Final = Facts(
    marker=1,
    country="US",
    region="CA",
    region_name="California",
    city="San Francisco",
    referrer="instagram.com",
    language="en",
    device="mobile",
    os="iOS",
    browser="Safari",
    method="camera",
    app="iOS Camera",
)


def sample(type: str, organization: int, now_ms: int, random: str) -> Event:
    """A plausible event of a type that happens now; `random` makes its id, `evt_test_<random>`, unlike all others.

    Raises KeyError for what is no type.
    """
    return Event(f"evt_test_{random}", type, now_ms, organization, _subjects(organization, now_ms)[type])


def _subjects(organization: int, now_ms: int) -> Mapping[str, Subject]:
    """What each type of event is about."""
    old_ms = now_ms - 30 * DAY_MS
    link, code = _link(organization, old_ms), _code(organization, old_ms)
    new = _link(organization, now_ms)
    scan = Scan(ScanKey(organization, LINK, 0, now_ms, "0123456789abcdef"), 2, 0, _FACTS, counted=_FACTS, first=True)
    talked = _FACTS._replace(conversation=True, messages=6)
    reached = Reached(link, THRESHOLD, THRESHOLD)
    return {
        events.SCAN_CREATED: Scanned(scan, link, QR_CODE),
        events.CONVERSATION_COMPLETED: Scanned(replace(scan, facts=talked, counted=talked, ended=True), link, QR_CODE),
        events.QR_CREATED: Drawn(_code(organization, now_ms), link),
        events.QR_UPDATED: Drawn(code, link),
        events.QR_DELETED: Drawn(replace(code, deleted_ms=now_ms), link),
        events.QR_SCAN_THRESHOLD: replace(reached, code=QR_CODE),
        events.URL_CREATED: Made(new),
        events.URL_CLICK_THRESHOLD: reached,
        events.QPR_CODE_CREATED: Made(new),
    }


def _link(organization: int, ms: int) -> Link:
    return Link(
        organization,
        LINK,
        _SLUG,
        "https://example.com/spring",
        ms,
        label="Spring poster",
        updated_ms=ms,
        custom=True,
        markers=1,
        marked_ms=ms,
        campaign=CAMPAIGN,
        details=Details(prompt="You help visitors of our shop.", metadata={"shop": 7}),
    )


def _code(organization: int, ms: int) -> QrCode:
    payload = f"https://example.com/{_SLUG}"
    return QrCode(organization, QR_CODE, payload, ms, label="Spring poster", link=LINK, marker=1)
