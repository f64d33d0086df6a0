"""A run: the product's functions on the harness's engine, schedule and faults, for one seed."""

import os
import random
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from chalicelib import ids
from chalicelib.functions import events, fold, jobs, spill
from chalicelib.services import callers
from tests.chaos.engine import STREAMS, Engine
from tests.chaos.faults import Faults
from tests.chaos.lambdas import Function, Queue, Stream, message
from tests.chaos.schedule import Schedule
from tests.chaos.told import Told, passes
from tests.chaos.truth import Truth
from tests.chaos.wire import Wire

DAY_MS = 86_400_000
# Times at which a run begins: a plain one, and a moment before days, months and years change.
BEGINNINGS = (
    1_795_255_200_000,  # 2026-11-21T10:00:00Z
    1_795_305_570_000,  # 2026-11-21T23:59:30Z
    1_796_083_180_000,  # 2026-11-30T23:59:40Z
    1_798_761_590_000,  # 2026-12-31T23:59:50Z
)
# How many stream records never arrive: few, or most.
DROPS = (0.03, 0.03, 0.03, 0.7)


@dataclass
class Stage:
    """What takes part in a run."""

    seed: int
    fold: Function = lambda event, context: fold.handler(event, context)
    calm: bool = False
    held: bool = False  # nothing is delivered
    telling: bool = True  # what is counted is told of at once, else later
    chance: random.Random = field(init=False)
    faults: Faults = field(init=False)
    engine: Engine = field(init=False)
    schedule: Schedule = field(init=False)
    wire: Wire = field(init=False)
    stream: Stream = field(init=False)
    spilled: Queue = field(init=False)
    jobs: Queue = field(init=False)
    events: list[Stream] = field(init=False)
    told: Told = field(default_factory=Told)
    truth: Truth = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.faults = Faults.drawn(random.Random(self.seed + 1))
        self.faults.calm = self.calm
        self.engine = Engine()
        self.schedule = Schedule(random.Random(self.seed + 2), self.chance.choice(BEGINNINGS))
        self.wire = Wire(self.engine, self.schedule, self.faults, self._sent)
        self.stream = Stream(self.engine, self.schedule, self.faults, self.fold, self.chance.randint(1, 4))
        self.stream.drops = self.chance.choice(DROPS)
        self.spilled = Queue("spill", self.schedule, self.faults, lambda e, c: spill.handler(e, c))
        looks = (1, 2, 5, 1_000)
        self.jobs = Queue("jobs", self.schedule, self.faults, lambda e, c: jobs.handler(e, c), looks)
        self.jobs.delays_ms = self.chance.choice(((0,), (0, 500, 5_000)))
        shards = random.Random(self.seed + 4)
        self.events = [self._told_by(table, shards.randint(1, 3)) for table in STREAMS]
        self.truth = Truth(self.engine, self.faults)
        self.wire.watchers.append(self.truth.see)
        self.schedule.each_turn = self._poll

    def _told_by(self, table: str, shards: int) -> Stream:
        """A stream of which every record arrives, however often that is tried: the template lets it try for a day."""
        stream = Stream(
            self.engine,
            self.schedule,
            self.faults,
            lambda event, context: events.handler(event, context),
            shards,
            table,
            passes(table),
        )
        stream.loses_nothing()
        return stream

    def _sent(self, request: dict[str, Any]) -> None:
        if request["QueueUrl"] in (os.environ["DELIVERY_QUEUE_URL"], os.environ["SLOW_QUEUE_URL"]):
            self.told.hear(message(request))
            return
        spills = request["QueueUrl"] == os.environ["SPILL_QUEUE_URL"]
        (self.spilled if spills else self.jobs).waiting.append(message(request))
        if spills:
            self.truth.spill(message(request))

    def _poll(self) -> None:
        if self.held:
            return
        self.stream.poll()
        for stream in self.events if self.telling else ():
            stream.poll()
        self.spilled.poll()
        self.jobs.poll()

    @contextmanager
    def playing(self) -> Iterator[None]:
        """While the product's SDKs, clocks and dice are the harness's."""
        dice = random.Random(self.seed + 3)
        random.seed(self.seed)
        callers._believed.clear()
        callers._noted_ms.clear()
        with ExitStack() as patches:
            for target, what in (
                ("botocore.httpsession.URLLib3Session.send", lambda _, request: self.wire.send(request)),
                ("chalicelib.wire.client.exchange", self.wire.exchange),
                ("time.time_ns", self.schedule.time_ns),
                ("time.monotonic", self.schedule.monotonic),
                ("time.sleep", self.schedule.sleep),
                ("os.urandom", dice.randbytes),
                ("random._urandom", dice.randbytes),
                ("chalicelib.redirect._cache", OwnCaches(self.schedule)),
                ("chalicelib.store.slots.FEW", 10_000),  # threads would take no turns
            ):
                patches.enter_context(patch(target, what))
            patches.enter_context(patch.object(ids, "_last", 0))
            yield


class OwnCaches(MutableMapping[str, Any]):
    """The redirect's cache, one for each process of it."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._own: dict[str, dict[str, Any]] = {}

    def _mine(self) -> dict[str, Any]:
        actor = self._schedule.current
        return self._own.setdefault(actor.name if actor else "", {})

    def __getitem__(self, slug: str) -> Any:
        return self._mine()[slug]

    def __setitem__(self, slug: str, held: Any) -> None:
        self._mine()[slug] = held

    def __delitem__(self, slug: str) -> None:
        del self._mine()[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._mine())

    def __len__(self) -> int:
        return len(self._mine())
