"""What `/v1/summaries` answers with, field by field."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Time, one_of, said
from chalicelib.api.webhooks_log_shapes import Answer, EventId, Reason, Took
from chalicelib.api.webhooks_shapes import HealthOf, HttpStatus, Status, health
from chalicelib.core.days import iso_time, iso_time_if_any
from chalicelib.core.deliveries import DELIVERED, Delivery
from chalicelib.core.endpoints import ACTIVE
from chalicelib.core.summaries import FREQUENCIES, LINK, SCOPES, Subscription
from chalicelib.services.subscriptions import Shown

SummaryId = Annotated[str, said("The summary's id.", "sum_akn2ybt1za")]


class Summary(TypedDict):
    """What is told in a Slack channel, and when."""

    id: SummaryId
    name: str
    url_hint: Annotated[str, said("Of the URL, which is a secret: its host and end.", "hooks.slack.com/…Ab3d")]
    scope: Annotated[str, one_of(*SCOPES)]
    scope_id: Annotated[str | None, said("The id of the link or campaign; null for the organization.")]
    frequency: Annotated[str, one_of(*FREQUENCIES)]
    hour: Annotated[int, said("The hour of the local day at which it is due.", 9)]
    weekday: Annotated[int, said("Of a weekly one: from 0, Monday, to 6, Sunday.", 0)]
    time_zone: Annotated[str, said("Whose local days are counted.", "Europe/London")]
    thresholds: Annotated[bool, said("Whether numbers of scans that are reached are told there too.")]
    active: Annotated[bool, said("Whether it is sent.")]
    status: Status
    next_at: Annotated[Time | None, said("When it is due next; null unless it is active.")]
    created_at: Time
    updated_at: Time
    disabled_at: Annotated[Time | None, said("When we disabled it.")]
    disabled_reason: Annotated[str | None, said("Why we did, in words.")]
    health: HealthOf


class Summaries(TypedDict):
    """All summaries, newest first."""

    summaries: list[Summary]


class Sent(TypedDict):
    """What became of a summary that was sent at once."""

    delivered: bool
    event_id: EventId
    status: HttpStatus
    duration_ms: Took
    reason: Reason
    answer: Answer


class Deleted(TypedDict):
    """What was deleted."""

    id: SummaryId
    deleted: Literal[True]


def summary(shown: Shown, now_ms: int) -> Summary:
    it = shown.subscription
    active = it.status == ACTIVE
    return {
        "id": ids.spell("sum", it.number),
        "name": it.name,
        "url_hint": it.url_hint,
        "scope": it.scope,
        "scope_id": _scope_id(it),
        **it.schedule._asdict(),  # type: ignore[typeddict-item]  # its fields have the same names
        "thresholds": it.thresholds,
        "active": active,
        "status": it.status,
        "next_at": iso_time(it.schedule.next_after(now_ms)) if active else None,
        "created_at": iso_time(it.created_ms),
        "updated_at": iso_time(it.updated_ms),
        "disabled_at": iso_time_if_any(it.disabled_ms),
        "disabled_reason": it.disabled_for or None,
        "health": health(shown.health, now_ms),
    }


def sent(delivery: Delivery) -> Sent:
    """The answer about a summary that has had its one attempt."""
    attempt = delivery.attempts[-1]
    return {
        "delivered": delivery.state == DELIVERED,
        "event_id": delivery.place.event,
        "status": attempt.status,
        "duration_ms": attempt.took_ms,
        "reason": attempt.reason or None,
        "answer": attempt.answer,
    }


def _scope_id(subscription: Subscription) -> str | None:
    if not subscription.of:
        return None
    return ids.spell("dc" if subscription.scope == LINK else "camp", subscription.of)
