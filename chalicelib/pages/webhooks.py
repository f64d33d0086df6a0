"""Webhooks: which there are, how posting to them goes, making and changing them."""

from typing import Any, Final
from urllib.parse import urlsplit

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.endpoints import Endpoint
from chalicelib.core.events import TYPES
from chalicelib.errors import InvalidRequest
from chalicelib.pages import webhook_forms
from chalicelib.pages.http import Pages
from chalicelib.pages.receivers import Fares, fares
from chalicelib.pages.visits import Visit
from chalicelib.pages.webhook_forms import EVENTS, FORMATS
from chalicelib.services import delivery_log, subjects, webhooks
from chalicelib.services.webhooks import MOST, Edit, NewEndpoint, Shown

bp = Pages(__name__)

LATEST: Final = 5
OVERLAPS: Final = (
    ("86400", "For a day"),
    ("3600", "For an hour"),
    ("604800", "For 7 days"),
    ("2592000", "For 30 days"),
    ("0", "Not at all"),
)


@bp.page("GET", "/dashboard/webhooks")
def listed(visit: Visit) -> Response:
    """All webhooks, newest first, and how each fares."""
    shown = webhooks.page(visit.caller, MOST).endpoints
    rows = [(each.endpoint, host(each.endpoint), how(each, visit.now_ms)) for each in shown]
    return visit.page("webhooks/list.html", rows=rows, all_events=len(TYPES))


@bp.page("GET", "/dashboard/webhooks/new")
def new(visit: Visit) -> Response:
    """The form that makes a webhook."""
    return visit.page("webhooks/new.html", **webhook_forms.offered(visit, webhook_forms.empty()))


@bp.page("POST", "/dashboard/webhooks")
def create(visit: Visit) -> Response:
    """Make a webhook, and show its secret this once."""
    form = visit.form
    try:
        wanted = NewEndpoint(
            url=form["url"],
            events=form.all("events"),
            own_hosts=visit.own_hosts,
            format=_format(form["format"]),
            description=webhook_forms.description(form),
            filters=webhook_forms.filters(form),
            secret=form["secret"] or None,
        )
        issued = webhooks.create(visit.caller, wanted, visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("webhooks/new.html", webhook_forms.placed(error), **_typed(visit))
    return visit.page("webhooks/secret.html", issued=issued, host=host(issued.endpoint), is_new=True)


@bp.page("GET", "/dashboard/webhooks/{webhook}")
def one(visit: Visit, webhook: str) -> Response:
    """A webhook, how posting to it goes, and what was posted last."""
    return visit.page("webhooks/one.html", **about(visit, webhook))


@bp.page("GET", "/dashboard/webhooks/{webhook}/edit")
def editing(visit: Visit, webhook: str) -> Response:
    """The form that changes a webhook."""
    endpoint = webhooks.get(visit.caller, webhook).endpoint
    values = webhook_forms.offered(visit, webhook_forms.stored(endpoint))
    return visit.page("webhooks/edit.html", endpoint=endpoint, host=host(endpoint), **values)


@bp.page("POST", "/dashboard/webhooks/{webhook}")
def change(visit: Visit, webhook: str) -> Response:
    """Change a webhook."""
    form, endpoint = visit.form, webhooks.get(visit.caller, webhook).endpoint
    try:
        wanted = Edit(
            visit.own_hosts,
            url=form["url"],
            events=form.all("events"),
            format=_format(form["format"]),
            description=webhook_forms.description(form),
            filters=webhook_forms.filters(form),
        )
        webhooks.edit(visit.caller, webhook, wanted, visit.now_ms)
    except InvalidRequest as error:
        shown = {"endpoint": endpoint, "host": host(endpoint), **_typed(visit)}
        return visit.refused("webhooks/edit.html", webhook_forms.placed(error), **shown)
    return visit.see(f"/dashboard/webhooks/{ids.spell('wh', endpoint.number)}", "webhook-changed")


def about(visit: Visit, webhook: str) -> dict[str, Any]:
    """What the page of a webhook shows. Raises NotFound."""
    shown = webhooks.get(visit.caller, webhook)
    endpoint = shown.endpoint
    known = subjects.around(visit.caller, endpoint.filters.links)
    until = [secret.until_ms for secret in endpoint.secrets[1:] if secret.until_ms and secret.until_ms > visit.now_ms]
    return {
        "endpoint": endpoint,
        "health": shown.health,
        "fares": how(shown, visit.now_ms),
        "resting": shown.health.breaker(visit.now_ms) == "open",
        "host": host(endpoint),
        "names": known.names(),
        "types": [type for type in TYPES if type in endpoint.events],
        "events": EVENTS,
        "overlaps": OVERLAPS,
        "overlap": visit.form["overlap_seconds"] if visit.request.method == "POST" else OVERLAPS[0][0],
        "older_until_ms": max(until, default=None),
        "latest": delivery_log.page(visit.caller, webhook, visit.now_ms, LATEST).deliveries,
    }


def how(shown: Shown, now_ms: int) -> Fares:
    """How a webhook fares, in words."""
    endpoint = shown.endpoint
    return fares(endpoint.status, endpoint.disabled_for, endpoint.disabled_ms, shown.health, now_ms)


def host(endpoint: Endpoint) -> str:
    """Who is posted to: the host of the URL, with its port if it has one."""
    return urlsplit(endpoint.url).netloc.rpartition("@")[2]


def _format(name: str) -> str:
    if name not in FORMATS:
        raise InvalidRequest.for_field("format", f"must be one of {', '.join(FORMATS)}")
    return name


def _typed(visit: Visit) -> dict[str, Any]:
    return webhook_forms.offered(visit, webhook_forms.typed(visit.form))
