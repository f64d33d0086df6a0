"""Deliveries: what the messages of a queue ask for, once each, and at least once all together.

    message ..... was its attempt made? .......... then it asks for nothing
                  receiver gone ................... dropped
                  paused or disabled .............. held
                  breaker open .................... parked, without using up an attempt
                  slow, in the fast lane .......... handed to the slow one as it is
                  breaker half-open ............... one is posted, the rest wait for its outcome
                  else ............................ posted, all at once

An attempt is written to its delivery before anything follows from it, on the condition that nobody else wrote one. What
waits for its next message is also due a little later by itself: `ticking` finds it if the message was lost.

    posts .... killed ................................ the message comes again: posted again, same id, same body
    posts .... writes .... killed .................... the tick sends the next message
    posts .... writes .... sends .... killed ......... the message comes again and asks for nothing
"""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from chalicelib import logs
from chalicelib.core import retries
from chalicelib.core.breaker import SLOW_ANSWER_MS, VERY_SLOW_ANSWER_MS, Health
from chalicelib.core.deliveries import HELD, Delivery, Message, next_message
from chalicelib.core.endpoints import ACTIVE, Receiver
from chalicelib.core.retries import GONE
from chalicelib.errors import Unavailable
from chalicelib.services import attempting, health, receivers, refusals, waking
from chalicelib.services.attempting import Clock, Outcome
from chalicelib.store import deliveries, queues, secrets
from chalicelib.store.health import Key

LOOKS_MS: Final = (SLOW_ANSWER_MS, VERY_SLOW_ANSWER_MS)  # whoever has not answered by then holds up its batch
_TRIES: Final = 5

Change = Callable[[Delivery], Delivery]


class _Ask(NamedTuple):
    """A message that asks for an attempt which is still to be made; `at` is its place in the batch."""

    at: int
    body: str
    message: Message
    delivery: Delivery


class _Post(NamedTuple):
    """What is to be posted to whom; `seen` is how that one fared until now."""

    ask: _Ask
    receiver: Receiver
    seen: Health


def deliver(bodies: Sequence[str], clock: Clock, *, slow: bool = False) -> list[bool]:
    """Make the attempts that messages ask for; of each message, whether it is done, else it must come again.

    `slow` is for those of receivers that answer slowly, or have not answered: nobody else waits for them. No failure
    of one message touches another; each is printed, by its name alone.
    """
    batch = _Batch(bodies, clock, slow)
    with _reporting():
        batch.see_to_all()
    return batch.done


def try_once(receiver: Receiver, delivery: Delivery, clock: Clock) -> Delivery:
    """Post a delivery once, now, whatever its receiver's status; note it in the log, and return it as noted.

    A success is one for the receiver's health as well. A failure is not counted: whoever tries may be at repairing.
    Raises Unavailable when it cannot be tried or noted.
    """
    outcome = attempting.attempt(receiver, delivery, clock)
    made = _write(delivery, lambda now: retries.only(now, outcome.attempt), lambda _: True)
    if made is None:
        raise Unavailable.storage()
    if not outcome.attempt.reason:
        key = (receiver.organization, receiver.number)
        health.note(key, outcome.attempt, None, health.current([key], clock())[key])
    return made


