"""Actors that take turns: each is a thread, but only one runs at a time, and a seed decides which goes next.

Whoever calls the engine gives up its turn before and after, so a seed is one interleaving, and the same one each time.
Time is virtual: it passes with every turn, and sleeping is waiting for a turn.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

NS_A_MS = 1_000_000
REAL_SLEEP = time.sleep
MOST_TURNS = 200_000  # a run takes some thousands


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


@dataclass(eq=False)
class Actor:
    """One process. `skew_ms` is how far its clock is off; `failed` is what it ended with, if not well."""

    name: str
    work: Callable[[], object]
    skew_ms: int = 0
    wake_ms: int = 0
    done: bool = False
    failed: BaseException | None = None
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Schedule:
    """Runs actors until all are done. `chance` decides everything; `now_ms` is the true time."""

    def __init__(self, chance: random.Random, now_ms: int) -> None:
        self.chance, self.now_ms = chance, now_ms
        self.current: Actor | None = None
        self.each_turn: Callable[[], None] = lambda: None
        self._actors: list[Actor] = []
        self._back = threading.Semaphore(0)
        self._threads = {threading.current_thread()}

    def add(self, name: str, work: Callable[[], object], skew_ms: int = 0, after_ms: int = 0) -> Actor:
        """A new actor, which starts after some time."""
        actor = Actor(name, work, skew_ms, self.now_ms + after_ms)
        self._actors.append(actor)
        thread = threading.Thread(target=self._play, args=(actor,), daemon=True)
        self._threads.add(thread)
        thread.start()
        return actor

    def run(self) -> None:
        """Give turns until nobody wants one. Raises what an actor failed with, unless it was killed."""
        self.each_turn()
        turns = 0
        while self._actors:
            turns += 1
            if turns > MOST_TURNS:
                raise RuntimeError(f"it goes on and on: {Counter(actor.name for actor in self._actors)}")
            ready = [actor for actor in self._actors if actor.wake_ms <= self.now_ms]
            if not ready:
                self.now_ms = min(actor.wake_ms for actor in self._actors)
                continue
            self.current = actor = self.chance.choice(ready)
            actor.turn.release()
            self._back.acquire()
            self.current = None
            if actor.done:
                self._actors.remove(actor)
            if actor.failed is not None and not isinstance(actor.failed, Killed):
                raise actor.failed
            self.each_turn()

    def pause(self, ms: int = 0) -> None:
        """Let others have their turns, for some time at least. Outside any actor time just passes."""
        actor = self.current
        if actor is None:
            self.now_ms += ms
            return
        self.now_ms += self.chance.choice((0, 0, 1, 3, 20))
        actor.wake_ms = self.now_ms + ms
        self._back.release()
        actor.turn.acquire()

    def time_ns(self) -> int:
        """The clock of whoever asks."""
        skew_ms = self.current.skew_ms if self.current else 0
        return (self.now_ms + skew_ms) * NS_A_MS

    def monotonic(self) -> float:
        return self.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        if threading.current_thread() not in self._threads:
            return REAL_SLEEP(seconds)  # the engine's own thread, which lives in the real time
        self.pause(max(1, int(seconds * 1000)))
        return None

    def _play(self, actor: Actor) -> None:
        actor.turn.acquire()
        try:
            actor.work()
        except BaseException as error:  # noqa: BLE001 - told by `run`, in the thread that started it all
            actor.failed = error
        actor.done = True
        self._back.release()
