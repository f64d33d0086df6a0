"""`/api/v1/webhooks/{id}/deliveries` and `/replay`: what was posted, and posting it again."""

from typing import Final

from chalicelib.api import dialects
from chalicelib.api import qr_webhooks_log_shapes as shapes
from chalicelib.api import webhooks_examples as examples
from chalicelib.api.http import Api
from chalicelib.api.parameters import Text
from chalicelib.api.qr_answers import LIMIT, Success, success
from chalicelib.api.requests import Call
from chalicelib.api.webhooks_bodies import ReplayDeliveries
from chalicelib.api.webhooks_paging import STATE, TYPE, next_cursor, page, span
from chalicelib.core import limits
from chalicelib.errors import InvalidRequest
from chalicelib.services import delivery_log, replaying

bp = Api(__name__, dialects.QR, tag="webhooks")

CURSOR: Final = Text("cursor", "The nextCursor of the page before.")


@bp.operation(
    "GET",
    "/api/v1/webhooks/{webhook_id}/deliveries",
    scope="webhooks:read",
    limit=limits.QR_READ,
    parameters=(LIMIT, CURSOR, STATE, TYPE),
    answer=shapes.Deliveries,
)
def list_deliveries(call: Call, webhook_id: str) -> shapes.Deliveries:
    """List what was posted to a webhook in the last 30 days, newest events first.

    With filters a page may be short, or empty, and not be the last: `hasMore` tells.
    """
    limit = call.read(LIMIT)
    found = page(call, webhook_id, limit, CURSOR)
    cursor = next_cursor(call, webhook_id, found)
    return {
        "success": True,
        "data": [shapes.row(delivery) for delivery in found.deliveries],
        "pagination": {"limit": limit, "hasMore": cursor is not None, "nextCursor": cursor},
    }


@bp.operation(
    "GET",
    "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}",
    scope="webhooks:read",
    limit=limits.QR_READ,
    answer=Success[shapes.Full],
)
def get_delivery(call: Call, webhook_id: str, delivery_id: str) -> Success[shapes.Full]:
    """Read a delivery with its body and its attempts."""
    return success(shapes.full(delivery_log.get(call.who, webhook_id, delivery_id)))


@bp.operation(
    "POST",
    "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    scope="webhooks:write",
    limit=limits.QR_WRITE,
    answer=Success[shapes.Row],
    status=202,
    errors=(InvalidRequest,),
)
def redeliver(call: Call, webhook_id: str, delivery_id: str) -> Success[shapes.Row]:
    """Post an event to a webhook once more, with all its retries: the same id, the same body.

    Refused while an attempt is to come anyway, and while the webhook is not active.
    """
    return success(shapes.row(delivery_log.redeliver(call.who, webhook_id, delivery_id, call.now_ms)))


@bp.operation(
    "POST",
    "/api/v1/webhooks/{webhook_id}/replay",
    scope="webhooks:write",
    limit=limits.QR_WRITE,
    body=ReplayDeliveries,
    answer=Success[shapes.ReplayOf],
    status=202,
    asked=examples.REPLAY,
)
def replay(call: Call, webhook_id: str) -> Success[shapes.ReplayOf]:
    """Post again to a webhook what it was to be told of from `since` to just before `until`, 30 days at most.

    Unless `until` is given it is now. What waits for its next attempt is left to it.
    """
    body = call.body(ReplayDeliveries)
    wanted = span(body.since, body.until, call)
    return success(shapes.replay(replaying.order(call.who, webhook_id, wanted, body.states, call.now_ms)))


@bp.operation(
    "GET",
    "/api/v1/webhooks/{webhook_id}/replays/{replay_id}",
    scope="webhooks:read",
    limit=limits.QR_READ,
    answer=Success[shapes.ReplayOf],
)
def get_replay(call: Call, webhook_id: str, replay_id: str) -> Success[shapes.ReplayOf]:
    """Read how far a replay is; it is kept for 7 days."""
    return success(shapes.replay(replaying.status(call.who, webhook_id, replay_id, call.now_ms)))
