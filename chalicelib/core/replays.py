"""Replays: what an endpoint was to be told of in a span of time is posted to it again."""

from dataclasses import dataclass
from typing import Final

from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import DELIVERED, FAILED, HELD, Delivery
from chalicelib.core.exports import RUNNING
from chalicelib.core.places import Span

LONGEST_MS: Final = 30 * DAY_MS
REPLAYED: Final = (DELIVERED, FAILED, HELD)  # states; what waits is on its way by itself


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay came: everything in the shards before `shard`, and in that one up to the sort key `after`.

    `seen` deliveries were looked at, `sent` of them are posted again.
    """

    shard: int = 0
    after: str = ""
    seen: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Replay:
    """An order to post again to an endpoint what happened in a span.

    `states`, of REPLAYED, are those of the deliveries that are meant. `state` is running, done or failed. `version`
    tells which job took it up last.
    """

    organization: int
    number: int
    endpoint: int
    span: Span
    states: frozenset[str]
    created_ms: int
    state: str = RUNNING
    progress: Progress = Progress()
    version: int = 0

    def same(self, other: "Replay") -> bool:
        """Whether another order asks for the same."""
        return (self.endpoint, self.span, self.states) == (other.endpoint, other.span, other.states)

    def wants(self, delivery: Delivery) -> bool:
        """Whether a delivery is still to be posted again: one that was attempted since the order was given is not."""
        if delivery.state not in self.states:
            return False
        return not delivery.attempts or delivery.attempts[-1].ms < self.created_ms
