"""`/v1/summaries`: numbers of scans in a Slack channel, every day or week; in the words of the `qpr` API."""

from typing import Final

from chalicelib import ids
from chalicelib.api import dialects, requests
from chalicelib.api import summaries_shapes as shapes
from chalicelib.api.http import Api
from chalicelib.api.requests import Call
from chalicelib.api.summaries_bodies import CreateSummary, EditSummary
from chalicelib.core import limits
from chalicelib.errors import UnsafeDestination
from chalicelib.services import subscriptions
from chalicelib.services.subscriptions import Edit, NewSubscription

bp = Api(__name__, dialects.QPR, tag="summaries")

ASKED: Final = {
    "url": "https://hooks.slack.com/services/T000/B000/XXXX",
    "frequency": "weekly",
    "hour": 8,
    "weekday": 0,
    "time_zone": "Europe/London",
    "thresholds": True,
    "name": "Marketing",
}


@bp.operation(
    "POST",
    "/v1/summaries",
    scope="webhooks:write",
    limit=limits.QPR_CREATES,
    body=CreateSummary,
    answer=shapes.Summary,
    status=201,
    errors=(UnsafeDestination,),
    asked=ASKED,
)
def create_summary(call: Call) -> shapes.Summary:
    """Make a summary: it is sent from now on, whenever it is due."""
    body = call.body(CreateSummary)
    new = NewSubscription(
        url=body.url,
        own_hosts=call.own_hosts,
        base=call.base,
        scope=body.scope,
        of=body.scope_id,
        schedule=body.schedule(),
        name=body.name,
        thresholds=body.thresholds,
        active=body.active,
    )
    return shapes.summary(subscriptions.create(call.who, new, call.now_ms), call.now_ms)


@bp.operation("GET", "/v1/summaries", scope="webhooks:read", limit=limits.QPR_OTHER, answer=shapes.Summaries)
def list_summaries(call: Call) -> shapes.Summaries:
    """List summaries, newest first."""
    return {"summaries": [shapes.summary(shown, call.now_ms) for shown in subscriptions.everything(call.who)]}


@bp.operation("GET", "/v1/summaries/{summary_id}", scope="webhooks:read", limit=limits.QPR_OTHER, answer=shapes.Summary)
def get_summary(call: Call, summary_id: str) -> shapes.Summary:
    """Read a summary, and how posting it goes."""
    return shapes.summary(subscriptions.get(call.who, summary_id), call.now_ms)


@bp.operation(
    "PATCH",
    "/v1/summaries/{summary_id}",
    scope="webhooks:write",
    limit=limits.QPR_OTHER,
    body=EditSummary,
    answer=shapes.Summary,
    errors=(UnsafeDestination,),
    asked={"hour": 7, "active": True},
)
def edit_summary(call: Call, summary_id: str) -> shapes.Summary:
    """Change, pause or resume a summary; what is not given stays as it is.

    One that we disabled is resumed by `active: true`.
    """
    body = call.body(EditSummary)
    change = Edit(
        own_hosts=call.own_hosts,
        base=call.base,
        url=body.url,
        scope=body.scope,
        of=body.scope_id,
        schedule=body.schedule(),
        name=body.name,
        thresholds=body.thresholds,
        active=body.active,
    )
    return shapes.summary(subscriptions.edit(call.who, summary_id, change, call.now_ms), call.now_ms)


@bp.operation(
    "DELETE", "/v1/summaries/{summary_id}", scope="webhooks:write", limit=limits.QPR_OTHER, answer=shapes.Deleted
)
def delete_summary(call: Call, summary_id: str) -> shapes.Deleted:
    """Delete a summary and its URL; nothing is sent there any more."""
    return {"id": ids.spell("sum", subscriptions.delete(call.who, summary_id)), "deleted": True}


@bp.operation(
    "POST",
    "/v1/summaries/{summary_id}/send",
    scope="webhooks:write",
    limit=limits.QPR_CREATES,
    answer=shapes.Sent,
)
def send_summary(call: Call, summary_id: str) -> shapes.Sent:
    """Send a summary as of now, once, and tell what became of it.

    It takes 15 seconds at most. A paused one is sent as well; when the next one is due stays as it is.
    """
    return shapes.sent(subscriptions.send_now(call.who, summary_id, requests.now_ms))
