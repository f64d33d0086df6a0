"""What `/v1/webhooks/{id}/deliveries` and its replays answer with, field by field."""

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Count, Time, one_of, said
from chalicelib.api.webhooks_shapes import EventType, HttpStatus, WebhookId
from chalicelib.core.days import iso_time, iso_time_if_any
from chalicelib.core.deliveries import DELIVERED, STATES, Attempt, Delivery
from chalicelib.core.exports import DONE, FAILED, RUNNING
from chalicelib.core.replays import REPLAYED, Replay

DeliveryId = Annotated[str, said("The delivery's id.", "dlv_1768487538000_evt_scan_01HABC")]
EventId = Annotated[str, said("The event's id: the same whenever it is posted, and wherever to.", "evt_scan_01HABC")]
State = Annotated[str, one_of(*STATES), said("held: its webhook was paused or disabled when it was due.")]
Took = Annotated[Count, said("How long the attempt took, in milliseconds.")]
Reason = Annotated[str | None, said("Why the attempt failed, in words; null when it did not.", "It answered 503")]
Answer = Annotated[str, said("How the receiver's answer began: 1 KB of its body at most, as a text.")]


class AttemptOf(TypedDict):
    """One request and its outcome."""

    at: Time
    duration_ms: Took
    status: HttpStatus
    reason: Reason
    answer: Answer


class Row(TypedDict):
    """An event on its way to a webhook."""

    id: DeliveryId
    event_id: EventId
    type: EventType
    state: State
    happened_at: Annotated[Time, said("When the event happened.")]
    attempts: Annotated[Count, said("Attempts so far; since the last redelivery, if there was one.")]
    redelivered: Annotated[Count, said("How often it was sent again from the start, by a redelivery or a replay.")]
    last_attempt_at: Time | None
    last_status: HttpStatus
    last_reason: Reason
    next_attempt_at: Annotated[
        Time | None, said("By when the next attempt is made; null when it is not known, or none is to come.")
    ]


class Full(Row):
    """The same with the body and the attempts."""

    body: Annotated[str, said("What is posted, to the byte.")]
    attempt_log: Annotated[list[AttemptOf], said("The last twenty at most, oldest first.")]


class Deliveries(TypedDict):
    """Deliveries, newest events first. A page may be short, or empty, and not be the last."""

    deliveries: list[Row]
    next_cursor: NotRequired[Annotated[str, said("The cursor of the next page; absent at the end.")]]


class Tested(TypedDict):
    """What became of a sample event."""

    delivered: bool
    event_id: EventId
    type: EventType
    delivery_id: DeliveryId
    status: HttpStatus
    duration_ms: Took
    reason: Reason
    answer: Answer


class ReplayOf(TypedDict):
    """How far a replay is."""

    id: Annotated[str, said("The replay's id.", "rpl_akn2ybt1zb")]
    webhook_id: WebhookId
    status: Annotated[str, one_of(RUNNING, DONE, FAILED)]
    since: Time
    until: Time
    states: list[State]
    seen: Annotated[Count, said("Deliveries that were looked at so far.")]
    sent: Annotated[Count, said("Of these, those that are posted again.")]
    created_at: Time


def row(delivery: Delivery) -> Row:
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "id": delivery.place.id,
        "event_id": delivery.place.event,
        "type": delivery.type,
        "state": delivery.state,
        "happened_at": iso_time(delivery.place.ms),
        "attempts": delivery.tries,
        "redelivered": delivery.round,
        "last_attempt_at": iso_time(last.ms) if last else None,
        "last_status": last.status if last else None,
        "last_reason": (last.reason or None) if last else None,
        "next_attempt_at": iso_time_if_any(delivery.due_ms),
    }


def full(delivery: Delivery) -> Full:
    return {**row(delivery), "body": delivery.body, "attempt_log": [_attempt(each) for each in delivery.attempts]}


def tested(delivery: Delivery) -> Tested:
    """The answer about a sample; its delivery has had its one attempt."""
    attempt = delivery.attempts[-1]
    return {
        "delivered": delivery.state == DELIVERED,
        "event_id": delivery.place.event,
        "type": delivery.type,
        "delivery_id": delivery.place.id,
        "status": attempt.status,
        "duration_ms": attempt.took_ms,
        "reason": attempt.reason or None,
        "answer": attempt.answer,
    }


def replay(order: Replay) -> ReplayOf:
    return {
        "id": ids.spell("rpl", order.number),
        "webhook_id": ids.spell("wh", order.endpoint),
        "status": order.state,
        "since": iso_time(order.span.first_ms),
        "until": iso_time(order.span.end_ms),
        "states": [state for state in REPLAYED if state in order.states],
        "seen": order.progress.seen,
        "sent": order.progress.sent,
        "created_at": iso_time(order.created_ms),
    }


def _attempt(attempt: Attempt) -> AttemptOf:
    return {
        "at": iso_time(attempt.ms),
        "duration_ms": attempt.took_ms,
        "status": attempt.status,
        "reason": attempt.reason or None,
        "answer": attempt.answer,
    }
