"""Deliveries: what becomes of an event on its way to its receivers."""

import itertools
from collections import Counter
from dataclasses import replace
from threading import Event as Signal
from typing import Any

import pytest

from chalicelib.core import breaker
from chalicelib.core.breaker import FIRST_COOLDOWN_MS, MOST_FAILURES, VERY_SLOW_ANSWER_MS, Health
from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import DELIVERED, FAILED, HELD, WAITING, Delivery, Message, Place, next_message
from chalicelib.core.endpoints import ACTIVE, DISABLED, PAUSED, QPR, QR, QRCODES, SLACK, STANDARD, Endpoint, Secret
from chalicelib.core.metric_names import WEBHOOK_ATTEMPTS, WEBHOOK_FAILURES
from chalicelib.core.retries import DELAYS_SECONDS, JITTER, NET_MS
from chalicelib.errors import Unavailable
from chalicelib.outbound.policies import receivers as policy_of
from chalicelib.outbound.posting import Posted
from chalicelib.outbound.refused import Refused
from chalicelib.services import delivering, health, receivers, refusals
from chalicelib.store import deliveries, endpoints, secrets
from chalicelib.store import health as stored_health
from chalicelib.store.versions import Held
from tests.services.line import ORGANIZATION, START_MS, Line, delete, known, laid, set_status, stored_endpoint
from tests.services.turns import take_turns
from tests.world import World

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
URL = "https://a.example/"


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    return laid(world, monkeypatch)


def stored(line: Line, place: Place) -> Delivery:
    found = line.delivery(place)
    assert found is not None
    return found


def test_an_event_is_posted_once_and_logged(line: Line) -> None:
    endpoint = line.endpoint()
    line.takes_ms[URL] = 300
    line.web.answers(URL, Posted(204, "", b"thanks"))
    place = line.event(endpoint)
    line.run()
    (request,) = line.web.of(URL)
    assert (request.body, request.id) == ('{"number":0}', place.event)
    assert (request.headers["signed-with"], request.headers["webhook-timestamp"]) == ("new", str(START_MS // 1000))
    assert (request.seconds, request.policy) == (15, policy_of(local=False))
    delivery = stored(line, place)
    assert (delivery.state, delivery.tries, delivery.due_ms) == (DELIVERED, 1, None)
    assert [tuple(it) for it in delivery.attempts] == [(START_MS, 300, 204, "", "thanks")]
    assert line.waiting() == []


def test_a_healthy_receiver_costs_one_write_an_event(line: Line) -> None:
    endpoint = line.endpoint()
    line.event(endpoint)
    line.event(endpoint)
    line.run()
    assert len(line.web.requests) == len(line.world.items("deliveries")) == 2


@pytest.mark.parametrize("seconds", [*range(5)])
def test_a_message_that_comes_again_asks_for_nothing(line: Line, seconds: int) -> None:
    place = line.event(line.endpoint())
    body = line.waiting()[0][1].dumps()
    line.run()
    line.ms += seconds * 1000
    assert delivering.deliver([body], line.clock) == [True]
    assert len(line.web.requests) == 1
    assert stored(line, place).tries == 1


def test_a_message_that_comes_twice_in_a_batch_is_posted_once(line: Line) -> None:
    line.event(line.endpoint())
    body = line.waiting()[0][1].dumps()
    assert delivering.deliver([body, body], line.clock) == [True, True]
    assert len(line.web.requests) == 1


def test_the_whole_schedule_of_retries(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 500)
    line.takes_ms[URL] = 200
    place = line.event(endpoint)
    line.run()
    requests = line.web.of(URL)
    assert len(requests) == 10
    assert len({(request.id, request.body) for request in requests}) == 1
    for (before, after), seconds in zip(itertools.pairwise(requests), DELAYS_SECONDS, strict=True):
        waited_ms = after.ms - before.ms - 200
        # Whatever the tick sends comes up to a minute later; a queue counts full seconds.
        longest_ms = seconds * 1000 * (1 + JITTER) + (MINUTE_MS if seconds > 900 else 1_000)
        assert seconds * 1000 <= waited_ms <= longest_ms
    delivery = stored(line, place)
    assert (delivery.state, delivery.tries, delivery.due_ms) == (FAILED, 10, None)
    assert [it.ms for it in delivery.attempts] == [request.ms for request in requests]
    assert {it.reason for it in delivery.attempts} == {"It answered 500"}


@pytest.mark.parametrize("failures", range(1, 10))
def test_a_receiver_may_recover_at_any_of_its_tries(line: Line, failures: int, counted: Counter[str]) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, *[500] * failures, 200)
    place = line.event(endpoint)
    line.run()
    assert (line.state(place), len(line.web.requests)) == (DELIVERED, failures + 1)
    assert known(endpoint) == Health()
    assert counted == {WEBHOOK_ATTEMPTS: failures + 1, WEBHOOK_FAILURES: failures}


def test_no_two_failures_are_retried_at_the_same_moment(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, *[500] * 4, 200)
    for _ in range(4):
        line.event(endpoint)
    for at in range(4):
        line.run(START_MS + at)
    dues = {delivery.due_ms for delivery in line.log(endpoint)}
    assert len(dues) == 4


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        *[(status, DELIVERED, "") for status in (200, 201, 202, 204, 299)],
        *[(status, WAITING, f"It answered {status}") for status in (400, 401, 403, 404, 408, 500, 501, 505, 600)],
        *[(status, "parked", f"It answered {status}") for status in (429, 502, 503, 504)],
        *[
            (status, WAITING, f"It answered with a redirect ({status}), which is not followed")
            for status in (301, 302, 303, 307, 308)
        ],
        (410, FAILED, "It answered 410: it wants no more"),
    ],
)
def test_what_each_status_means(line: Line, status: int, state: str, reason: str) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, status)
    place = line.event(endpoint)
    line.run(START_MS + 6_000)
    assert line.state(place) == state
    attempts = stored(line, place).attempts
    assert {(it.status, it.reason) for it in attempts} == {(status, reason)}
    assert len(attempts) == (2 if state == WAITING else 1)
    assert (stored_endpoint(endpoint).status == DISABLED) == (status == 410)


