"""The minute tick: whatever is due by now, it sees to.

Every minute has what is due in it in an index. From ten minutes before the cursor (the index lags) up to now, each is
looked at as it is stored, so a tick that runs twice, late, or beside another does nothing twice that matters:

    a delivery .... its next message is sent, then `due` is cleared, if the delivery is still what was read
    an alarm ...... its kind says what: a receiver is woken, a summary ordered, a conversation listened to

The cursor does not pass what storage failed for. An alarm that fails otherwise is put off, and comes up again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final

from chalicelib import logs
from chalicelib.core.batches import batches
from chalicelib.core.deliveries import WAITING, Place, next_message
from chalicelib.errors import Unavailable
from chalicelib.services import health, silences, waking
from chalicelib.store import alarms, deliveries, queues, slots
from chalicelib.store.alarms import SILENCE, SUMMARY, WAKE, Alarm
from chalicelib.store.deliveries import MINUTE_MS
from chalicelib.store.tables import passing_over

LAG_MINUTES: Final = 10
PUT_OFF_MS: Final = 10 * MINUTE_MS
PAGE: Final = 100

OutOfTime = Callable[[], bool]
Handler = Callable[[Alarm, int, OutOfTime], None]


def tick(now_ms: int, out_of_time: OutOfTime = lambda: False) -> None:
    """See to everything that is due by now, and note how far that came.

    Raises the first thing that failed, after everything else was seen to.
    """
    now = now_ms // MINUTE_MS
    cursor = alarms.read_cursor()
    first = min(now, now if cursor is None else cursor) - LAG_MINUTES
    going = _Tick(now_ms, out_of_time)
    for minute in range(first, now + 1):
        if out_of_time():
            going.hold(minute)
            break
        going.see_to(minute)
    going.ring_all()
    going.wake_all()
    alarms.note_cursor(going.reached)
    if going.failures:
        raise going.failures[0]


class _Tick:
    """One run. `reached` is the minute that the next one has to go on from, ten before it included."""

    def __init__(self, now_ms: int, out_of_time: OutOfTime) -> None:
        self.reached = now_ms // MINUTE_MS
        self.failures: list[Exception] = []
        self._now_ms, self._out_of_time = now_ms, out_of_time
        # Behind all deliveries: alarms may be many, and a receiver's backlog takes long.
        self._rings: list[tuple[int, Sequence[tuple[str, str]]]] = []
        self._wakes: list[tuple[int, Alarm]] = []

    def hold(self, minute: int) -> None:
        """Have the next run see to a minute again."""
        self.reached = min(self.reached, minute + LAG_MINUTES)

    def see_to(self, minute: int) -> None:
        with self._holding(minute):
            keys = list(alarms.keys_due(minute))
            rung = [key for key in keys if alarms.is_alarm(key[0])]
            others = [key for key in keys if not alarms.is_alarm(key[0])]
            places = list(passing_over(others, lambda key: Place.of(*key)))
            self._rings += [(minute, page) for page in batches(rung, PAGE)]
            for page in batches(places, PAGE):
                if self._out_of_time():
                    self.hold(minute)
                    return
                self._send_page(minute, page)

    def ring_all(self) -> None:
        """See to the alarms of every minute that was seen to."""
        for minute, page in self._rings:
            if self._out_of_time():
                self.hold(minute)
            else:
                slots.each(page, partial(self._ring, minute))

    def wake_all(self) -> None:
        for minute, alarm in self._wakes:
            if self._out_of_time():
                self.hold(minute)
            else:
                self._handle(minute, alarm)

    def _send_page(self, minute: int, page: Sequence[Place]) -> None:
        with self._holding(minute):
            self._send(page)

    def _ring(self, minute: int, key: tuple[str, str]) -> None:
        """See to the alarm behind a key, if it is set to a time that has come."""
        with self._holding(minute):
            alarm = next(passing_over([key], lambda it: alarms.due(*it)), None)
            if alarm is None or alarm.due_ms > self._now_ms:
                return
            if alarm.kind == WAKE:
                self._wakes.append((minute, alarm))
            else:
                self._handle(minute, alarm)

    def _handle(self, minute: int, alarm: Alarm) -> None:
        with self._holding(minute):
            try:
                HANDLERS[alarm.kind](alarm, self._now_ms, self._out_of_time)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - raised by `tick`
                self._report(error)
                alarms.put_off(alarm, self._now_ms + PUT_OFF_MS)

    def _send(self, places: Sequence[Place]) -> None:
        """Send the next messages of deliveries; one by one, if any of them cannot be read."""
        try:
            _send_due(places, self._now_ms)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - raised by `tick`
            if len(places) == 1:
                self._report(error)
            else:
                for place in places:
                    self._send([place])

    @contextmanager
    def _holding(self, minute: int) -> Iterator[None]:
        """When storage fails, the next run comes again."""
        try:
            yield
        except Unavailable as error:
            self._report(error)
            self.hold(minute)

    def _report(self, error: Exception) -> None:
        self.failures.append(error)
        logs.report("tick", error)


def _send_due(places: Sequence[Place], now_ms: int) -> None:
    """Send the next message of those that are due by the end of this minute, each so that it comes at its time."""
    end_ms = (now_ms // MINUTE_MS + 1) * MINUTE_MS
    found = deliveries.read(places).values()
    due = [it for it in found if it.state == WAITING and it.due_ms is not None and it.due_ms < end_ms]
    known = health.current({(it.place.organization, it.place.receiver) for it in due}, now_ms)
    messages: dict[tuple[bool, int], list[str]] = {}
    for it in due:
        slow = known[it.place.organization, it.place.receiver].is_slow(now_ms)
        delay_seconds = max(0, -(-((it.due_ms or 0) - now_ms) // 1000))
        messages.setdefault((slow, delay_seconds), []).append(next_message(it).dumps())
    for (slow, delay_seconds), bodies in messages.items():
        queues.send_deliveries(bodies, slow=slow, delay_seconds=delay_seconds)
    slots.each(due, lambda delivery: deliveries.put(replace(delivery, due_ms=None)))


def _summarise(alarm: Alarm, now_ms: int, _out_of_time: OutOfTime) -> None:
    """Order the summary that is due. The job moves the alarm on; if it does not, another is ordered a while later."""
    queues.send_job({"organization": alarm.organization, "summary": int(alarm.of)})
    alarms.put_off(alarm, now_ms + PUT_OFF_MS)


def _listen(alarm: Alarm, now_ms: int, _out_of_time: OutOfTime) -> None:
    silences.listen(alarm, now_ms)


HANDLERS: Final[Mapping[str, Handler]] = {WAKE: waking.wake, SUMMARY: _summarise, SILENCE: _listen}
