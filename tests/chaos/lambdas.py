"""How Lambda hands out stream records and messages: at least once, bisected, repeated, out of order."""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.chaos import faults as f
from tests.chaos.engine import Engine
from tests.chaos.faults import Faults
from tests.chaos.schedule import Actor, Killed, Schedule

Record = dict[str, Any]
Batch = Sequence[Record]
Function = Callable[[dict[str, Any], Any], Any]

LARGEST_BATCH = 12
RETRIES = 6  # of a batch; the template says 10
RECEIVES = 20
WINDOW_MS = 2_000
AGAIN_MS = (0, 100, 5_000)  # what is handed out twice may be at the same time


class Context:
    """What a function is told of its own invocation. Each has so many looks at its time before that is up."""

    def __init__(self, looks: int = 1_000) -> None:
        self._looks = looks
        self.aws_request_id, self.function_name, self.memory_limit_in_mb = "1", "function", 1024

    def get_remaining_time_in_millis(self) -> int:
        self._looks -= 1
        return 300_000 if self._looks > 0 else 0


def waits(record: Record) -> bool:
    """The filter of the fold's event source."""
    return "pending" in record["dynamodb"].get("NewImage", {})


@dataclass
class Stream:
    """A table's stream: shards, each read by one invocation at a time, in order. `passes` is its event source's filter.

    `begin` is the first record that was not taken yet.
    """

    engine: Engine
    schedule: Schedule
    faults: Faults
    function: Function
    shards: int
    table: str = "scans"
    passes: Callable[[Record], bool] = waits
    begin: int = 0
    retries: int = RETRIES
    drops: float = 0.03
    delays_ms: tuple[int, ...] = (0, 50, WINDOW_MS)
    waiting: dict[int, list[Record]] = field(default_factory=dict)
    old: list[Batch] = field(default_factory=list)
    polling: dict[int, Actor] = field(default_factory=dict)

    def poll(self) -> None:
        """Take what is new to its shards, and start an invocation wherever one can be."""
        fresh = self.engine.records(self.table, self.begin)
        self.begin += len(fresh)
        for record in filter(self.passes, fresh):
            if self.faults.strikes(self.drops):
                self.faults.note(f.RECORD_DROPPED)
                continue
            shard = zlib.crc32(record["dynamodb"]["Keys"]["pk"]["S"].encode()) % self.shards
            self.waiting.setdefault(shard, []).append(record)
        for shard, records in self.waiting.items():
            busy = shard in self.polling and not self.polling[shard].done
            if records and not busy:
                size = self.schedule.chance.randint(1, LARGEST_BATCH)
                batch, self.waiting[shard] = records[:size], records[size:]
                after_ms = self.schedule.chance.choice(self.delays_ms)
                work = partial(self._deliver, batch)
                self.polling[shard] = self.schedule.add(f"{self.table} {shard}", work, after_ms=after_ms)

    def loses_nothing(self) -> None:
        """Let every record arrive, however often it takes."""
        self.retries, self.drops = 100, 0.0

    def _deliver(self, batch: Batch) -> None:
        self.old.append(batch)
        if self.faults.strikes(0.2):
            self.faults.note(f.REPEATED)
            again = self.schedule.chance.choice(self.old)
            self.schedule.add("again", lambda: self._invoke(again), after_ms=self.schedule.chance.choice(AGAIN_MS))
        self._invoke_until_done(batch, self.retries)

    def _invoke_until_done(self, batch: Batch, retries: int) -> None:
        """Hand a batch out; one that fails is cut in two, and the halves are handed out in order."""
        if self._invoke(batch):
            return
        if not retries:
            self.faults.note(f.RECORD_DROPPED)
            return
        self.schedule.pause(100)
        if len(batch) == 1:
            self._invoke_until_done(batch, retries - 1)
            return
        self.faults.note(f.BISECTED)
        middle = len(batch) // 2
        self._invoke_until_done(batch[:middle], retries - 1)
        self._invoke_until_done(batch[middle:], retries - 1)

    def _invoke(self, batch: Batch) -> bool:
        self._note_stale(batch)
        return succeeds(self.function, {"Records": list(batch)}, Context())

    def _note_stale(self, batch: Batch) -> None:
        for record in batch:
            if self.engine.item(self.table, record["dynamodb"]["Keys"]) is None:
                self.faults.note(f.STALE_RECORD)


@dataclass
class Queue:
    """A queue and its function: a message goes when the function is done with it, and sometimes comes again."""

    name: str
    schedule: Schedule
    faults: Faults
    function: Function
    looks: tuple[int, ...] = (1_000,)
    delays_ms: tuple[int, ...] = (0, 500, 5_000)
    waiting: list[str] = field(default_factory=list)

    def poll(self) -> None:
        """Start an invocation for every message that waits."""
        for body in self.waiting:
            after_ms = self.schedule.chance.choice(self.delays_ms)
            self.schedule.add(self.name, partial(self._deliver, body), after_ms=after_ms)
        self.waiting = []

    def _deliver(self, body: str) -> None:
        if self.faults.strikes(0.2):
            self.faults.note(f.MESSAGE_REPEATED)
            self.schedule.add("again", lambda: self._invoke(body), after_ms=self.schedule.chance.choice(AGAIN_MS))
        for _ in range(RECEIVES):
            if self._invoke(body):
                break
            self.schedule.pause(1_000)  # the visibility timeout

    def _invoke(self, body: str) -> bool:
        event = {"Records": [{"messageId": "1", "body": body}]}
        return succeeds(self.function, event, Context(self.schedule.chance.choice(self.looks)))


def succeeds(function: Function, event: dict[str, Any], context: Context) -> bool:
    """Invoke a function; whether it says that it is done."""
    try:
        answer = function(event, context)
    except Killed:
        return False
    except Exception:  # noqa: BLE001 - what Lambda takes for a failed invocation, whatever it is
        return False
    return not (answer or {}).get("batchItemFailures")


def message(request: dict[str, Any]) -> str:
    """The body of a message that was sent."""
    return str(json.loads(json.dumps(request["MessageBody"])))
