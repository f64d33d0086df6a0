"""Circuit breakers: who does not answer is left alone, then tried with one event, then sent the rest."""

import pytest

from chalicelib.core.breaker import FIRST_COOLDOWN_MS, Health
from chalicelib.core.deliveries import DELIVERED, HELD, Attempt
from chalicelib.core.endpoints import ACTIVE, DISABLED, PAUSED
from chalicelib.errors import Unavailable
from chalicelib.outbound.posting import Posted
from chalicelib.services import delivering, health, waking
from chalicelib.store import alarms, deliveries
from chalicelib.store import health as stored
from chalicelib.store.alarms import WAKE, Alarm
from chalicelib.store.versions import Held
from tests.services.line import ORGANIZATION, START_MS, Line, delete, known, laid, set_status, stored_endpoint
from tests.world import World

MINUTE_MS = 60_000
URL = "https://a.example/"


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    return laid(world, monkeypatch)


def alarm_of(number: int) -> Alarm | None:
    return alarms.read(ORGANIZATION, WAKE, str(number))


def test_what_comes_while_the_breaker_is_open_is_parked_without_an_attempt(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503)
    line.event(endpoint)
    line.run(START_MS)
    places = [line.event(endpoint, slow=slow) for slow in (True, False)]
    line.run(START_MS)
    assert [line.state(place) for place in places] == ["parked", "parked"]
    assert len(line.web.requests) == 1
    alarm = alarm_of(endpoint.number)
    assert alarm is not None
    assert alarm.due_ms == START_MS + FIRST_COOLDOWN_MS


def test_one_is_sent_as_a_probe_and_the_backlog_after_it(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503)
    for _ in range(30):
        line.event(endpoint)
    line.run(START_MS + 20_000)
    assert len(line.web.requests) == 1
    line.web.answers(URL, 200)
    line.run(START_MS + MINUTE_MS)
    assert len(line.web.requests) == 2, "the probe"
    assert known(endpoint) == Health()
    line.run(START_MS + 2 * MINUTE_MS)
    assert {delivery.state for delivery in line.log(endpoint)} == {DELIVERED}
    assert len(line.web.requests) == 31
    line.run()
    assert len(line.web.requests) == 31
    assert alarm_of(endpoint.number) is None, "when nothing was parked for two minutes"


def test_the_probe_is_the_oldest_event(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503)
    places = []
    for _ in range(5):
        places.append(line.event(endpoint))
        line.run(line.ms + 1_000)
    line.web.answers(URL, 200)
    line.run(START_MS + MINUTE_MS)
    assert line.web.requests[-1].id == places[0].event


def test_each_failed_probe_doubles_the_time_and_uses_up_one_attempt(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503)
    for _ in range(4):
        line.event(endpoint)
    line.run(START_MS + 63 * MINUTE_MS)
    assert [(request.ms - START_MS) // MINUTE_MS for request in line.web.requests] == [0, 1, 2, 4, 8, 16, 32]
    assert sum(delivery.tries for delivery in line.log(endpoint)) == 7
    assert (known(endpoint).failures, known(endpoint).cooldown_ms) == (7, 32 * MINUTE_MS)


@pytest.mark.parametrize(
    ("status", "spelled", "seconds"),
    [
        pytest.param(429, "90", 90, id="seconds"),
        pytest.param(503, "Fri, 15 Jan 2027 08:01:30 GMT", 90, id="a date"),
        pytest.param(503, "", 30, id="none"),
        pytest.param(502, "soon", 30, id="nonsense"),
        pytest.param(504, "999999", 86_400, id="a day at most"),
        pytest.param(500, "90", None, id="of a status that does not slow down"),
    ],
)
def test_retry_after_is_honoured(line: Line, status: int, spelled: str, seconds: int | None) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, Posted(status, spelled, b""), 200)
    place = line.event(endpoint)
    line.run(START_MS)
    assert known(endpoint).open_until_ms == (START_MS + seconds * 1000 if seconds else None)
    line.run()
    assert line.state(place) == DELIVERED
    waited_ms = line.web.requests[1].ms - START_MS
    assert waited_ms >= (seconds or 90) * 1000, "also when the breaker stays closed"
    assert waited_ms <= (seconds or 90) * 1000 + MINUTE_MS


