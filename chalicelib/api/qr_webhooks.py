"""`/api/v1/webhooks`: where events are posted, in the words of the `qr` API."""

from typing import Final

from chalicelib import ids
from chalicelib.api import dialects, requests
from chalicelib.api import qr_webhooks_log_shapes as log
from chalicelib.api import qr_webhooks_shapes as shapes
from chalicelib.api import webhooks_examples as examples
from chalicelib.api.http import Api
from chalicelib.api.qr_answers import CURSOR, LIMIT, OFFSET, PAGING, Listed, Success, listed, success
from chalicelib.api.qr_webhooks_bodies import CreateWebhook, EditWebhook, RotateSecret
from chalicelib.api.requests import Call
from chalicelib.api.webhooks_bodies import PostSample
from chalicelib.api.webhooks_samples import sampling
from chalicelib.core import limits
from chalicelib.core.breaker import Health
from chalicelib.errors import UnsafeDestination
from chalicelib.services import webhooks

bp = Api(__name__, dialects.QR, tag="webhooks")

LISTING: Final = "webhooks"

ASKED: Final = {"url": "https://example.com/hooks", "events": ["qr.created", "qr.scan_threshold"], "isActive": True}


@bp.operation(
    "POST",
    "/api/v1/webhooks",
    scope="webhooks:write",
    limit=limits.QR_WRITE,
    body=CreateWebhook,
    answer=Success[shapes.NewWebhook],
    status=201,
    errors=(UnsafeDestination,),
    asked=ASKED,
)
def create_webhook(call: Call) -> Success[shapes.NewWebhook]:
    """Make a webhook: events are posted to its URL from now on.

    The secret that they are signed with is in this answer, and in no other.
    """
    made = webhooks.create(call.who, call.body(CreateWebhook).new(call.own_hosts), call.now_ms)
    return success(shapes.new_webhook(made.endpoint, Health(), made.secret, call.now_ms))


@bp.operation(
    "GET",
    "/api/v1/webhooks",
    scope="webhooks:read",
    limit=limits.QR_READ,
    parameters=PAGING,
    answer=Listed[shapes.Webhook],
)
def list_webhooks(call: Call) -> Listed[shapes.Webhook]:
    """List webhooks, newest first."""
    page = webhooks.page(call.who, call.read(LIMIT), call.read(OFFSET), call.before(CURSOR, LISTING))
    rows = [shapes.webhook(shown, call.now_ms) for shown in page.endpoints]
    return listed(call, LISTING, rows, page.total, page.next_before)


@bp.operation(
    "GET",
    "/api/v1/webhooks/{webhook_id}",
    scope="webhooks:read",
    limit=limits.QR_READ,
    answer=Success[shapes.Webhook],
)
def get_webhook(call: Call, webhook_id: str) -> Success[shapes.Webhook]:
    """Read a webhook, and how posting to it goes."""
    return success(shapes.webhook(webhooks.get(call.who, webhook_id), call.now_ms))


@bp.operation(
    "PATCH",
    "/api/v1/webhooks/{webhook_id}",
    scope="webhooks:write",
    limit=limits.QR_WRITE,
    body=EditWebhook,
    answer=Success[shapes.Webhook],
    errors=(UnsafeDestination,),
    asked={"description": "Orders", "isActive": False},
)
def edit_webhook(call: Call, webhook_id: str) -> Success[shapes.Webhook]:
    """Change, pause or resume a webhook; what is not given stays as it is.

    Filters are replaced as a whole, null takes them away. One that we disabled is resumed by `isActive: true`.
    """
    change = call.body(EditWebhook).change(call.own_hosts)
    return success(shapes.webhook(webhooks.edit(call.who, webhook_id, change, call.now_ms), call.now_ms))


@bp.operation(
    "DELETE",
    "/api/v1/webhooks/{webhook_id}",
    scope="webhooks:write",
    limit=limits.QR_WRITE,
    answer=Success[shapes.DeletedWebhook],
)
def delete_webhook(call: Call, webhook_id: str) -> Success[shapes.DeletedWebhook]:
    """Delete a webhook and its secrets; nothing is posted to it any more."""
    return success({"id": ids.spell("wh", webhooks.delete(call.who, webhook_id)), "deleted": True})


@bp.operation(
    "POST",
    "/api/v1/webhooks/{webhook_id}/rotate",
    scope="webhooks:write",
    limit=limits.QR_WRITE,
    body=RotateSecret,
    answer=Success[shapes.NewWebhook],
    asked={"overlapSeconds": 3600},
)
def rotate_secret(call: Call, webhook_id: str) -> Success[shapes.NewWebhook]:
    """Give a webhook another secret, which is shown this once; the one before goes on signing for a while.

    There are two at most: one from a rotation before that ends at once.
    """
    body = call.body_if_any(RotateSecret)
    made = webhooks.rotate(call.who, webhook_id, call.now_ms, body.overlap_seconds * 1000, body.secret)
    shown = webhooks.with_health(made.endpoint)
    return success(shapes.new_webhook(shown.endpoint, shown.health, made.secret, call.now_ms))


@bp.operation(
    "POST",
    "/api/v1/webhooks/{webhook_id}/test",
    scope="webhooks:write",
    limit=limits.QR_WRITE,
    body=PostSample,
    answer=Success[log.Tested],
    asked=examples.TEST,
)
def test_webhook(call: Call, webhook_id: str) -> Success[log.Tested]:
    """Post a sample event to a webhook now, once, and tell what became of it.

    It takes 15 seconds at most. Without a `type` it is the first that the webhook wants. A paused one is posted to as
    well.
    """
    body = call.body_if_any(PostSample)
    tested = webhooks.test(call.who, webhook_id, body.type, sampling(call.now_ms, call.base), requests.now_ms)
    return success(log.tested(tested))
