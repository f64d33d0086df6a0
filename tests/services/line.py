"""The way of events to receivers, in a time of its own: queues, functions and ticks, one after the other, no waiting.

What a function sends comes at its time; whatever it does not finish, or was killed over, comes again.
"""

import heapq
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from chalicelib import ids
from chalicelib.core.breaker import Health
from chalicelib.core.deliveries import Delivery, Message, Place, partitions
from chalicelib.core.endpoints import STANDARD, Endpoint, Secret
from chalicelib.core.events import SCAN_CREATED
from chalicelib.outbound.policies import PUBLIC, Policy
from chalicelib.outbound.posting import Posted
from chalicelib.outbound.refused import Refused
from chalicelib.services import delivering, health, receivers, ticking
from chalicelib.store import alarms, deliveries, endpoints, queues, secrets
from chalicelib.store.deliveries import MINUTE_MS
from chalicelib.store.versions import Held
from tests.services.killed import Killed
from tests.world import World

ORGANIZATION = 7
AGAIN_MS = 90_000  # a message that was not done becomes visible so much later
START_MS = 1_800_000_000_000  # a full minute

_note_cursor = alarms.note_cursor  # which a test may have kill its caller

Answer = int | Posted | Refused
Answering = Callable[["Request"], Answer]


class Request(NamedTuple):
    """What was posted, and when."""

    ms: int
    url: str
    body: str
    headers: Mapping[str, str]
    seconds: float = 15
    policy: Policy = PUBLIC

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receivers:
    """Answers by URL, 200 where none is given; a list of answers is given one by one, the last one for ever."""

    requests: list[Request] = field(default_factory=list)
    answering: dict[str, Answering] = field(default_factory=dict)

    def answers(self, url: str, *answers: Answer) -> None:
        following = itertools.chain(answers, itertools.repeat(answers[-1]))
        self.answering[url] = lambda _: next(following)

    def of(self, url: str) -> list[Request]:
        return [request for request in self.requests if request.url == url]

    def answer(self, request: Request) -> Posted:
        self.requests.append(request)
        answering = self.answering.get(request.url)
        found = answering(request) if answering else 200
        if isinstance(found, Refused):
            raise found
        return Posted(found, "", b"") if isinstance(found, int) else found


