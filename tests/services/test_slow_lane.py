"""The slow lane: whoever hangs there fills only their own places."""

import itertools
import os
from collections import Counter
from collections.abc import Callable, Sequence
from threading import Event as Signal
from threading import Lock
from typing import Any

import pytest
from moto.sqs.models import sqs_backends

from chalicelib.core.breaker import FIRST_COOLDOWN_MS
from chalicelib.core.deliveries import DELIVERED, Message, Place
from chalicelib.core.endpoints import Endpoint
from chalicelib.core.events import SCAN_CREATED
from chalicelib.outbound.refused import Refused
from chalicelib.services import delivering, slow_lane
from chalicelib.store import queues
from tests.services.killed import Killed, killed_at
from tests.services.line import ORGANIZATION, Line, known, laid
from tests.services.turns import take_turns
from tests.world import World

NEVER: Callable[[], bool] = lambda: False  # noqa: E731
SECONDS = 60  # to wait for what shall happen at once, before it is a failure

_events = itertools.count()


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    take_turns(monkeypatch)
    send = queues.send_deliveries
    made = laid(world, monkeypatch)

    def held_back(bodies: Sequence[str], *, slow: bool = False, delay_seconds: int = 0) -> None:
        send(bodies, slow=slow, delay_seconds=900 if delay_seconds else 0)

    # The queue is real here, and its time too: what is held back does not come within a test.
    monkeypatch.setattr(queues, "send_deliveries", held_back)
    monkeypatch.setattr(slow_lane, "POLL_SECONDS", 0)
    return made


def events(line: Line, endpoint: Endpoint, number: int) -> list[Place]:
    """Events of an endpoint, whose messages are in the slow queue."""
    places = [Place(ORGANIZATION, endpoint.number, line.ms, f"evt_{next(_events)}") for _ in range(number)]
    bodies = [Message(place, SCAN_CREATED, body="{}").dumps() for place in places]
    queues.send_deliveries(bodies, slow=True)
    return places


def left(line: Line) -> int:
    """How many messages are in the slow queue, in flight and held back too."""
    names = ["", "NotVisible", "Delayed"]
    asked = [f"ApproximateNumberOfMessages{name}" for name in names]
    found = line.world.sqs.get_queue_attributes(QueueUrl=os.environ["SLOW_QUEUE_URL"], AttributeNames=asked)
    return sum(int(number) for number in found["Attributes"].values())


def requests(line: Line) -> Counter[str]:
    return Counter(request.url for request in line.web.requests)


class Hanging:
    """A receiver that answers nobody until it is let go; it knows how many are waiting."""

    def __init__(self) -> None:
        self.let_go, self._lock = Signal(), Lock()
        self.waiting = self.most = 0

    def __call__(self, _: object) -> int:
        with self._lock:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
        assert self.let_go.wait(SECONDS)
        with self._lock:
            self.waiting -= 1
        return 200


def test_it_posts_what_waits_until_the_queue_is_empty(line: Line) -> None:
    endpoint = line.endpoint()
    places = events(line, endpoint, 25)
    assert slow_lane.drain(line.clock, NEVER) == 25
    assert {line.state(place) for place in places} == {DELIVERED}
    assert (left(line), len(line.web.requests)) == (0, 25)
    assert slow_lane.drain(line.clock, NEVER) == 0


def test_one_that_hangs_keeps_no_other_waiting(line: Line) -> None:
    """A hundred events of the one that hangs come first. It answers only when the other has all of its own."""
    hanging, well = line.endpoint("https://hangs.example/"), line.endpoint()
    hangs, done = Hanging(), itertools.count(1)
    line.web.answering[hanging.url] = hangs

    def answer(_: object) -> int:
        if next(done) == 20:
            hangs.let_go.set()
        return 200

    line.web.answering[well.url] = answer
    events(line, hanging, 100)
    events(line, well, 20)
    assert slow_lane.drain(line.clock, NEVER) == 120
    assert requests(line) == {hanging.url: 100, well.url: 20}
    assert 0 < hangs.most <= slow_lane.MOST_OF_ONE


def test_what_is_too_much_of_one_receiver_goes_back_to_the_queue(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_lane, "MOST_OF_ONE", 2)
    monkeypatch.setattr(slow_lane, "MOST_ASIDE_OF_ONE", 5)
    hanging, well = line.endpoint("https://hangs.example/"), line.endpoint()
    hangs = Hanging()
    line.web.answering[hanging.url] = hangs

    def answer(_: object) -> int:
        hangs.let_go.set()
        return 200

    line.web.answering[well.url] = answer
    events(line, hanging, 60)
    (place,) = events(line, well, 1)
    sent: list[int] = []
    send = queues.send_deliveries

    def note(bodies: list[str], **named: Any) -> None:
        sent.append(named["delay_seconds"])
        send(bodies, **named)

    monkeypatch.setattr(queues, "send_deliveries", note)
    done = slow_lane.drain(line.clock, NEVER)
    assert line.state(place) == DELIVERED
    assert done < 61
    assert left(line) == 61 - done, "held back, to come again when its turn comes"
    assert set(sent) == {30}


