"""Cursors of an endpoint's log: the sort key of the last delivery that was seen."""

from typing import Final

from chalicelib.api.parameters import Choice, Text
from chalicelib.api.requests import Call
from chalicelib.core.deliveries import STATES
from chalicelib.core.events import TYPES
from chalicelib.core.places import Span
from chalicelib.services import delivery_log
from chalicelib.services.delivery_log import Page

STATE: Final = Choice("state", "Only deliveries in this state.", STATES, "")
TYPE: Final = Choice("type", "Only deliveries of events of this type.", TYPES, "")

_LONGEST: Final = 500  # of a sort key, far beyond any


def page(call: Call, webhook_id: str, limit: int, cursor: Text) -> Page:
    """The page that a request asks for. Raises InvalidRequest, NotFound."""
    before = call.place(call.read(cursor), _listing(webhook_id), cursor.name)
    if before is not None and (len(before) > _LONGEST or not before.isascii()):
        raise cursor.refuse("is not a cursor of this list")
    sort = None if before is None else before.decode()
    return delivery_log.page(
        call.who, webhook_id, call.now_ms, limit, sort, state=call.read(STATE), type=call.read(TYPE)
    )


def next_cursor(call: Call, webhook_id: str, page: Page) -> str | None:
    """The cursor of the page behind this one; None at the end."""
    return None if page.next_before is None else call.cursor(_listing(webhook_id), page.next_before.encode())


def span(since_ms: int, until_ms: int | None, call: Call) -> Span:
    """What a replay is of; up to now unless something else was said."""
    return Span(since_ms, call.now_ms if until_ms is None else until_ms)


def _listing(webhook_id: str) -> str:
    return f"deliveries {webhook_id}"
