"""A stand-in for posting to receivers: nothing leaves, and every attempt is noted."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from chalicelib.core.deliveries import DELIVERED, FAILED, Attempt, Delivery
from chalicelib.core.endpoints import Receiver
from chalicelib.store import deliveries


@dataclass
class Posted:
    """Answers every attempt in the same way: with success, unless a `status` says otherwise."""

    status: int | None = 200
    reason: str = ""
    answer: str = "ok"
    receivers: list[Receiver] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def try_once(self, receiver: Receiver, delivery: Delivery, clock: Callable[[], int]) -> Delivery:
        """In place of `delivering.try_once`."""
        self.receivers.append(receiver)
        self.bodies.append(delivery.body)
        attempt = Attempt(clock(), 84, self.status, self.reason, self.answer)
        tried = replace(delivery, state=FAILED if self.reason else DELIVERED, tries=1, attempts=(attempt,))
        assert deliveries.put(tried)
        return tried
