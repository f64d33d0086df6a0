"""Replays of a webhook: ordering one, and how far it is."""

from typing import Any, Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.days import DAY_MS, iso_time, parse_time
from chalicelib.core.deliveries import FAILED, HELD, SHARDS
from chalicelib.core.endpoints import ACTIVE
from chalicelib.core.exports import DONE, RUNNING
from chalicelib.core.places import Span
from chalicelib.core.replays import REPLAYED
from chalicelib.errors import InvalidRequest
from chalicelib.pages import webhooks as pages
from chalicelib.pages.forms import Form
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import replaying, webhooks

bp = Pages(__name__)

WORDS: Final = {RUNNING: ("Running", "warn"), DONE: ("Done", "good")}
NOT_DONE: Final = ("Given up", "bad")


@bp.page("GET", "/dashboard/webhooks/{webhook}/replays")
def listed(visit: Visit, webhook: str) -> Response:
    """The form that orders a replay, and the orders of the last days."""
    since = iso_time(visit.now_ms - DAY_MS)[:16]
    return visit.page("webhooks/replays.html", **_shown(visit, webhook, since, "", [FAILED, HELD]))


@bp.page("POST", "/dashboard/webhooks/{webhook}/replays")
def order(visit: Visit, webhook: str) -> Response:
    """Order a replay."""
    form = visit.form
    try:
        until_ms = _time(form, "until") if form["until"] else visit.now_ms
        ordered = replaying.order(
            visit.caller, webhook, Span(_time(form, "since"), until_ms), _states(form), visit.now_ms
        )
    except InvalidRequest as error:
        typed = _shown(visit, webhook, form["since"], form["until"], form.all("states"))
        return visit.refused("webhooks/replays.html", error, **typed)
    at = f"/dashboard/webhooks/{ids.spell('wh', ordered.endpoint)}/replays/{ids.spell('rpl', ordered.number)}"
    return visit.see(at, "replaying")


@bp.page("GET", "/dashboard/webhooks/{webhook}/replays/{replay}")
def one(visit: Visit, webhook: str, replay: str) -> Response:
    """How far a replay is."""
    found = replaying.status(visit.caller, webhook, replay, visit.now_ms)
    endpoint = webhooks.held(visit.caller, webhook).value
    return visit.page(
        "webhooks/replay.html",
        endpoint=endpoint,
        host=pages.host(endpoint),
        replay=found,
        word=WORDS.get(found.state, NOT_DONE),
        states=[state for state in REPLAYED if state in found.states],
        is_running=found.state == RUNNING,
        shards=SHARDS,
    )


def _shown(visit: Visit, webhook: str, since: str, until: str, states: list[str]) -> dict[str, Any]:
    endpoint = webhooks.held(visit.caller, webhook).value
    recent = replaying.recent(visit.caller, webhook, visit.now_ms)
    return {
        "endpoint": endpoint,
        "host": pages.host(endpoint),
        "is_active": endpoint.status == ACTIVE,
        "since": since,
        "until": until,
        "chosen": states,
        "states": [(state, state.capitalize()) for state in REPLAYED],
        "recent": [(it, *WORDS.get(it.state, NOT_DONE)) for it in recent],
    }


def _time(form: Form, name: str) -> int:
    """The time in a field, in UTC. Raises InvalidRequest."""
    ms = parse_time(form[name])
    if ms is None:
        raise InvalidRequest.for_field(name, "must be a date and a time")
    return ms


def _states(form: Form) -> list[str]:
    """The states that are meant. Raises InvalidRequest: on this page none is none, not all."""
    chosen = form.all("states")
    if not chosen or not set(chosen) <= set(REPLAYED):
        raise InvalidRequest.for_field("states", f"must be one or more of {', '.join(REPLAYED)}")
    return chosen
