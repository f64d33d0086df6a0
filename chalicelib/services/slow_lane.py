"""The slow lane: deliveries to receivers that answer slowly, or have not answered. They wait here, and nobody for them.

It takes messages from a queue of its own and keeps many posts in flight, but few for any one receiver: those who hang
fill their own places, not the others'. What cannot be posted yet is kept aside in memory. What a receiver has too much
of goes back to the end of the queue, to come again about when its turn comes, so that others are met behind it.

    queue ... A A A B ...... taken: A in flight (32), A aside (1,000), A back to the queue .... B in flight

A message is deleted when it is done, or back in the queue. One whose process is killed comes again.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final, NamedTuple

from chalicelib import logs
from chalicelib.core.breaker import Breaker
from chalicelib.core.deliveries import Message
from chalicelib.errors import Unavailable
from chalicelib.services import delivering, health
from chalicelib.services.attempting import Clock
from chalicelib.store import queues
from chalicelib.store.health import Key
from chalicelib.store.queues import LONGEST_DELAY_SECONDS, Waiting

MOST_IN_FLIGHT: Final = 128
MOST_OF_ONE: Final = 32
MOST_ASIDE: Final = 2_000  # in memory; beyond it a receiver has room for as many more as can be in flight
MOST_ASIDE_OF_ONE: Final = 1_000
PARKED_AT_ONCE: Final = 10
POLL_SECONDS: Final = 1
# With 2 s for an answer, so many are posted to one receiver in so many seconds.
_BACK: Final = 500
_BACK_SECONDS: Final = 30

OutOfTime = Callable[[], bool]


class _Part(NamedTuple):
    """Messages of one receiver that are handed to a thread."""

    key: Key
    messages: Sequence[Waiting]


def drain(clock: Clock, out_of_time: OutOfTime) -> int:
    """Make the attempts that wait in the slow queue, until it is empty or time is up; return how many are
    done.

    Nothing is begun when time is up, and what is in flight then is seen to its end: a post takes 15 seconds at most.
    Raises Unavailable when the queue fails.
    """
    with ThreadPoolExecutor(MOST_IN_FLIGHT) as pool:
        lane = _Lane(pool, clock)
        try:
            while not out_of_time():
                came = lane.take()
                lane.begin()
                if not (came or lane.in_flight):
                    break
                lane.finish(0 if came else POLL_SECONDS)
            lane.put_back_all()
        finally:
            lane.finish_all()
        return lane.done


class _Lane:
    """What is in flight, and what is aside, by receiver."""

    def __init__(self, pool: ThreadPoolExecutor, clock: Clock) -> None:
        self.done = 0
        self._pool, self._clock = pool, clock
        self._aside: dict[Key, deque[Waiting]] = {}
        self._running: dict[Future[list[bool]], _Part] = {}
        self._flying: Counter[Key] = Counter()
        self._sent_back: Counter[Key] = Counter()

    @property
    def in_flight(self) -> int:
        return self._flying.total()

    def take(self) -> bool:
        """Take some messages from the queue; False when there were none."""
        idle = not self.in_flight
        taken = queues.take_slow(10, POLL_SECONDS if idle else 0)
        too_many: dict[Key, list[Waiting]] = {}
        for waiting in taken:
            key = _key(waiting.body)
            if key is None:
                continue
            aside = self._aside.setdefault(key, deque())
            if len(aside) < self._room():
                aside.append(waiting)
            else:
                too_many.setdefault(key, []).append(waiting)
        for key, messages in too_many.items():
            self._sent_back[key] += len(messages)
            _put_back(messages, min(LONGEST_DELAY_SECONDS, _BACK_SECONDS * (1 + self._sent_back[key] // _BACK)))
        return bool(taken)

    def begin(self) -> None:
        """Hand to threads what may be in flight now, of each receiver in turn."""
        known = health.current(self._aside, now_ms := self._clock())
        states = {key: known[key].breaker(now_ms) for key in self._aside}
        turns = list(self._aside)
        while turns and self.in_flight < MOST_IN_FLIGHT:
            turns = [key for key in turns if self._begin(key, states[key])]
        self._aside = {key: aside for key, aside in self._aside.items() if aside}

    def finish(self, seconds: float) -> None:
        """Wait until some of what is in flight is done, for so long at most, and delete its messages."""
        ended, _ = wait(self._running, seconds, FIRST_COMPLETED)
        receipts: list[str] = []
        for future in ended:
            part = self._running.pop(future)
            self._flying[part.key] -= len(part.messages)
            receipts += [it.receipt for it, done in zip(part.messages, future.result(), strict=True) if done]
        self.done += len(receipts)
        _delete(receipts)

    def finish_all(self) -> None:
        while self._running:
            self.finish(POLL_SECONDS)

    def put_back_all(self) -> None:
        """Leave to the next run what is aside. Raises Unavailable."""
        for aside in self._aside.values():
            _put_back(aside, 0)
        self._aside.clear()

    def _room(self) -> int:
        """How many of one receiver's messages may be aside."""
        aside = sum(len(messages) for messages in self._aside.values())
        return MOST_ASIDE_OF_ONE if aside < MOST_ASIDE else MOST_OF_ONE

    def _begin(self, key: Key, state: Breaker) -> bool:
        """Hand a receiver's next message to a thread, many where they will only be parked; False when none may be."""
        aside, most = self._aside[key], 1 if state == "half-open" else MOST_OF_ONE
        if not aside or self._flying[key] >= most:
            return False
        number = PARKED_AT_ONCE if state == "open" else 1
        part = _Part(key, [aside.popleft() for _ in range(min(number, len(aside)))])
        bodies = [waiting.body for waiting in part.messages]
        self._running[self._pool.submit(delivering.deliver, bodies, self._clock, slow=True)] = part
        self._flying[key] += len(part.messages)
        return True


def _key(body: str) -> Key | None:
    """The receiver of a message; None for what is none, which stays in the queue until that sets it aside."""
    try:
        place = Message.loads(body).place
    except (ValueError, TypeError, KeyError) as error:
        logs.report("slow lane", error)
        return None
    return place.organization, place.receiver


def _put_back(messages: Collection[Waiting], delay_seconds: int) -> None:
    """Sent first: one whose process is killed in between comes twice, and asks for nothing the second time."""
    queues.send_deliveries([waiting.body for waiting in messages], slow=True, delay_seconds=delay_seconds)
    _delete([waiting.receipt for waiting in messages])


def _delete(receipts: Sequence[str]) -> None:
    try:
        queues.finish_slow(receipts)
    except Unavailable as error:  # they come again, and ask for nothing
        logs.report("slow lane", error)
