"""The minute tick: everything that is due is seen to, however often, late or badly it runs."""

import itertools
from typing import Any

import pytest

from chalicelib.core.deliveries import DELIVERED, WAITING, Attempt, Delivery, Place
from chalicelib.core.endpoints import Endpoint
from chalicelib.errors import Unavailable
from chalicelib.services import silences, ticking
from chalicelib.store import alarms, deliveries, queues
from chalicelib.store.alarms import SILENCE, SUMMARY, WAKE, Alarm
from tests.services.line import ORGANIZATION, START_MS, Line, laid
from tests.world import World

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
START_MINUTE = START_MS // MINUTE_MS


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    made = laid(world, monkeypatch)
    monkeypatch.setattr(ticking, "LAG_MINUTES", 10)
    return made


@pytest.fixture
def endpoint(line: Line) -> Endpoint:
    return line.endpoint()


_events = itertools.count()


def due(endpoint: Endpoint, due_ms: int) -> Place:
    """A delivery whose first attempt failed, and that is due."""
    place = Place(ORGANIZATION, endpoint.number, START_MS - HOUR_MS, f"evt_{next(_events)}")
    failed = Attempt(place.ms, 5, 500, "It answered 500", "")
    assert deliveries.put(Delivery(place, "scan.created", "{}", tries=1, attempts=(failed,), due_ms=due_ms))
    return place


def asked(line: Line) -> list[tuple[Place, int]]:
    """What was sent: for which delivery, and after how many milliseconds it comes."""
    times = [at for at, *_ in sorted(line._messages)]
    return [(message.place, at - line.ms) for at, (_, message) in zip(times, line.waiting(), strict=True)]


@pytest.mark.parametrize(
    ("due_ms", "after_ms"),
    [
        pytest.param(-10 * MINUTE_MS, 0, id="late, as the index knew of it late"),
        pytest.param(-1, 0, id="a moment ago"),
        pytest.param(0, 0, id="now"),
        pytest.param(1, 1_000, id="in a moment, never before its time"),
        pytest.param(59_999, 60_000, id="at the end of this minute"),
        pytest.param(60_000, None, id="in a minute"),
    ],
)
def test_what_is_due_is_sent_at_its_time(line: Line, endpoint: Endpoint, due_ms: int, after_ms: int | None) -> None:
    place = due(endpoint, START_MS + due_ms)
    ticking.tick(line.ms)
    assert asked(line) == ([] if after_ms is None else [(place, after_ms)])
    delivery = line.delivery(place)
    assert delivery is not None
    assert (delivery.due_ms is None) == (after_ms is not None)
    assert (delivery.state, delivery.tries) == (WAITING, 1)


def test_what_is_sent_is_the_next_attempt_in_the_lane_of_its_receiver(line: Line, endpoint: Endpoint) -> None:
    slow = line.endpoint("https://slow.example/")
    line.takes_ms[slow.url] = 6_000
    line.event(slow)
    line.run(line.ms)
    places = [due(endpoint, line.ms), due(slow, line.ms)]
    ticking.tick(line.ms)
    sent = {message.place: (lane, message.round, message.attempt) for lane, message in line.waiting()}
    assert sent == {places[0]: (False, 0, 2), places[1]: (True, 0, 2)}


def test_a_tick_that_runs_twice_sends_nothing_twice(line: Line, endpoint: Endpoint) -> None:
    due(endpoint, START_MS)
    ticking.tick(line.ms)
    ticking.tick(line.ms)
    assert len(line.waiting()) == 1