def test_what_goes_back_comes_later_the_more_there_is(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_lane, "MOST_ASIDE_OF_ONE", 0)
    monkeypatch.setattr(slow_lane, "_BACK", 10)
    delays: list[int] = []
    monkeypatch.setattr(queues, "send_deliveries", lambda *_, **named: delays.append(named["delay_seconds"]))
    endpoint = line.endpoint()
    bodies = [Message(Place(1, endpoint.number, 5, f"evt_{n}"), SCAN_CREATED, body="{}").dumps() for n in range(10)]
    taken = iter([[queues.Waiting(body, "none") for body in bodies]] * 40)
    monkeypatch.setattr(queues, "take_slow", lambda *_: next(taken, []))
    monkeypatch.setattr(queues, "finish_slow", lambda _: None)
    assert slow_lane.drain(line.clock, NEVER) == 0
    assert delays == [min(900, 30 * (n + 2)) for n in range(40)]


def test_nothing_is_begun_when_time_is_up_and_what_is_aside_goes_back(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_lane, "MOST_OF_ONE", 3)
    endpoint, looks = line.endpoint(), itertools.count(1)
    hangs = Hanging()
    line.web.answering[endpoint.url] = hangs
    events(line, endpoint, 20)

    def out_of_time() -> bool:
        if next(looks) > 2:
            hangs.let_go.set()
            return True
        return False

    assert slow_lane.drain(line.clock, out_of_time) == 3, "what was in flight is seen to its end"
    assert len(line.web.requests) == 3
    assert left(line) == 17
    assert slow_lane.drain(line.clock, NEVER) == 17, "at once: they need not become visible first"


def test_there_is_no_time_to_begin_with(line: Line) -> None:
    events(line, line.endpoint(), 1)
    assert slow_lane.drain(line.clock, lambda: True) == 0
    assert (left(line), line.web.requests) == (1, [])


def test_when_the_breaker_opens_the_rest_is_parked(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(endpoint.url, Refused("timeout"))
    places = events(line, endpoint, 100)
    # The failures that are tried again come back in 5 seconds, which nobody waits for here.
    assert slow_lane.drain(line.clock, NEVER) == 100
    assert 5 <= len(line.web.requests) <= 2 * slow_lane.MOST_OF_ONE  # some were taken before the breaker opened
    states = Counter(line.state(place) for place in places)
    assert states == {"parked": 100 - len(line.web.requests), "waiting": len(line.web.requests)}


@pytest.mark.parametrize(("status", "posted"), [(500, 1), (200, 40)])
def test_one_whose_breaker_is_half_open_is_tried_with_one(line: Line, status: int, posted: int) -> None:
    endpoint = line.endpoint()
    line.web.answers(endpoint.url, 503)
    events(line, endpoint, 1)
    slow_lane.drain(line.clock, NEVER)
    line.ms += FIRST_COOLDOWN_MS
    line.web.answers(endpoint.url, status)
    line.web.requests.clear()
    places = events(line, endpoint, 40)
    assert slow_lane.drain(line.clock, NEVER) == 40
    assert len(line.web.requests) == posted
    assert Counter(line.state(place) for place in places)["parked"] == 40 - posted
    assert (known(endpoint).open_until_ms is None) == (status == 200)


def test_what_is_not_done_stays_in_the_queue(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = line.endpoint(), line.endpoint("https://bad.example/")

    def break_(_: object) -> int:
        raise LookupError

    line.web.answering[bad.url] = break_
    events(line, good, 5)
    events(line, bad, 5)
    queues.send_deliveries(["banana"], slow=True)
    assert slow_lane.drain(line.clock, NEVER) == 5
    assert left(line) == 6
    assert "LookupError" in capsys.readouterr().out


@pytest.mark.parametrize("at", range(1, 13))
def test_killed_at_any_step_nothing_is_lost(line: Line, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_lane, "MOST_ASIDE_OF_ONE", 2)
    monkeypatch.setattr(slow_lane, "MOST_OF_ONE", 1)
    endpoint = line.endpoint()
    places = events(line, endpoint, 6)
    calls: dict[Any, tuple[str, ...]] = {
        queues: ("take_slow", "finish_slow", "send_deliveries"),
        delivering: ("deliver",),
    }
    with killed_at(at, calls), pytest.raises(Killed):
        slow_lane.drain(line.clock, NEVER)
    bodies = _everything_in(line)
    assert {Message.loads(body).place for body in bodies} >= {it for it in places if line.state(it) != DELIVERED}
    assert delivering.deliver(bodies, line.clock, slow=True) == [True] * len(bodies)
    assert {line.state(place) for place in places} == {DELIVERED}


def _everything_in(line: Line) -> list[str]:
    """The bodies in the slow queue, those in flight and held back too, as moto keeps them."""
    account = os.environ["SLOW_QUEUE_URL"].split("/")[-2]
    queue = sqs_backends[account]["eu-west-1"].queues["slow"]
    return [message.body for message in queue._messages]


def test_a_queue_that_hangs_is_waited_for_a_little_longer_than_its_polls_take(world: World) -> None:
    config = queues._client().meta.config
    assert config.read_timeout > slow_lane.POLL_SECONDS
    assert config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout) <= 10