@pytest.mark.parametrize("reason", list(refusals.SAID))
def test_why_there_was_no_answer_is_said_in_words(line: Line, reason: Any) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, Refused(reason, 302 if reason in ("redirect", "status") else None))
    place = line.event(endpoint)
    line.run(START_MS)
    (attempt,) = stored(line, place).attempts
    assert (attempt.answer, attempt.reason[0].isupper(), attempt.reason[-1] != ".") == ("", True, True)
    assert "{" not in attempt.reason and "None" not in attempt.reason
    assert known(endpoint).last_failure == (START_MS, attempt.status, attempt.reason)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        pytest.param(b"ok", "ok", id="plain"),
        pytest.param("grüße 🎉\n\tja".encode(), "grüße 🎉\n\tja", id="any text"),
        pytest.param(b"a\x00b\x1b[31mc\x7f\xc2\x9bd\r\n", "ab[31mcd\n", id="nothing that controls a terminal"),
        pytest.param(b"\xff\xfe", "��", id="what is no text"),
        pytest.param(b"x" * 5_000, "x" * 1_024, id="the first KB"),
    ],
)
def test_the_beginning_of_an_answer_is_kept_as_text(line: Line, answer: bytes, kept: str) -> None:
    line.web.answers(URL, Posted(200, "", answer))
    place = line.event(line.endpoint())
    line.run()
    assert stored(line, place).attempts[0].answer == kept


# --- Secrets ---


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("format", [QPR, QR])
def test_who_does_not_know_the_new_secret_yet_is_posted_to_with_the_old_one(
    line: Line, format: str, status: int
) -> None:
    endpoint = line.endpoint(format=format, secrets_=2)
    line.web.answering[URL] = lambda request: 200 if request.headers["signed-with"].startswith("old") else status
    place = line.event(endpoint)
    line.run()
    assert [request.headers["signed-with"] for request in line.web.requests] == ["new old", "old new"]
    assert (line.state(place), stored(line, place).tries, len(stored(line, place).attempts)) == (DELIVERED, 1, 1)


