"""Receivers whose breaker opened: their deliveries are parked, and an alarm wakes them one by one, then all.

    parked ...... whoever parks a delivery sees that an alarm is set for a time ahead
    open ........ the alarm is moved on
    half-open ... the oldest one is sent, a probe: its outcome closes the breaker or opens it for longer
    closed ...... all are sent, in pages
    paused ...... all are held

An alarm ends when nothing was parked for two minutes. Nothing stays parked without one, although the index lags and
somebody may park what the breaker would let through by now:

    somebody   parks ....... reads the alarm: set for a time that is past ... sets it anew
    wake       ... finds nothing parked ... ends the alarm of that time ............ refused
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from chalicelib.core.batches import batches
from chalicelib.core.deliveries import HELD, SHARDS, WAITING, Delivery, Place, next_message
from chalicelib.core.endpoints import ACTIVE
from chalicelib.services import health, receivers
from chalicelib.store import alarms, deliveries, queues, slots
from chalicelib.store.alarms import WAKE, Alarm
from chalicelib.store.deliveries import MINUTE_MS

# It may be resumed, disabled or forgiven while its breaker is open: look again before the breaker's time, too.
LONGEST_SLEEP_MS: Final = 5 * MINUTE_MS
QUIET_MS: Final = 2 * MINUTE_MS
MOST_A_SHARD: Final = 250  # of a receiver's, in one tick
PAGE: Final = 100

OutOfTime = Callable[[], bool]


def expect(organization: int, receiver: int, open_until_ms: int, now_ms: int) -> None:
    """See that a receiver is woken; after a delivery was parked for it. Raises Unavailable."""
    alarm = alarms.read(organization, WAKE, str(receiver))
    if alarm is None or alarm.due_ms <= now_ms:
        due_ms = min(max(open_until_ms, now_ms + 1), now_ms + LONGEST_SLEEP_MS)
        alarms.put(Alarm(organization, WAKE, str(receiver), due_ms))


def wake(alarm: Alarm, now_ms: int, out_of_time: OutOfTime) -> None:
    """See to the deliveries that are parked for a receiver. Raises Unavailable."""
    organization, number = alarm.organization, int(alarm.of)
    places = _parked(organization, number)
    if not places:
        _rest(alarm, now_ms)
        return
    receiver = receivers.find(organization, number)
    known = health.current([(organization, number)], now_ms)[organization, number]
    state = known.breaker(now_ms)
    if receiver is None or receiver.status != ACTIVE:
        _each(places, _hold, out_of_time)
    elif state == "half-open":
        _send(_still_parked(places[:PAGE])[:1])
    elif state == "closed":
        _each(places, _release, out_of_time)
    sleeps_ms = max(MINUTE_MS, (known.open_until_ms or 0) - now_ms)
    alarms.move(alarm, now_ms + min(sleeps_ms, LONGEST_SLEEP_MS))


def _parked(organization: int, receiver: int) -> list[Place]:
    """The oldest that are parked for a receiver, as far as the index knows, the oldest first."""
    waits = [deliveries.parked_at(organization, receiver, shard) for shard in range(SHARDS)]
    found = chain.from_iterable(deliveries.waiting(wait, MOST_A_SHARD) for wait in waits)
    return sorted(found, key=lambda place: place.ms)


def _rest(alarm: Alarm, now_ms: int) -> None:
    """Look again in a minute, and end an alarm for which nothing was parked since the time that it was set to."""
    if now_ms - alarm.due_ms >= QUIET_MS:
        alarms.end(alarm)
    else:
        alarms.put_off(alarm, now_ms + MINUTE_MS)


def _each(places: Sequence[Place], handle: Callable[[Sequence[Delivery]], None], out_of_time: OutOfTime) -> None:
    for page in batches(places, PAGE):
        if out_of_time():
            return
        handle(_still_parked(page))


def _still_parked(places: Sequence[Place]) -> list[Delivery]:
    """Those that are parked now, whatever the index says, in their order."""
    found = deliveries.read(places)
    return [found[it] for it in places if it in found and found[it].parked and found[it].state == WAITING]


def _hold(parked: Sequence[Delivery]) -> None:
    slots.each(parked, lambda delivery: deliveries.put(replace(delivery, state=HELD, parked=False)))


def _release(parked: Sequence[Delivery]) -> None:
    """Sent first: one whose process is killed in between is sent again, and asks for nothing the second time."""
    _send(parked)
    slots.each(parked, lambda delivery: deliveries.put(replace(delivery, parked=False)))


def _send(parked: Sequence[Delivery]) -> None:
    """To where nobody else waits: they are many, for somebody who has just come back."""
    queues.send_deliveries([next_message(delivery).dumps() for delivery in parked], slow=True)
