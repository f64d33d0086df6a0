"""Fanning out: every event to everybody who wants it, as messages to the queues of deliveries.

Nothing else is done here. Whoever is killed in the middle begins again with the same records, and what is sent twice
is recognised where it is delivered.

    stream record -> event -> for each receiver: its body in its format -> message -> (queue) -> delivering
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from chalicelib.core.deliveries import Message, Place
from chalicelib.core.endpoints import SLACK
from chalicelib.core.events import Event
from chalicelib.errors import Unavailable
from chalicelib.services import happenings, health, thresholds
from chalicelib.store import endpoints, queues, streams, subscriptions

# How long an organization's receivers are believed without looking again.
BELIEVED_SECONDS: Final = 5.0
_MOST_BELIEVED: Final = 10_000

Body = Callable[[Event, str], str]  # an event's body in a format


class Interest(NamedTuple):
    """A receiver's interest in events: which types, and which of these."""

    receiver: int
    format: str
    types: Collection[str]
    wants: Callable[[Event], bool]


_believed: dict[int, tuple[float, list[Interest]]] = {}


def fan_out(records: Iterable[Mapping[str, Any]], body: Body, now_ms: int) -> int:
    """Send the events in stream records to everybody who wants them; return how many messages that took.

    Raises Unavailable when not everything was sent: the same records must come again. An event that cannot be told is
    set aside in a queue, with a line in the log, and holds up no other.
    """
    changed = list(streams.changes(records))
    found = happenings.events(changed, wanted)
    thresholds.cross_all(happenings.doorbells(changed, wanted), now_ms)
    for organization, receiver in happenings.disabled(changed):
        queues.send_job({"organization": organization, "tell": receiver})
    lanes: dict[bool, list[str]] = {False: [], True: []}
    for event in found:
        for interest in interests(event.organization):
            if interest.wants(event) and (message := _message(event, interest, body)):
                lanes[health.is_slow(event.organization, interest.receiver, now_ms)].append(message)
    for slow, messages in lanes.items():
        queues.send_deliveries(messages, slow=slow)
    return sum(map(len, lanes.values()))


def wanted(organization: int) -> frozenset[str]:
    """The types of events that anybody of an organization wants. Raises Unavailable."""
    return frozenset(kind for interest in interests(organization) for kind in interest.types)


def interests(organization: int) -> list[Interest]:
    """Who wants events of an organization, as it was 5 seconds ago at most. Raises Unavailable."""
    since, held = _believed.get(organization, (0.0, None))
    now = time.monotonic()
    if held is not None and now - since < BELIEVED_SECONDS:
        return held
    read = [
        *(Interest(it.number, it.format, it.events, it.wants) for it in endpoints.newest_first(organization)),
        *(
            Interest(it.number, SLACK, happenings.THRESHOLDS, it.wants)
            for it in subscriptions.newest_first(organization)
            if it.thresholds
        ),
    ]
    if len(_believed) >= _MOST_BELIEVED:
        _believed.clear()
    _believed[organization] = (now, read)
    return read


def _message(event: Event, interest: Interest, body: Body) -> str | None:
    place = Place(event.organization, interest.receiver, event.ms, event.id)
    try:
        return Message(place, event.type, body=body(event, interest.format)).dumps()
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not hold up other events
        print(json.dumps({"level": "ERROR", "message": "an event cannot be told", "error": type(error).__name__}))
        queues.set_aside({"event": event.id, "organization": event.organization, "receiver": interest.receiver})
        return None