@dataclass
class Line:
    """The clock, the messages on their way, and who is posted to."""

    world: World
    ms: int = START_MS
    web: Receivers = field(default_factory=Receivers)
    takes_ms: dict[str, int] = field(default_factory=dict)  # how long a URL takes to answer
    lost: Callable[[str], bool] = lambda _: False  # which messages never come
    killed: int = 0
    _messages: list[tuple[int, int, bool, str]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def clock(self) -> int:
        return self.ms

    def post(self, url: str, body: bytes, headers: Mapping[str, str], seconds: float, policy: Policy) -> Posted:
        request = Request(self.ms, url, body.decode(), headers, seconds, policy)
        self.ms += self.takes_ms.get(url, 0)
        return self.web.answer(request)

    def send(self, bodies: Sequence[str], *, slow: bool = False, delay_seconds: int = 0) -> None:
        assert 0 <= delay_seconds <= queues.LONGEST_DELAY_SECONDS
        for body in bodies:
            if not self.lost(body):
                self._later(delay_seconds * 1000, slow, body)

    def _later(self, delay_ms: int, slow: bool, body: str) -> None:
        heapq.heappush(self._messages, (self.ms + delay_ms, next(self._numbers), slow, body))

    def waiting(self) -> list[tuple[bool, Message]]:
        """The messages that are on their way, each with whether it is in the slow lane."""
        return [(slow, Message.loads(body)) for _, _, slow, body in sorted(self._messages)]

    def endpoint(self, url: str = "https://a.example/", format: str = STANDARD, secrets_: int = 1) -> Endpoint:
        """A new endpoint with secrets, the newest first: it signs with "new", and in an overlap "old" as well."""
        texts = ["new", "old"][:secrets_]
        names = [secrets.put(ORGANIZATION, text) for text in texts]
        until = [None, self.ms + 3_600_000]
        kept = tuple(Secret(name, ms) for name, ms in zip(names, until, strict=False))
        now = self.ms
        made = Endpoint(ORGANIZATION, ids.new(now), url, frozenset({SCAN_CREATED}), format, now, now, kept)
        assert endpoints.put(Held(made, None))
        return made

    def event(self, endpoint: Endpoint, *, slow: bool = False) -> Place:
        """Something happened: its message is sent, as the fan-out does it."""
        number = next(self._numbers)
        place = Place(ORGANIZATION, endpoint.number, self.ms, f"evt_{number}")
        self.send([Message(place, SCAN_CREATED, body=f'{{"number":{number}}}').dumps()], slow=slow)
        return place

    def run(self, until_ms: int | None = None) -> None:
        """Let everything happen that is to happen until a time, or until nothing is left to happen."""
        while True:
            message = self._messages[0][0] if self._messages else None
            tick = self._next_tick()
            times = [ms for ms in (message, tick) if ms is not None]
            if not times or (until_ms is not None and min(times) > until_ms):
                break
            if tick is None or (message is not None and message <= tick):
                self._deliver()
            else:
                self._tick(tick)
        self.ms = max(self.ms, until_ms or 0)

    def forget_all(self) -> None:
        """Begin anew, with empty tables but for the endpoints."""
        self.web.requests.clear()
        for item in self.world.items("deliveries"):
            self.world.dynamodb.delete_item(TableName="deliveries", Key={"pk": item["pk"], "sk": item["sk"]})

    def delivery(self, place: Place) -> Delivery | None:
        return deliveries.read([place]).get(place)

    def state(self, place: Place) -> str:
        found = self.delivery(place)
        return "unknown" if found is None else "parked" if found.parked else found.state

    def log(self, endpoint: Endpoint) -> list[Delivery]:
        several = (deliveries.in_partition(it) for it in partitions(ORGANIZATION, endpoint.number))
        return sorted(itertools.chain.from_iterable(several), key=lambda it: it.place)

    def _deliver(self) -> None:
        ready_ms, _, slow, body = heapq.heappop(self._messages)
        self.ms = max(self.ms, ready_ms)
        with self._surviving():
            if delivering.deliver([body], self.clock, slow=slow) == [True]:
                return
        self._later(AGAIN_MS, slow, body)

    def _tick(self, ms: int) -> None:
        self.ms = max(self.ms, ms)
        _note_cursor(min(self._due_minutes()))  # as the ticks before have done
        with self._surviving():
            ticking.tick(self.ms)

    @contextmanager
    def _surviving(self) -> Iterator[None]:
        """A process is killed: what it knew is forgotten, and the next one begins."""
        try:
            yield
        except Killed:
            self.killed += 1
            receivers._cache.clear()
            health._cache.clear()

    def _next_tick(self) -> int | None:
        """When a tick next finds something due; one is run every full minute."""
        minutes = self._due_minutes()
        return max(min(minutes), self.ms // MINUTE_MS + 1) * MINUTE_MS if minutes else None

    def _due_minutes(self) -> list[int]:
        waits = [item["wait"]["S"] for item in self.world.items("deliveries") if "wait" in item]
        return [int(found[1]) for wait in waits if (found := re.match(r"due#(\d+)#", wait))]


def signed(format: str, secrets: Sequence[str], event: str, type: str, body: bytes, ms: int) -> dict[str, str]:
    """Shows what is signed with which secrets."""
    return {"webhook-id": event, "webhook-timestamp": str(ms // 1000), "signed-with": " ".join(secrets)}


def laid(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A line in the place of the queues, the network and the clock. Nothing is believed from before."""
    line = Line(world)
    monkeypatch.setattr("chalicelib.outbound.posting.post", line.post)
    monkeypatch.setattr("chalicelib.core.signatures.signed", signed)
    monkeypatch.setattr("chalicelib.store.queues.send_deliveries", line.send)
    monkeypatch.setattr("chalicelib.services.receivers.time", SimpleNamespace(monotonic=lambda: line.ms / 1000))
    monkeypatch.setattr("chalicelib.services.receivers._cache", {})
    monkeypatch.setattr("chalicelib.services.health._cache", {})
    monkeypatch.setattr("chalicelib.services.delivering.LOOKS_MS", (600_000,))  # nobody is slow by this machine's clock
    monkeypatch.setattr("chalicelib.services.ticking.LAG_MINUTES", 0)  # this index does not lag
    return line


def known(endpoint: Endpoint) -> Health:
    """How an endpoint fares, as it is stored."""
    return health.of(ORGANIZATION, [endpoint.number])[endpoint.number]


def set_status(line: Line, endpoint: Endpoint, status: str) -> None:
    """As its owner pauses or resumes it; until functions do not believe what they have read before."""
    held = _held(endpoint)
    assert endpoints.put(Held(replace(held.value, status=status), held.version))
    line.ms += receivers.CACHED_SECONDS * 1000


def delete(endpoint: Endpoint) -> None:
    """As its owner deletes it."""
    assert endpoints.delete(_held(endpoint))


def stored_endpoint(endpoint: Endpoint) -> Endpoint:
    return _held(endpoint).value


def _held(endpoint: Endpoint) -> Held[Endpoint]:
    held = endpoints.read(ORGANIZATION, endpoint.number)
    assert held is not None
    return held