@pytest.mark.parametrize(
    ("format", "secrets_", "status", "later_ms", "signed"),
    [
        pytest.param(STANDARD, 2, 401, 0, ["new old"], id="all at once, where there is room for all"),
        pytest.param(QRCODES, 2, 401, 0, ["new old"], id="also in another format without a header of its own"),
        pytest.param(QPR, 2, 200, 0, ["new old"], id="it knows the new one"),
        pytest.param(QPR, 2, 500, 0, ["new old"], id="the secret is not what is wrong"),
        pytest.param(QPR, 1, 401, 0, ["new"], id="there is no other"),
        pytest.param(QPR, 2, 401, 3_600_000, ["new"], id="the other one has ended"),
        pytest.param(STANDARD, 2, 401, 3_600_000, ["new"], id="also where there is room"),
    ],
)
def test_otherwise_an_attempt_is_one_request(
    line: Line, format: str, secrets_: int, status: int, later_ms: int, signed: list[str]
) -> None:
    endpoint = line.endpoint(format=format, secrets_=secrets_)
    line.web.answers(URL, status)
    line.ms += later_ms
    line.event(endpoint)
    line.run(line.ms)
    assert [request.headers["signed-with"] for request in line.web.requests] == signed


def test_both_posts_of_an_overlap_share_the_fifteen_seconds(line: Line) -> None:
    endpoint = line.endpoint(format=QPR, secrets_=2)
    line.web.answers(URL, 401)
    line.takes_ms[URL] = 4_000
    line.event(endpoint)
    line.run(line.ms)
    assert [request.seconds for request in line.web.requests] == [15, 11]


def test_there_is_no_second_post_when_the_first_took_all_the_time(line: Line) -> None:
    endpoint = line.endpoint(format=QPR, secrets_=2)
    line.web.answers(URL, 401)
    line.takes_ms[URL] = 15_000
    place = line.event(endpoint)
    line.run(line.ms)
    assert len(line.web.requests) == 1
    assert stored(line, place).attempts[0].reason == "There was no answer within 15 seconds"


