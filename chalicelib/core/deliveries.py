"""Deliveries: one event on its way to one receiver, and every attempt of it.

The message that asks for an attempt says which one it is. So a message that comes twice, or late, asks for nothing:

    message (round 0, try 1) ... attempt 1 fails, is noted ... message (round 0, try 2) ...
    the same again, later ...... attempt 1 was made: dropped

Redelivery begins another round, with the same event and body.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from chalicelib.core.scans import sort_from

WAITING: Final = "waiting"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"
HELD: Final = "held"  # its receiver was paused or disabled when it was due
STATES: Final = (WAITING, DELIVERED, FAILED, HELD)

SHARDS: Final = 8  # partitions that a receiver's deliveries are spread over
MOST_ATTEMPTS_KEPT: Final = 20
KEPT_DAYS: Final = 30
MOST_BODY_BYTES: Final = 20_000

_ID: Final = "dlv"


class Place(NamedTuple):
    """Where a delivery lies. `ms` is the time of its event, `event` that one's id."""

    organization: int
    receiver: int
    ms: int
    event: str

    @property
    def shard(self) -> int:
        return zlib.crc32(self.event.encode()) % SHARDS

    @property
    def partition(self) -> str:
        return partition(self.organization, self.receiver, self.shard)

    @property
    def sort(self) -> str:
        return f"{sort_from(self.ms)}#{self.event}"

    @property
    def id(self) -> str:
        """How it is spelled to the outside."""
        return f"{_ID}_{self.ms}_{self.event}"

    @classmethod
    def of(cls, partition: str, sort: str) -> "Place":
        """The place behind the two strings that it is stored as."""
        organization, receiver, _ = partition.split("#")
        ms, event = sort.split("#", 1)
        return cls(int(organization), int(receiver), int(ms), event)

    @classmethod
    def parse(cls, organization: int, receiver: int, text: str) -> "Place | None":
        """The place behind a spelling, None for anything else."""
        prefix, _, rest = text.partition("_")
        ms, _, event = rest.partition("_")
        if prefix != _ID or not (ms.isascii() and ms.isdigit() and len(ms) <= 14) or not event or "#" in event:
            return None
        return cls(organization, receiver, int(ms), event)


def partition(organization: int, receiver: int, shard: int) -> str:
    return f"{organization}#{receiver}#{shard}"


def partitions(organization: int, receiver: int) -> Iterator[str]:
    """Every partition of a receiver's deliveries."""
    return (partition(organization, receiver, shard) for shard in range(SHARDS))


class Attempt(NamedTuple):
    """One request and its outcome. `ms` is when it began, `took_ms` how long it went on; `status` is that of the
    answer, None without one; `reason` is why it failed, in words, '' for a success; `answer` is how that began."""

    ms: int
    took_ms: int
    status: int | None
    reason: str
    answer: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """`tries` are the attempts made in this `round`; `attempts` the last ones of all rounds, oldest first.

    One that waits has a time to try again, `due_ms`, or is `parked` until its receiver answers again, or else a
    message asks for it. `version` is None for one that is not stored yet.
    """

    place: Place
    type: str
    body: str
    state: str = WAITING
    round: int = 0
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()
    due_ms: int | None = None
    parked: bool = False
    version: int | None = None


class Message(NamedTuple):
    """Asks for an attempt of a delivery: the `attempt`-th (from 1 on) of a round. The first of all brings the body."""

    place: Place
    type: str
    round: int = 0
    attempt: int = 1
    body: str = ""

    def dumps(self) -> str:
        """In ASCII: of what people write, a queue does not take everything (SQS, "SendMessage")."""
        return json.dumps(
            {"place": list(self.place), "type": self.type, "at": [self.round, self.attempt], "body": self.body},
            separators=(",", ":"),
        )

    @classmethod
    def loads(cls, text: str) -> "Message":
        found: dict[str, Any] = json.loads(text)
        number, attempt = found["at"]
        return cls(Place(*found["place"]), found["type"], number, attempt, found["body"])

    def delivery(self) -> Delivery:
        """What is not stored yet."""
        return Delivery(self.place, self.type, self.body)

    def asks(self, stored: Delivery) -> bool:
        """Whether the attempt that it asks for is still to be made."""
        return stored.state == WAITING and (stored.round, stored.tries + 1) == (self.round, self.attempt)


def next_message(delivery: Delivery) -> Message:
    """What asks for the next attempt of a stored delivery."""
    return Message(delivery.place, delivery.type, delivery.round, delivery.tries + 1)