@dataclass
class _Batch:
    """The messages of one call. `done` tells which are done."""

    bodies: Sequence[str]
    clock: Clock
    slow: bool

    def __post_init__(self) -> None:
        self.done = [False] * len(self.bodies)

    def see_to_all(self) -> None:
        asks = self._asks()
        once = {ask.delivery.place: ask for ask in asks}  # a message may come twice in a batch
        left: Collection[_Ask] = list(once.values())
        while left:
            left = self._round(left)
        self._finish([ask for ask in asks if self.done[once[ask.delivery.place].at]])

    def _asks(self) -> list[_Ask]:
        """Those that ask for something. The others are done, but for what is no message at all."""
        messages: dict[int, Message] = {}
        for at, body in enumerate(self.bodies):
            with _reporting():
                messages[at] = Message.loads(body)
        stored = deliveries.read([message.place for message in messages.values()])
        asks = []
        for at, message in messages.items():
            delivery = stored.get(message.place, message.delivery())
            if message.asks(delivery) and delivery.body:  # there is none when the delivery has expired
                asks.append(_Ask(at, self.bodies[at], message, delivery))
            else:
                self.done[at] = True
        return asks

    def _round(self, asks: Collection[_Ask]) -> list[_Ask]:
        """See to messages; return those that waited for the outcome of a probe, which is known now."""
        groups = _by_receiver(asks)
        known = health.current(groups, self.clock())
        posts: list[_Post] = []
        waiting: dict[int, Sequence[_Ask]] = {}
        for key, group in groups.items():
            with _reporting():
                receiver = receivers.find(*key)
                if receiver is None:  # what was on its way to it has ended with it
                    self._finish(group)
                elif chosen := self._chosen(receiver, known[key], group):
                    posts += [_Post(ask, receiver, known[key]) for ask in chosen]
                    waiting[chosen[0].at] = group[len(chosen) :]
        self._post_all(posts)
        return [ask for probe, rest in waiting.items() if self.done[probe] for ask in rest]

    def _chosen(self, receiver: Receiver, known: Health, group: Sequence[_Ask]) -> Sequence[_Ask]:
        """Which of a receiver's messages shall be posted for now; none, if all are seen to in another way."""
        state = known.breaker(self.clock())
        if receiver.status != ACTIVE:
            self._write_all(group, _held)
        elif state == "open":
            self._park(group, known.open_until_ms or 0)
        elif known.is_slow(self.clock()) and not self.slow:
            queues.send_deliveries([ask.body for ask in group], slow=True)
            self._finish(group)
        else:
            return group[:1] if state == "half-open" else group
        return []

    def _park(self, group: Sequence[_Ask], open_until_ms: int) -> None:
        self._write_all(group, _parked, finish=False)
        place = group[0].message.place
        waking.expect(place.organization, place.receiver, open_until_ms, self.clock())
        self._finish(group)

    def _write_all(self, group: Sequence[_Ask], change: Change, *, finish: bool = True) -> None:
        for ask in group:
            _write(ask.delivery, change, ask.message.asks)
            if finish:
                self._finish([ask])

    def _post_all(self, posts: Sequence[_Post]) -> None:
        if not posts or (self.slow and len(posts) == 1):
            for post in posts:
                self._post(post)
            return
        with suppress(Unavailable):  # asked for once, for all; whoever misses one asks again
            secrets.read({name for post in posts for name in post.receiver.signing(self.clock())})
        with ThreadPoolExecutor(len(posts)) as pool:
            running = {pool.submit(self._post, post): post for post in posts}
            self._watch(running)
            for future in running:
                future.result()

    def _watch(self, running: Mapping[Future[None], _Post]) -> None:
        """Note who is slow at once, not when they answer: other functions are just taking messages of theirs."""
        waited_ms = 0
        for look_ms in LOOKS_MS:
            _, late = wait(running, (look_ms - waited_ms) / 1000)
            waited_ms = look_ms
            posts = Counter((running[it].receiver.organization, running[it].receiver.number) for it in late)
            for key, number in posts.items():
                with _reporting():
                    health.note_waiting(key, number, waited_ms, self.clock())

    def _post(self, post: _Post) -> None:
        with _reporting():
            _attempt(post, self.clock)
            self._finish([post.ask])

    def _finish(self, asks: Collection[_Ask]) -> None:
        for ask in asks:
            self.done[ask.at] = True


def _attempt(post: _Post, clock: Clock) -> None:
    """Make the attempt that is asked for, and see to what follows. Raises Unavailable."""
    ask, chance = post.ask, random.random()  # noqa: S311 - spreads load, guards nothing
    outcome = attempting.attempt(post.receiver, ask.delivery, clock)
    step = retries.after(ask.delivery, *outcome, chance)
    made = _write(ask.delivery, lambda now: retries.after(now, *outcome, chance).delivery, ask.message.asks)
    if made is None:
        return
    known = _noted(post, outcome)
    if step.send_in_ms is not None:
        delay_seconds = -(-step.send_in_ms // 1000)
        slow = known.is_slow(clock())
        queues.send_deliveries([next_message(made).dumps()], slow=slow, delay_seconds=delay_seconds)


def _noted(post: _Post, outcome: Outcome) -> Health:
    """The health of a receiver after an attempt. One that wants no more, or failed for days, is disabled."""
    receiver, attempt = post.receiver, outcome.attempt
    known = health.note((receiver.organization, receiver.number), attempt, outcome.retry_after_ms, post.seen)
    ended_ms = attempt.ms + attempt.took_ms
    if attempt.status == GONE:
        receivers.disable(receiver, attempt.reason, ended_ms)
    elif attempt.reason and known.is_worn_out(ended_ms):
        receivers.disable(receiver, refusals.worn_out(attempt.reason), ended_ms)
    return known


def _write(delivery: Delivery, change: Change, asks: Callable[[Delivery], bool]) -> Delivery | None:
    """Write a change of a delivery, to whatever it is by now as long as that `asks` for it; return it as changed, None
    when it does not any more. Raises Unavailable."""
    for _ in range(_TRIES):
        changed = change(delivery)
        if changed == delivery or deliveries.put(changed):
            return changed
        found = deliveries.read([delivery.place]).get(delivery.place)
        if found is None or not asks(found):
            return None
        delivery = found
    raise Unavailable.storage()


def _held(delivery: Delivery) -> Delivery:
    return replace(delivery, state=HELD, due_ms=None, parked=False)


def _parked(delivery: Delivery) -> Delivery:
    return replace(delivery, due_ms=None, parked=True)


def _by_receiver(asks: Collection[_Ask]) -> Mapping[Key, list[_Ask]]:
    groups: dict[Key, list[_Ask]] = {}
    for ask in asks:
        groups.setdefault((ask.message.place.organization, ask.message.place.receiver), []).append(ask)
    return groups


@contextmanager
def _reporting() -> Iterator[None]:
    """Nobody's trouble is anybody else's. What it was is printed without its words: they may hold a URL."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - told by `done`: the message comes again
        logs.report("delivery failed", error)