def test_two_ticks_at_once_post_nothing_twice(line: Line, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    place, read = due(endpoint, START_MS), deliveries.read

    def overtaken(places: Any) -> Any:
        found = read(places)
        monkeypatch.setattr(deliveries, "read", read)
        ticking.tick(line.ms)
        return found

    monkeypatch.setattr(deliveries, "read", overtaken)
    ticking.tick(line.ms)
    assert len(line.waiting()) == 2
    line.run()
    assert (line.state(place), len(line.web.requests)) == (DELIVERED, 1)


def test_a_tick_that_is_hours_late_misses_nothing(line: Line, endpoint: Endpoint) -> None:
    ticking.tick(line.ms)
    places = [due(endpoint, line.ms + n * HOUR_MS) for n in range(4)]
    line.ms += 5 * HOUR_MS
    ticking.tick(line.ms)
    assert {place for place, _ in asked(line)} == set(places)


def test_the_first_tick_of_all_begins_a_little_before_now(line: Line) -> None:
    assert alarms.read_cursor() is None
    ticking.tick(line.ms)
    assert alarms.read_cursor() == START_MINUTE


def test_a_clock_that_goes_back_is_harmless(line: Line, endpoint: Endpoint) -> None:
    ticking.tick(line.ms + HOUR_MS)
    place = due(endpoint, START_MS)
    ticking.tick(line.ms)
    assert asked(line) == [(place, 0)]


@pytest.mark.parametrize("most", [35, 50, 90])
def test_a_tick_that_runs_out_of_time_is_gone_on_with(line: Line, endpoint: Endpoint, most: int) -> None:
    ticking.tick(line.ms - HOUR_MS)
    places = [due(endpoint, line.ms - n * MINUTE_MS) for n in range(40)]
    looks = itertools.count(1)
    ticking.tick(line.ms, lambda: next(looks) > most)
    assert 0 < len(line.waiting()) < len(places)
    ticking.tick(line.ms)
    assert {place for place, _ in asked(line)} == set(places)


def test_what_storage_fails_for_is_seen_to_by_a_later_tick(
    line: Line, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = due(endpoint, START_MS), due(line.endpoint(), START_MS + MINUTE_MS)
    send = queues.send_deliveries

    def fail(bodies: list[str], **named: Any) -> None:
        if any(bad.event in body for body in bodies):
            raise Unavailable.storage()
        send(bodies, **named)

    with monkeypatch.context() as patch:
        patch.setattr(queues, "send_deliveries", fail)
        for minutes in (1, 20, 40):
            with pytest.raises(Unavailable):
                ticking.tick(START_MS + minutes * MINUTE_MS)
    assert [place for place, _ in asked(line)] == [good]
    ticking.tick(START_MS + 60 * MINUTE_MS)
    assert {place for place, _ in asked(line)} == {bad, good}
    assert alarms.read_cursor() == START_MINUTE + 60


def test_what_cannot_be_read_stops_nothing_else(
    line: Line, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [due(endpoint, START_MS) for _ in range(5)]
    key = {"pk": {"S": places[2].partition}, "sk": {"S": places[2].sort}}
    line.world.dynamodb.update_item(
        TableName="deliveries",
        Key=key,
        UpdateExpression="SET attempts = :broken",
        ExpressionAttributeValues={":broken": {"S": "no JSON"}},
    )
    with pytest.raises(ValueError, match="Expecting value"):
        ticking.tick(line.ms)
    assert {place for place, _ in asked(line)} == set(places) - {places[2]}
    assert alarms.read_cursor() == START_MINUTE
    assert "JSONDecodeError" in capsys.readouterr().out


def test_a_summary_is_ordered_until_its_alarm_is_moved(line: Line) -> None:
    alarm = Alarm(ORGANIZATION, SUMMARY, "5", START_MS)
    alarms.put(alarm)
    for minutes in (0, 1, 2, 9, 10, 11):
        ticking.tick(START_MS + minutes * MINUTE_MS)
    assert line.world.messages("JOBS_QUEUE_URL") == [{"organization": ORGANIZATION, "summary": 5}] * 2
    assert alarms.read(ORGANIZATION, SUMMARY, "5") == alarm, "the job moves it"
    assert alarms.move(alarm, START_MS + 30 * MINUTE_MS)
    ticking.tick(START_MS + 29 * MINUTE_MS)
    assert line.world.messages("JOBS_QUEUE_URL") == []
    ticking.tick(START_MS + 30 * MINUTE_MS)
    assert len(line.world.messages("JOBS_QUEUE_URL")) == 1


def test_a_silence_is_listened_to_once_it_is_due(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[Alarm, int]] = []
    monkeypatch.setattr(silences, "listen", lambda alarm, now_ms: heard.append((alarm, now_ms)))
    alarm = Alarm(ORGANIZATION, SILENCE, "scan_1", START_MS + 30_000)
    alarms.put(alarm)
    ticking.tick(START_MS + 29_999)
    assert heard == []
    ticking.tick(START_MS + 30_000)
    assert heard == [(alarm, START_MS + 30_000)]


def test_many_alarms_are_seen_to_at_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def listen(alarm: Alarm, _now_ms: int) -> None:
        heard.append(alarm.of)
        assert alarms.end(alarm)

    monkeypatch.setattr(silences, "listen", listen)
    for n in range(30):
        alarms.put(Alarm(ORGANIZATION, SILENCE, f"scan_{n}", START_MS))
    ticking.tick(START_MS)
    ticking.tick(START_MS + MINUTE_MS)
    assert sorted(heard) == sorted(f"scan_{n}" for n in range(30))


@pytest.mark.parametrize("kind", [SILENCE, "unheard-of"])
def test_an_alarm_that_fails_comes_up_again_and_stops_nothing_else(
    line: Line, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    rung: list[int] = []

    def fail(_alarm: Alarm, now_ms: int) -> None:
        rung.append(now_ms)
        raise KeyError("scan")

    monkeypatch.setattr(silences, "listen", fail)
    alarms.put(Alarm(ORGANIZATION, kind, "1", START_MS))
    alarms.put(Alarm(ORGANIZATION, SUMMARY, "5", START_MS))
    place, failed = due(endpoint, START_MS), 0
    for minutes in (0, 1, 9, 10, 11):
        try:
            ticking.tick(START_MS + minutes * MINUTE_MS)
        except KeyError:
            failed += 1
    assert failed == 2, "every ten minutes"
    assert [it for it, _ in asked(line)] == [place]
    assert len(line.world.messages("JOBS_QUEUE_URL")) == 2


def test_receivers_are_woken_last(line: Line, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """One with a large backlog takes all the time there is."""
    order: list[str] = []
    alarms.put(Alarm(ORGANIZATION, WAKE, str(endpoint.number), START_MS - 5 * MINUTE_MS))
    alarms.put(Alarm(ORGANIZATION, SILENCE, "scan_1", START_MS))
    handlers = {kind: _noting(order, kind) for kind in (WAKE, SILENCE)}
    monkeypatch.setattr(ticking, "HANDLERS", handlers)
    ticking.tick(START_MS)
    assert order == [SILENCE, WAKE]


def test_alarms_wait_for_the_deliveries_of_every_minute(
    line: Line, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many conversations may fall silent in one minute: no webhook of the next is late for it."""
    sent_before: list[list[Place]] = []
    monkeypatch.setattr(silences, "listen", lambda *_: sent_before.append([place for place, _ in asked(line)]))
    alarms.put(Alarm(ORGANIZATION, SILENCE, "scan_1", START_MS - 5 * MINUTE_MS))
    place = due(endpoint, START_MS)
    ticking.tick(START_MS)
    assert sent_before == [[place]]


def _noting(order: list[str], kind: str) -> Any:
    return lambda *_: order.append(kind)


def test_an_item_of_nobodys_stops_nothing(line: Line, endpoint: Endpoint) -> None:
    place = due(endpoint, START_MS)
    wait = deliveries.due_in(START_MINUTE, 0)
    strange = {"pk": {"S": "strange"}, "sk": {"S": "item"}, "wait": {"S": wait}}
    line.world.dynamodb.put_item(TableName="deliveries", Item=strange)
    ticking.tick(START_MS)
    assert asked(line) == [(place, 0)]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"pk": {"S": "x#alarms"}, "sk": {"S": "wake#1"}}, id="an alarm of nobody's"),
        pytest.param({"pk": {"S": "7#alarms"}, "sk": {"S": "wake"}}, id="an alarm about nothing"),
        pytest.param({"pk": {"S": "7#alarms"}, "sk": {"S": "wake#1"}, "due": {"S": "soon"}}, id="at no time"),
        pytest.param({"pk": {"S": "7#1#x#y"}, "sk": {"S": "1"}}, id="no delivery"),
    ],
)
def test_what_cannot_be_understood_holds_up_nothing_else(line: Line, endpoint: Endpoint, item: dict[str, Any]) -> None:
    wait = {"wait": {"S": deliveries.due_in(START_MINUTE - 1, 0)}}
    line.world.dynamodb.put_item(TableName="deliveries", Item=item | wait)
    place = due(endpoint, START_MS)
    ticking.tick(line.ms)
    assert asked(line) == [(place, 0)]
    assert alarms.read_cursor() == START_MINUTE
