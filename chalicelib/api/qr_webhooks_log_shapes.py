"""What `/api/v1/webhooks/{id}/deliveries` and its replays answer with, in the words of the `qr` API."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from chalicelib.api import webhooks_log_shapes as shapes
from chalicelib.api.fields import Count, Time, one_of, said
from chalicelib.api.qr_webhooks_shapes import camel
from chalicelib.api.webhooks_log_shapes import Answer, DeliveryId, EventId, Reason, State, Took
from chalicelib.api.webhooks_shapes import EventType, HttpStatus, WebhookId
from chalicelib.core.deliveries import Delivery
from chalicelib.core.exports import DONE, FAILED, RUNNING
from chalicelib.core.replays import Replay


class AttemptOf(TypedDict):
    """One request and its outcome."""

    at: Time
    durationMs: Took
    status: HttpStatus
    reason: Reason
    answer: Answer


class Row(TypedDict):
    """An event on its way to a webhook."""

    id: DeliveryId
    eventId: EventId
    type: EventType
    state: State
    happenedAt: Annotated[Time, said("When the event happened.")]
    attempts: Annotated[Count, said("Attempts so far; since the last redelivery, if there was one.")]
    redelivered: Annotated[Count, said("How often it was sent again from the start, by a redelivery or a replay.")]
    lastAttemptAt: Time | None
    lastStatus: HttpStatus
    lastReason: Reason
    nextAttemptAt: Annotated[
        Time | None, said("By when the next attempt is made; null when it is not known, or none is to come.")
    ]


class Full(Row):
    """The same with the body and the attempts."""

    body: Annotated[str, said("What is posted, to the byte.")]
    attemptLog: Annotated[list[AttemptOf], said("The last twenty at most, oldest first.")]


class LogPagination(TypedDict):
    """Where a page lies in the log."""

    limit: Annotated[int, said("As asked for, clamped.")]
    hasMore: bool
    nextCursor: Annotated[str | None, said("The cursor of the next page; null at the end.")]


class Deliveries(TypedDict):
    """Deliveries, newest events first. A page may be short, or empty, and not be the last."""

    success: Literal[True]
    data: list[Row]
    pagination: LogPagination


class Tested(TypedDict):
    """What became of a sample event."""

    delivered: bool
    eventId: EventId
    type: EventType
    deliveryId: DeliveryId
    status: HttpStatus
    durationMs: Took
    reason: Reason
    answer: Answer


class ReplayOf(TypedDict):
    """How far a replay is."""

    id: Annotated[str, said("The replay's id.", "rpl_akn2ybt1zb")]
    webhookId: WebhookId
    status: Annotated[str, one_of(RUNNING, DONE, FAILED)]
    since: Time
    until: Time
    states: list[State]
    seen: Annotated[Count, said("Deliveries that were looked at so far.")]
    sent: Annotated[Count, said("Of these, those that are posted again.")]
    createdAt: Time


def row(delivery: Delivery) -> Row:
    return camel(shapes.row(delivery))  # type: ignore[no-any-return]  # the same fields


def full(delivery: Delivery) -> Full:
    return camel(shapes.full(delivery))  # type: ignore[no-any-return]  # the same fields


def tested(delivery: Delivery) -> Tested:
    return camel(shapes.tested(delivery))  # type: ignore[no-any-return]  # the same fields


def replay(order: Replay) -> ReplayOf:
    return camel(shapes.replay(order))  # type: ignore[no-any-return]  # the same fields
