"""`/v1/webhooks`: where events are posted, in the words of the `qpr` API."""

from typing import Final

from chalicelib import ids
from chalicelib.api import dialects, requests
from chalicelib.api import webhooks_examples as examples
from chalicelib.api import webhooks_log_shapes as log
from chalicelib.api import webhooks_shapes as shapes
from chalicelib.api.http import Api
from chalicelib.api.parameters import Text, Whole
from chalicelib.api.requests import Call
from chalicelib.api.webhooks_bodies import (
    CreateWebhook,
    EditWebhook,
    PostSample,
    RotateSecret,
)
from chalicelib.api.webhooks_samples import sampling
from chalicelib.core import limits
from chalicelib.core.breaker import Health
from chalicelib.errors import UnsafeDestination
from chalicelib.services import webhooks
from chalicelib.services.webhooks import MOST

bp = Api(__name__, dialects.QPR, tag="webhooks")

LISTING: Final = "webhooks"

LIMIT: Final = Whole("limit", "Webhooks a page.", MOST, 1, MOST)
CURSOR: Final = Text("cursor", "The next_cursor of the page before.")


@bp.operation(
    "POST",
    "/v1/webhooks",
    scope="webhooks:write",
    limit=limits.QPR_CREATES,
    body=CreateWebhook,
    answer=shapes.NewWebhook,
    errors=(UnsafeDestination,),
    example=examples.NEW,
    asked=examples.ASKED,
)
def create_webhook(call: Call) -> shapes.NewWebhook:
    """Make a webhook: events are posted to its URL from now on.

    The secret that they are signed with is in this answer, and in no other.
    """
    made = webhooks.create(call.who, call.body(CreateWebhook).new(call.own_hosts), call.now_ms)
    return shapes.new_webhook(made.endpoint, Health(), made.secret, call.now_ms)


@bp.operation(
    "GET",
    "/v1/webhooks",
    scope="webhooks:read",
    limit=limits.QPR_OTHER,
    parameters=(LIMIT, CURSOR),
    answer=shapes.Webhooks,
    example=examples.LIST,
)
def list_webhooks(call: Call) -> shapes.Webhooks:
    """List webhooks, newest first."""
    page = webhooks.page(call.who, call.read(LIMIT), before=call.before(CURSOR, LISTING))
    rows = [shapes.webhook(shown, call.now_ms) for shown in page.endpoints]
    answer: shapes.Webhooks = {"webhooks": rows, "total": page.total}
    if page.next_before is not None:
        answer["next_cursor"] = call.cursor_before(LISTING, page.next_before)
    return answer


@bp.operation(
    "GET",
    "/v1/webhooks/{webhook_id}",
    scope="webhooks:read",
    limit=limits.QPR_OTHER,
    answer=shapes.Webhook,
    example=examples.WEBHOOK,
)
def get_webhook(call: Call, webhook_id: str) -> shapes.Webhook:
    """Read a webhook, and how posting to it goes."""
    return shapes.webhook(webhooks.get(call.who, webhook_id), call.now_ms)


@bp.operation(
    "PATCH",
    "/v1/webhooks/{webhook_id}",
    scope="webhooks:write",
    limit=limits.QPR_OTHER,
    body=EditWebhook,
    answer=shapes.Webhook,
    errors=(UnsafeDestination,),
    example=examples.WEBHOOK,
    asked=examples.CHANGE,
)
def edit_webhook(call: Call, webhook_id: str) -> shapes.Webhook:
    """Change, pause or resume a webhook; what is not given stays as it is.

    Filters are replaced as a whole, null takes them away. One that we disabled is resumed by `active: true`.
    """
    change = call.body(EditWebhook).change(call.own_hosts)
    return shapes.webhook(webhooks.edit(call.who, webhook_id, change, call.now_ms), call.now_ms)


@bp.operation(
    "DELETE", "/v1/webhooks/{webhook_id}", scope="webhooks:write", limit=limits.QPR_OTHER, answer=shapes.Deleted
)
def delete_webhook(call: Call, webhook_id: str) -> shapes.Deleted:
    """Delete a webhook and its secrets; nothing is posted to it any more."""
    return {"id": ids.spell("wh", webhooks.delete(call.who, webhook_id)), "deleted": True}


@bp.operation(
    "POST",
    "/v1/webhooks/{webhook_id}/rotate",
    scope="webhooks:write",
    limit=limits.QPR_CREATES,
    body=RotateSecret,
    answer=shapes.NewWebhook,
    example=examples.ROTATED,
    asked=examples.ROTATE,
)
def rotate_secret(call: Call, webhook_id: str) -> shapes.NewWebhook:
    """Give a webhook another secret, which is shown this once; the one before goes on signing for a while.

    There are two at most: one from a rotation before that ends at once.
    """
    body = call.body_if_any(RotateSecret)
    made = webhooks.rotate(call.who, webhook_id, call.now_ms, body.overlap_seconds * 1000, body.secret)
    shown = webhooks.with_health(made.endpoint)
    return shapes.new_webhook(shown.endpoint, shown.health, made.secret, call.now_ms)


@bp.operation(
    "POST",
    "/v1/webhooks/{webhook_id}/test",
    scope="webhooks:write",
    limit=limits.QPR_CREATES,
    body=PostSample,
    answer=log.Tested,
    example=examples.TESTED,
    asked=examples.TEST,
)
def test_webhook(call: Call, webhook_id: str) -> log.Tested:
    """Post a sample event to a webhook now, once, and tell what became of it.

    It takes 15 seconds at most. Without a `type` it is the first that the webhook wants. A paused one is posted to as
    well.
    """
    body = call.body_if_any(PostSample)
    return log.tested(webhooks.test(call.who, webhook_id, body.type, sampling(call.now_ms, call.base), requests.now_ms))
