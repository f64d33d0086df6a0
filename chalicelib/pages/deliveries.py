"""The log of a webhook: what was posted, each attempt of it, and posting it once more."""

import json
from typing import Any, Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.deliveries import STATES, Delivery, Place, partition
from chalicelib.core.endpoints import ACTIVE
from chalicelib.core.events import TYPES
from chalicelib.errors import InvalidRequest
from chalicelib.pages import webhooks as pages
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.pages.webhook_forms import EVENTS
from chalicelib.services import delivery_log, webhooks

bp = Pages(__name__)

PAGE: Final = 50

_LONGEST: Final = 500  # of a delivery's id, far beyond any


@bp.page("GET", "/dashboard/webhooks/{webhook}/deliveries")
def listed(visit: Visit, webhook: str) -> Response:
    """What was posted in the last 30 days, newest first: all, in one state, or of one type of event."""
    endpoint = webhooks.held(visit.caller, webhook).value
    state, type = _one_of(STATES, visit.query.get("state", "")), _one_of(TYPES, visit.query.get("type", ""))
    before = _place(endpoint.organization, endpoint.number, visit.query.get("before", ""))
    page = delivery_log.page(
        visit.caller, webhook, visit.now_ms, PAGE, before.sort if before else None, state=state, type=type
    )
    return visit.page(
        "webhooks/deliveries.html",
        endpoint=endpoint,
        host=pages.host(endpoint),
        deliveries=page.deliveries,
        next_before=_next(endpoint.organization, endpoint.number, page.next_before),
        first=before is None,
        state=state,
        type=type,
        states=[("", "In any state"), *((each, each.capitalize()) for each in STATES)],
        types=[("", "Of any event"), *EVENTS.items()],
    )


@bp.page("GET", "/dashboard/webhooks/{webhook}/deliveries/{delivery}")
def one(visit: Visit, webhook: str, delivery: str) -> Response:
    """A delivery with its attempts and its body."""
    return visit.page("webhooks/delivery.html", **_shown(visit, webhook, delivery))


@bp.page("POST", "/dashboard/webhooks/{webhook}/deliveries/{delivery}/redeliver")
def redeliver(visit: Visit, webhook: str, delivery: str) -> Response:
    """Post it once more, with all its retries."""
    try:
        anew = delivery_log.redeliver(visit.caller, webhook, delivery, visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("webhooks/delivery.html", error, **_shown(visit, webhook, delivery))
    at = f"/dashboard/webhooks/{ids.spell('wh', anew.place.receiver)}/deliveries/{anew.place.id}"
    return visit.see(at, "redelivering")


def _shown(visit: Visit, webhook: str, spelled: str) -> dict[str, Any]:
    endpoint = webhooks.held(visit.caller, webhook).value
    delivery = delivery_log.get(visit.caller, webhook, spelled)
    return {
        "endpoint": endpoint,
        "host": pages.host(endpoint),
        "delivery": delivery,
        "is_active": endpoint.status == ACTIVE,
        "event": EVENTS.get(delivery.type, delivery.type),
        "body": _readable(delivery),
    }


def _readable(delivery: Delivery) -> str:
    """The body with a field a line; as it is when it is no JSON."""
    try:
        return json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
    except ValueError:
        return delivery.body


def _one_of(known: tuple[str, ...], asked: str) -> str:
    return asked if asked in known else ""


def _place(organization: int, receiver: int, spelled: str) -> Place | None:
    return Place.parse(organization, receiver, spelled) if spelled.isascii() and len(spelled) <= _LONGEST else None


def _next(organization: int, receiver: int, sort: str | None) -> str | None:
    """The id of the delivery behind which the next page begins."""
    return None if sort is None else Place.of(partition(organization, receiver, 0), sort).id