def test_whoever_is_slow_gets_its_events_in_the_slow_lane(line: Line) -> None:
    slow, quick = line.endpoint("https://slow.example/"), line.endpoint()
    line.takes_ms[slow.url] = 2_000
    for endpoint in (slow, slow):
        line.event(endpoint)
        line.run()
    line.web.requests.clear()
    for endpoint in (slow, quick):
        line.event(endpoint)
    bodies = [message.dumps() for _, message in line.waiting()]
    line._messages.clear()
    assert delivering.deliver(bodies, line.clock) == [True, True]
    assert [request.url for request in line.web.requests] == [quick.url]
    assert [(lane, message.dumps()) for lane, message in line.waiting()] == [(True, bodies[0])], "as it is"
    line.run()
    assert {delivery.state for delivery in line.log(slow)} == {DELIVERED}


def test_after_five_minutes_it_is_tried_in_the_fast_lane_again(line: Line) -> None:
    endpoint = line.endpoint()
    line.takes_ms[URL] = 2_000
    for slow in (False, True):
        line.event(endpoint)
        line.run()
        assert health.is_slow(ORGANIZATION, endpoint.number, line.ms) is slow, "a first slow answer is forgiven"
    assert health.is_slow(ORGANIZATION, endpoint.number, line.ms)
    assert not health.is_slow(ORGANIZATION, endpoint.number, line.ms + 300_000)


def test_of_many_at_once_one_is_the_probe_and_the_rest_follow_its_outcome(line: Line) -> None:
    for status, posted in ((500, 1), (200, 10)):
        endpoint = line.endpoint(f"https://{status}.example/")
        line.web.answers(endpoint.url, 503)
        line.event(endpoint)
        line.run(line.ms)
        line.ms += FIRST_COOLDOWN_MS
        line.web.answers(endpoint.url, status)
        line.web.requests.clear()
        places = [line.event(endpoint) for _ in range(10)]
        bodies = [message.dumps() for _, message in line.waiting() if message.place in places]
        assert delivering.deliver(bodies, line.clock, slow=True) == [True] * 10
        assert len(line.web.requests) == posted
        states = sorted(line.state(place) for place in places)
        assert states == ([DELIVERED] * 10 if status == 200 else ["parked"] * 9 + ["waiting"])


def test_the_rest_comes_again_when_the_probe_could_not_be_tried(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503)
    line.event(endpoint)
    line.run(line.ms)
    line.ms += FIRST_COOLDOWN_MS

    def break_(_: object) -> int:
        raise LookupError

    line.web.answering[URL] = break_
    places = [line.event(endpoint) for _ in range(3)]
    bodies = [message.dumps() for _, message in line.waiting() if message.place in places]
    assert delivering.deliver(bodies, line.clock, slow=True) == [False] * 3


@pytest.mark.parametrize("status", [PAUSED, DISABLED])
def test_what_is_parked_is_held_when_its_receiver_is_paused(line: Line, status: str) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, Posted(429, "86400", b""))
    places = [line.event(endpoint) for _ in range(3)]
    line.run(START_MS + 10_000)
    set_status(line, endpoint, status)
    line.run(START_MS + 6 * MINUTE_MS)
    # The first one's next attempt is tomorrow's; it is held then.
    assert sorted(line.state(place) for place in places) == [HELD, HELD, "waiting"]
    line.run()
    assert {line.state(place) for place in places} == {HELD}
    assert alarm_of(endpoint.number) is None


def test_what_is_parked_is_held_when_its_receiver_is_deleted(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503)
    places = [line.event(endpoint) for _ in range(3)]
    line.run(START_MS + 10_000)
    delete(endpoint)
    line.run()
    assert {line.state(place) for place in places} == {HELD}
    assert (len(line.web.requests), alarm_of(endpoint.number)) == (1, None)


def test_who_is_forgiven_gets_its_backlog_within_minutes(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, Posted(503, "86400", b""), 200)
    places = [line.event(endpoint) for _ in range(3)]
    line.run(START_MS + 10_000)
    health.forget(ORGANIZATION, endpoint.number)
    line.run(START_MS + 6 * MINUTE_MS)
    assert sorted(line.state(place) for place in places) == [DELIVERED, DELIVERED, "waiting"]