def test_a_url_that_is_a_secret_is_the_newest_one(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = "https://hooks.slack.example/T1"
    name = secrets.put(ORGANIZATION, hooks)
    receiver = replace(line.endpoint().receiver(), format=SLACK, url="", secrets=(Secret(name),))
    monkeypatch.setattr(receivers, "find", lambda *_: receiver)
    place = Place(ORGANIZATION, receiver.number, line.ms, "evt_sum")
    line.send([Message(place, "summary", body="{}").dumps()])
    line.run()
    assert [request.url for request in line.web.requests] == [hooks]


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "unreadable"])
def test_a_secret_that_cannot_be_read_is_no_failed_attempt(
    line: Line, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    endpoint = line.endpoint()
    place = line.event(endpoint)

    def read(names: Any) -> dict[str, str]:
        if gone:
            return {}
        raise Unavailable.storage()

    with monkeypatch.context() as patch:
        patch.setattr(secrets, "read", read)
        line.run(START_MS)
    assert (line.delivery(place), line.web.requests, known(endpoint)) == (None, [], Health())
    line.run()
    assert line.state(place) == DELIVERED


# --- Receivers that want nothing ---


@pytest.mark.parametrize("status", [PAUSED, DISABLED])
def test_a_paused_receivers_events_are_held_and_not_sent_when_it_is_resumed(line: Line, status: str) -> None:
    endpoint = line.endpoint()
    set_status(line, endpoint, status)
    held = line.event(endpoint)
    line.run()
    assert (line.state(held), stored(line, held).body, stored(line, held).tries) == (HELD, '{"number":0}', 0)
    set_status(line, endpoint, ACTIVE)
    sent = line.event(endpoint)
    line.run()
    assert (line.state(held), line.state(sent)) == (HELD, DELIVERED)
    assert [request.id for request in line.web.requests] == [sent.event]


def test_a_retry_is_held_when_its_receiver_is_paused_meanwhile(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 500)
    place = line.event(endpoint)
    line.run(START_MS + 400_000)
    set_status(line, endpoint, PAUSED)
    line.run()
    delivery = stored(line, place)
    assert (delivery.state, delivery.tries, delivery.due_ms) == (HELD, 3, None)
    assert len(line.web.requests) == 3


def test_what_is_on_its_way_to_a_deleted_receiver_ends(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 500)
    line.event(endpoint)
    line.run(START_MS + 400_000)
    delete(endpoint)
    new = line.event(endpoint)
    line.run()
    assert (len(line.web.requests), line.delivery(new), line.waiting()) == (3, None, [])


def test_what_has_expired_meanwhile_is_not_posted(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 500)
    line.event(endpoint)
    line.run(START_MS)
    for item in line.world.items("deliveries"):
        line.world.dynamodb.delete_item(TableName="deliveries", Key={"pk": item["pk"], "sk": item["sk"]})
    line.run()
    assert (len(line.web.requests), line.waiting(), line.log(endpoint)) == (1, [], [])


def test_another_round_is_posted_with_the_same_id_and_body(line: Line) -> None:
    endpoint = line.endpoint()
    place = line.event(endpoint)
    line.run()
    again = replace(stored(line, place), state=WAITING, round=1, tries=0)
    assert deliveries.put(again)
    line.send([next_message(again).dumps()])
    line.run()
    first, second = line.web.requests
    assert (first.id, first.body) == (second.id, second.body)
    assert (line.state(place), len(stored(line, place).attempts)) == (DELIVERED, 2)


def test_410_disables_the_endpoint_at_once(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 410)
    place = line.event(endpoint)
    line.run()
    disabled = stored_endpoint(endpoint)
    assert (disabled.status, disabled.disabled_ms) == (DISABLED, START_MS)
    assert disabled.disabled_for == "It answered 410: it wants no more"
    assert (line.state(place), len(line.web.requests)) == (FAILED, 1)
    later = line.event(endpoint)
    line.run()
    assert (line.state(later), len(line.web.requests)) == (HELD, 1)


@pytest.mark.parametrize("recovers", [False, True])
def test_five_days_of_failures_disable_the_endpoint(line: Line, recovers: bool) -> None:
    endpoint = line.endpoint()
    for day in (0, 4, 5):
        line.web.answers(URL, 200 if recovers and day == 4 else 500)
        line.run(START_MS + day * DAY_MS)
        line.event(endpoint)
    line.run(START_MS + 5 * DAY_MS)
    disabled = stored_endpoint(endpoint)
    assert (disabled.status, disabled.disabled_ms) == ((ACTIVE, None) if recovers else (DISABLED, line.ms))
    if not recovers:
        assert disabled.disabled_for == "Every attempt failed for 5 days, at last so: It answered 500"
        line.run()
        assert [delivery.state for delivery in line.log(endpoint)] == [FAILED, HELD, HELD]


def test_disabling_spares_what_its_owner_paused_or_deleted_meanwhile(line: Line) -> None:
    paused, deleted = line.endpoint(), line.endpoint()
    set_status(line, paused, PAUSED)
    delete(deleted)
    for endpoint in (paused, deleted):
        receivers.disable(endpoint.receiver(), "because", line.ms)
    assert stored_endpoint(paused).status == PAUSED
    assert endpoints.read(ORGANIZATION, deleted.number) is None


def test_disabling_stands_although_somebody_else_is_just_writing(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint, put = line.endpoint(), endpoints.put

    def overtaken(held: Held[Endpoint]) -> bool:
        monkeypatch.setattr(endpoints, "put", put)
        now = endpoints.read(ORGANIZATION, endpoint.number)
        assert now is not None
        assert put(Held(replace(now.value, description="edited"), now.version))
        return put(held)

    monkeypatch.setattr(endpoints, "put", overtaken)
    receivers.disable(endpoint.receiver(), "because", line.ms)
    found = stored_endpoint(endpoint)
    assert (found.status, found.disabled_for, found.description) == (DISABLED, "because", "edited")


def test_one_that_is_made_active_again_begins_afresh(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503)
    line.event(endpoint)
    line.run(START_MS)
    assert known(endpoint).failures == 1
    assert health.is_slow(ORGANIZATION, endpoint.number, line.ms)
    health.forget(ORGANIZATION, endpoint.number)
    assert known(endpoint) == Health()
    assert not health.is_slow(ORGANIZATION, endpoint.number, line.ms)


# --- One attempt alone ---


@pytest.mark.parametrize(("status", "state"), [(200, DELIVERED), (500, FAILED), (503, FAILED), (410, FAILED)])
@pytest.mark.parametrize("of", [ACTIVE, PAUSED])
def test_a_trial_is_one_attempt_that_is_logged(line: Line, status: int, state: str, of: str) -> None:
    endpoint = line.endpoint()
    set_status(line, endpoint, of)
    line.web.answers(URL, status)
    place = Place(ORGANIZATION, endpoint.number, line.ms, "evt_test")
    made = delivering.try_once(endpoint.receiver(), Delivery(place, "scan.created", "{}"), line.clock)
    assert (made.state, made.tries, made.attempts[0].status) == (state, 1, status)
    assert replace(stored(line, place), version=None) == made
    line.run()
    assert len(line.web.requests) == 1
    assert (stored_endpoint(endpoint).status, known(endpoint)) == (of, Health())


def test_a_trial_that_succeeds_closes_the_breaker(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 503, 200)
    line.event(endpoint)
    line.run(START_MS)
    place = Place(ORGANIZATION, endpoint.number, line.ms, "evt_test")
    delivering.try_once(endpoint.receiver(), Delivery(place, "scan.created", "{}"), line.clock)
    assert known(endpoint) == Health()


def test_a_trial_that_cannot_be_noted_says_so(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = line.endpoint()
    monkeypatch.setattr(deliveries, "put", lambda _: False)
    place = Place(ORGANIZATION, endpoint.number, line.ms, "evt_test")
    with pytest.raises(Unavailable):
        delivering.try_once(endpoint.receiver(), Delivery(place, "scan.created", "{}"), line.clock)


# --- What is nobody else's trouble ---


@pytest.mark.parametrize("body", ["", "banana", "[]", "{}", '{"place":[1],"type":"","at":[0,1],"body":""}', "null"])
def test_what_is_no_message_comes_again_and_touches_no_other(line: Line, body: str) -> None:
    place = line.event(line.endpoint())
    good = line.waiting()[0][1].dumps()
    assert delivering.deliver([body, good, body], line.clock) == [False, True, False]
    assert line.state(place) == DELIVERED


def test_an_exception_in_one_is_logged_by_its_name_and_that_one_comes_again(
    line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = line.endpoint(), line.endpoint("https://secret.example/token")

    def break_(_: object) -> int:
        raise LookupError("https://secret.example/token")

    line.web.answering[bad.url] = break_
    places = [line.event(endpoint) for endpoint in (good, bad, good)]
    bodies = [message.dumps() for _, message in line.waiting()]
    assert delivering.deliver(bodies, line.clock) == [True, False, True]
    assert [line.state(place) for place in places] == [DELIVERED, "unknown", DELIVERED]
    out = capsys.readouterr().out
    assert "LookupError" in out
    assert "secret" not in out


@pytest.mark.parametrize(
    "failing",
    [(deliveries, "read"), (deliveries, "put"), (stored_health, "read"), (endpoints, "read")],
    ids=lambda it: f"{it[0].__name__.rsplit('.', 1)[1]}.{it[1]}",
)
def test_what_storage_fails_for_comes_again(line: Line, monkeypatch: pytest.MonkeyPatch, failing: Any) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Unavailable.storage()

    place = line.event(line.endpoint())
    with monkeypatch.context() as patch:
        module, name = failing
        patch.setattr(module, name, fail)
        line.run(START_MS)
    assert line.delivery(place) is None
    line.run()
    assert line.state(place) == DELIVERED


def test_an_attempt_is_noted_on_what_the_delivery_is_by_then(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tick clears `due` of one that is being posted: that is no other attempt."""
    endpoint, put = line.endpoint(), deliveries.put
    line.web.answers(URL, 500, 200)
    place = line.event(endpoint)
    line.run(START_MS)

    def overtaken(delivery: Delivery) -> bool:
        monkeypatch.setattr(deliveries, "put", put)
        assert put(replace(stored(line, place), due_ms=None))
        return put(delivery)

    monkeypatch.setattr(deliveries, "put", overtaken)
    line.run()
    assert (line.state(place), stored(line, place).tries, len(line.web.requests)) == (DELIVERED, 2, 2)


def test_of_two_that_make_the_same_attempt_one_is_noted(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = line.endpoint()
    place = line.event(endpoint)
    body = line.waiting()[0][1].dumps()

    def meanwhile(_: object) -> int:
        line.web.answers(URL, 200)
        assert delivering.deliver([body], line.clock) == [True]
        return 500

    line.web.answering[URL] = meanwhile
    line.run()
    assert (line.state(place), len(line.web.requests)) == (DELIVERED, 2)
    assert [it.status for it in stored(line, place).attempts] == [200]
    assert line.waiting() == [], "the failure is nobody's"


def test_a_message_that_is_lost_is_made_up_for_by_the_tick(line: Line) -> None:
    endpoint = line.endpoint()
    line.web.answers(URL, 500, 500, 200)
    place = line.event(endpoint)
    line.lost = lambda body: Message.loads(body).attempt > 1
    line.run(START_MS)
    line.lost = lambda _: False
    line.run()
    first, second, _ = line.web.requests
    assert line.state(place) == DELIVERED
    assert 5_000 + NET_MS <= second.ms - first.ms <= 5_500 + NET_MS + MINUTE_MS


# --- At once ---


def test_the_messages_of_a_batch_are_posted_at_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each post waits until all ten have begun; one after the other they would never end."""
    take_turns(monkeypatch)
    endpoint, begun, all_begun = line.endpoint(), itertools.count(1), Signal()

    def answer(_: object) -> int:
        if next(begun) == 10:
            all_begun.set()
        assert all_begun.wait(30)
        return 200

    line.web.answering[URL] = answer
    places = [line.event(endpoint) for _ in range(10)]
    bodies = [message.dumps() for _, message in line.waiting()]
    assert delivering.deliver(bodies, line.clock) == [True] * 10
    assert {line.state(place) for place in places} == {DELIVERED}


def test_failures_at_once_are_all_counted_until_the_breaker_opens(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    take_turns(monkeypatch)
    endpoint = line.endpoint()
    line.web.answers(URL, 500)
    places = [line.event(endpoint) for _ in range(10)]
    bodies = [message.dumps() for _, message in line.waiting()]
    assert delivering.deliver(bodies, line.clock) == [True] * 10
    assert known(endpoint).failures == MOST_FAILURES
    assert known(endpoint).open_until_ms == START_MS + FIRST_COOLDOWN_MS
    assert {stored(line, place).tries for place in places} == {1}


@pytest.mark.parametrize(
    ("posts", "very_slow_ms"),
    [pytest.param(2, VERY_SLOW_ANSWER_MS, id="with two at once"), pytest.param(1, 0, id="with one, for very long")],
)
def test_a_receiver_that_keeps_a_batch_waiting_is_slow_before_it_answers(
    line: Line, monkeypatch: pytest.MonkeyPatch, posts: int, very_slow_ms: int
) -> None:
    take_turns(monkeypatch)
    monkeypatch.setattr(delivering, "LOOKS_MS", (0,))
    monkeypatch.setattr(breaker, "VERY_SLOW_ANSWER_MS", very_slow_ms)
    slow, quick = line.endpoint("https://slow.example/"), line.endpoint()
    noted, note_waiting = Signal(), health.note_waiting

    def note(key: Any, *waiting: int) -> None:
        note_waiting(key, *waiting)
        if key[1] == slow.number:
            noted.set()

    monkeypatch.setattr(health, "note_waiting", note)
    slow_then: list[bool] = []

    def answer(_: object) -> int:
        assert noted.wait(30)
        slow_then.append(known(slow).is_slow(line.ms))
        return 200

    line.web.answering[slow.url] = answer
    for endpoint in (*[slow] * posts, quick):
        line.event(endpoint)
    bodies = [message.dumps() for _, message in line.waiting()]
    assert delivering.deliver(bodies, line.clock) == [True] * (posts + 1)
    assert slow_then == [True] * posts
