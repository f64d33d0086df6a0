"""`/v1/webhooks/{id}/deliveries` and `/replay`: what was posted, and posting it again."""

from typing import Final

from chalicelib.api import dialects
from chalicelib.api import webhooks_examples as examples
from chalicelib.api import webhooks_log_shapes as shapes
from chalicelib.api.http import Api
from chalicelib.api.parameters import Text, Whole
from chalicelib.api.requests import Call
from chalicelib.api.webhooks_bodies import ReplayDeliveries
from chalicelib.api.webhooks_paging import STATE, TYPE, next_cursor, page, span
from chalicelib.core import limits
from chalicelib.errors import InvalidRequest
from chalicelib.services import delivery_log, replaying

bp = Api(__name__, dialects.QPR, tag="webhooks")

LIMIT: Final = Whole("limit", "Deliveries a page.", 50, 1, 200)
CURSOR: Final = Text("cursor", "The next_cursor of the page before.")


@bp.operation(
    "GET",
    "/v1/webhooks/{webhook_id}/deliveries",
    scope="webhooks:read",
    limit=limits.QPR_OTHER,
    parameters=(LIMIT, CURSOR, STATE, TYPE),
    answer=shapes.Deliveries,
    example=examples.DELIVERIES,
)
def list_deliveries(call: Call, webhook_id: str) -> shapes.Deliveries:
    """List what was posted to a webhook in the last 30 days, newest events first.

    With filters a page may be short, or empty, and not be the last: the last one has no `next_cursor`.
    """
    found = page(call, webhook_id, call.read(LIMIT), CURSOR)
    answer: shapes.Deliveries = {"deliveries": [shapes.row(delivery) for delivery in found.deliveries]}
    if cursor := next_cursor(call, webhook_id, found):
        answer["next_cursor"] = cursor
    return answer


@bp.operation(
    "GET",
    "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}",
    scope="webhooks:read",
    limit=limits.QPR_OTHER,
    answer=shapes.Full,
    example=examples.FULL,
)
def get_delivery(call: Call, webhook_id: str, delivery_id: str) -> shapes.Full:
    """Read a delivery with its body and its attempts."""
    return shapes.full(delivery_log.get(call.who, webhook_id, delivery_id))


@bp.operation(
    "POST",
    "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    scope="webhooks:write",
    limit=limits.QPR_OTHER,
    answer=shapes.Row,
    status=202,
    errors=(InvalidRequest,),
    example=examples.REDELIVERED,
)
def redeliver(call: Call, webhook_id: str, delivery_id: str) -> shapes.Row:
    """Post an event to a webhook once more, with all its retries: the same id, the same body.

    Refused while an attempt is to come anyway, and while the webhook is not active.
    """
    return shapes.row(delivery_log.redeliver(call.who, webhook_id, delivery_id, call.now_ms))


@bp.operation(
    "POST",
    "/v1/webhooks/{webhook_id}/replay",
    scope="webhooks:write",
    limit=limits.QPR_CREATES,
    body=ReplayDeliveries,
    answer=shapes.ReplayOf,
    status=202,
    example=examples.REPLAYING,
    asked=examples.REPLAY,
)
def replay(call: Call, webhook_id: str) -> shapes.ReplayOf:
    """Post again to a webhook what it was to be told of from `since` to just before `until`, 30 days at most.

    Unless `until` is given it is now. What waits for its next attempt is left to it.
    """
    body = call.body(ReplayDeliveries)
    wanted = span(body.since, body.until, call)
    return shapes.replay(replaying.order(call.who, webhook_id, wanted, body.states, call.now_ms))


@bp.operation(
    "GET",
    "/v1/webhooks/{webhook_id}/replays/{replay_id}",
    scope="webhooks:read",
    limit=limits.QPR_OTHER,
    answer=shapes.ReplayOf,
    example=examples.REPLAYING,
)
def get_replay(call: Call, webhook_id: str, replay_id: str) -> shapes.ReplayOf:
    """Read how far a replay is; it is kept for 7 days."""
    return shapes.replay(replaying.status(call.who, webhook_id, replay_id, call.now_ms))