def test_paused_and_resumed_while_the_breaker_is_open(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503, 200)
    places = [line.event(endpoint) for _ in range(3)]
    line.run(START_MS + 10_000)
    set_status(line, endpoint, PAUSED)
    set_status(line, endpoint, ACTIVE)
    line.run()
    assert {line.state(place) for place in places} == {DELIVERED}
    assert stored_endpoint(endpoint).status == ACTIVE


def test_what_is_parked_just_when_the_alarm_ends_is_woken_all_the_same(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wake has found nothing, and somebody parks a delivery before the alarm ends."""
    endpoint = line.endpoint()
    alarm = Alarm(ORGANIZATION, WAKE, str(endpoint.number), START_MS - waking.QUIET_MS)
    alarms.put(alarm)
    line.web.answers(URL, 503, 200)
    line.event(endpoint)
    line.run(START_MS)
    parked, end = line.event(endpoint), alarms.end

    def overtaken(ending: Alarm) -> bool:
        line.run(START_MS)
        return end(ending)

    monkeypatch.setattr(alarms, "end", overtaken)
    waking.wake(alarm, line.ms, lambda: False)
    assert line.state(parked) == "parked"
    line.run()
    assert line.state(parked) == DELIVERED


def test_parking_is_done_only_when_the_alarm_is_set(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503, 200)
    line.event(endpoint)
    line.run(START_MS)
    place = line.event(endpoint)
    body = next(message for _, message in line.waiting() if message.place == place).dumps()

    def fail(_: object) -> None:
        raise Unavailable.storage()

    with monkeypatch.context() as patch:
        patch.setattr(alarms, "put", fail)
        assert delivering.deliver([body], line.clock) == [False]
    assert line.state(place) == "parked"
    assert delivering.deliver([body], line.clock) == [True]
    assert alarm_of(endpoint.number) is not None


def test_a_large_backlog_is_sent_in_parts_within_the_time_there_is(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "PAGE", 5)
    endpoint = line.endpoint()
    line.web.answers(URL, 503)
    for _ in range(23):
        line.event(endpoint)
    line.run(START_MS + 20_000)
    health.forget(ORGANIZATION, endpoint.number)
    alarm = alarm_of(endpoint.number)
    assert alarm is not None
    pages = iter([False, False, True])
    waking.wake(alarm, line.ms, lambda: next(pages))
    assert [slow for slow, _ in line.waiting()] == [True] * 10
    line.web.answers(URL, 200)
    line.run()
    assert {delivery.state for delivery in line.log(endpoint)} == {DELIVERED}


def test_one_that_is_woken_twice_at_once_is_sent_once_or_recognised(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503, 200)
    places = [line.event(endpoint) for _ in range(5)]
    line.run(START_MS + 10_000)
    health.forget(ORGANIZATION, endpoint.number)
    alarm = alarm_of(endpoint.number)
    assert alarm is not None
    for _ in range(2):
        waking.wake(alarm, line.ms, lambda: False)
    line.run()
    assert {line.state(place) for place in places} == {DELIVERED}
    assert len(line.web.requests) == 6


def test_stale_news_of_the_index_send_nothing(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = line.endpoint()
    place = line.event(endpoint)
    line.run()
    monkeypatch.setattr(deliveries, "waiting", lambda *_: [place, place._replace(event="evt_gone")])
    waking.wake(Alarm(ORGANIZATION, WAKE, str(endpoint.number), line.ms), line.ms, lambda: False)
    assert line.waiting() == []


def test_a_breaker_that_opens_while_others_do_counts_each_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two functions note a failure at the same time: neither undoes the other."""
    endpoint, put = line.endpoint(), stored.put
    key, failure = (ORGANIZATION, endpoint.number), Attempt(line.ms, 5, 500, "It answered 500", "")

    def overtaken(of: stored.Key, held: Held[Health], now_ms: int) -> bool:
        monkeypatch.setattr(stored, "put", put)
        health.note(key, failure, None, Health())
        return put(of, held, now_ms)

    monkeypatch.setattr(stored, "put", overtaken)
    health.note(key, failure, None, Health())
    assert known(endpoint).failures == 2
    assert known(endpoint).last_failure == (line.ms, 500, "It answered 500")
