"""Fanning out: every event to everybody who wants it, as messages to the queues of deliveries.

Nothing else is done here. Whoever is killed in the middle begins again with the same records, and what is sent twice
is recognised where it is delivered.

    stream record -> event -> for each receiver: its body in its format -> message -> (queue) -> delivering
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from chalicelib import logs, metrics
from chalicelib.core.deliveries import Message, Place
from chalicelib.core.endpoints import SLACK
from chalicelib.core.events import Event
from chalicelib.core.metric_names import EVENTS_UNTOLD
from chalicelib.errors import Unavailable
from chalicelib.services import happenings, health, thresholds
from chalicelib.store import endpoints, queues, streams, subscriptions

Body = Callable[[Event, str], str]  # an event's body in a format


class Interest(NamedTuple):
    """A receiver's interest in events: which types, and which of these."""

    receiver: int
    format: str
    types: Collection[str]
    wants: Callable[[Event], bool]


def fan_out(records: Iterable[Mapping[str, Any]], body: Body, now_ms: int) -> int:
    """Send the events in stream records to everybody who wants them; return how many messages that took.

    Raises Unavailable when not everything was sent: the same records must come again. An event that cannot be told is
    set aside in a queue, with a line in the log, and holds up no other.
    """
    changed, of = list(streams.changes(records)), cache(interests)

    def wanted(organization: int) -> frozenset[str]:
        return frozenset(kind for interest in of(organization) for kind in interest.types)

    found = happenings.events(changed, wanted)
    thresholds.cross_all(happenings.doorbells(changed, wanted), now_ms)
    for organization, receiver in happenings.disabled(changed):
        queues.send_job({"organization": organization, "tell": receiver})
    lanes: dict[bool, list[str]] = {False: [], True: []}
    for event in found:
        for interest in of(event.organization):
            if interest.wants(event) and (message := _message(event, interest, body)):
                lanes[health.is_slow(event.organization, interest.receiver, now_ms)].append(message)
    for slow, messages in lanes.items():
        queues.send_deliveries(messages, slow=slow)
    return sum(map(len, lanes.values()))


def interests(organization: int) -> list[Interest]:
    """Who wants events of an organization, as of now: an endpoint hears of what comes after it. Raises Unavailable."""
    return [
        *(Interest(it.number, it.format, it.events, it.wants) for it in endpoints.newest_first(organization)),
        *(
            Interest(it.number, SLACK, happenings.THRESHOLDS, it.wants)
            for it in subscriptions.newest_first(organization)
            if it.thresholds
        ),
    ]


def _message(event: Event, interest: Interest, body: Body) -> str | None:
    place = Place(event.organization, interest.receiver, event.ms, event.id)
    try:
        return Message(place, event.type, body=body(event, interest.format)).dumps()
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not hold up other events
        logs.report("an event cannot be told", error)
        metrics.count(EVENTS_UNTOLD)
        queues.set_aside({"event": event.id, "organization": event.organization, "receiver": interest.receiver})
        return None
