"""Replays: everything of a span is posted again, whatever cuts the job off, and what is on its way is left alone."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import DELIVERED, FAILED, HELD, WAITING, Attempt, Delivery, Message
from chalicelib.core.endpoints import Endpoint
from chalicelib.core.exports import DONE, RUNNING
from chalicelib.core.exports import FAILED as GIVEN_UP
from chalicelib.core.places import Span
from chalicelib.core.replays import Replay
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.services import replaying, sweeping, webhooks
from chalicelib.services.replaying import NET_MS
from chalicelib.services.webhooks import Edit
from chalicelib.store import deliveries, queues, replays
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.services.webhook import logged, new_endpoint, stored
from tests.world import World, now_ms

HOUR = 3_600_000
LOGGED = 12


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def endpoint(account: Account) -> Endpoint:
    return new_endpoint(account.caller)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few deliveries are more than one page."""
    monkeypatch.setattr(replaying, "PAGE", 2)


@pytest.fixture
def log(endpoint: Endpoint) -> list[Delivery]:
    """Deliveries of the last hours, over all shards."""
    now = now_ms()
    return [logged(endpoint, f"evt_{n}", now - 2 * HOUR + n, (DELIVERED, FAILED, HELD)[n % 3]) for n in range(LOGGED)]


def spelled(endpoint: Endpoint) -> str:
    return ids.spell("wh", endpoint.number)


def order(account: Account, endpoint: Endpoint, *states: str, span: Span | None = None) -> Replay:
    return replaying.order(
        account.caller, spelled(endpoint), span or Span(now_ms() - DAY_MS, now_ms()), states, now_ms()
    )


def work(wanted: Replay, out_of_time: Callable[[], bool] = lambda: False) -> int:
    """Work on an order until it is done; how many runs that took."""
    for runs in itertools.count(1):
        if replaying.replay(wanted.organization, wanted.number, now_ms(), out_of_time):
            return runs
    raise AssertionError


def status(account: Account, endpoint: Endpoint, wanted: Replay) -> Replay:
    return replaying.status(account.caller, spelled(endpoint), ids.spell("rpl", wanted.number), now_ms())


def sent(world: World) -> list[str]:
    """The events that messages in the lane of the slow ask for."""
    return sorted(Message.loads(text).place.event for text in world.raw_messages("SLOW_QUEUE_URL"))


def test_a_replay_posts_everything_of_its_span_again(
    account: Account, endpoint: Endpoint, log: list[Delivery], world: World
) -> None:
    outside = [
        logged(endpoint, "evt_before", log[0].place.ms - 1),
        logged(endpoint, "evt_behind", log[-1].place.ms + 1),
    ]
    theirs = logged(new_endpoint(account.caller), "evt_theirs", log[0].place.ms)
    span = Span(log[0].place.ms, log[-1].place.ms + 1)
    wanted = order(account, endpoint, span=span)
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "replay": wanted.number}]
    assert (status(account, endpoint, wanted).state, status(account, endpoint, wanted).span) == (RUNNING, span)
    assert work(wanted) == 1
    done = status(account, endpoint, wanted)
    assert (done.state, done.progress.seen, done.progress.sent) == (DONE, LOGGED, LOGGED)
    assert sent(world) == sorted(delivery.place.event for delivery in log)
    assert world.raw_messages("DELIVERY_QUEUE_URL") == []
    for delivery in log:
        now = stored(delivery)
        assert (now.state, now.round, now.tries, now.body) == (WAITING, 1, 0, delivery.body)
        assert now.due_ms is not None
        assert 0 < now.due_ms - wanted.created_ms - NET_MS < 60_000
    assert [stored(delivery).round for delivery in (*outside, theirs)] == [0, 0, 0]


@pytest.mark.usefixtures("log")
def test_only_states_that_are_asked_for_are_posted_again(account: Account, endpoint: Endpoint, world: World) -> None:
    wanted = order(account, endpoint, FAILED, HELD)
    work(wanted)
    assert sent(world) == sorted(f"evt_{n}" for n in range(LOGGED) if n % 3)
    progress = status(account, endpoint, wanted).progress
    assert (progress.seen, progress.sent) == (LOGGED, LOGGED * 2 // 3)


def test_what_is_on_its_way_or_was_tried_since_is_left_alone(
    account: Account, endpoint: Endpoint, world: World
) -> None:
    ms = now_ms() - HOUR
    waiting, tried = logged(endpoint, "evt_waiting", ms, WAITING), logged(endpoint, "evt_tried", ms)
    wanted = order(account, endpoint)
    since = replace(
        deliveries.read([tried.place])[tried.place], attempts=(Attempt(wanted.created_ms + 1, 5, 200, "", ""),)
    )
    assert deliveries.put(since)
    work(wanted)
    assert (sent(world), stored(waiting).round, stored(tried).round) == ([], 0, 0)
    assert status(account, endpoint, wanted).progress.seen == 2


@pytest.mark.usefixtures("small", "log")
def test_a_job_that_is_out_of_time_is_gone_on_with(account: Account, endpoint: Endpoint, world: World) -> None:
    wanted = order(account, endpoint)
    job = world.messages("JOBS_QUEUE_URL")
    runs = work(wanted, lambda: True)
    assert runs > 8
    assert world.messages("JOBS_QUEUE_URL") == job * (runs - 1)
    assert sent(world) == sorted(f"evt_{n}" for n in range(LOGGED))


@pytest.mark.parametrize("at", range(1, 40))
@pytest.mark.usefixtures("small")
def test_a_job_that_is_killed_anywhere_loses_nothing_and_repeats_nothing(
    account: Account, endpoint: Endpoint, log: list[Delivery], at: int
) -> None:
    wanted = order(account, endpoint)
    steps = {deliveries: ("put",), queues: ("send_deliveries",), replays: ("take", "reach", "end")}
    with pytest.raises(Killed), killed_at(at, steps):
        work(wanted)
    work(wanted)
    assert status(account, endpoint, wanted).state == DONE
    found = [stored(delivery) for delivery in log]
    # Each waits in its first new round, and is due: the tick sends the messages that were not sent.
    assert {(each.state, each.round, each.due_ms is not None) for each in found} == {(WAITING, 1, True)}


def test_of_two_jobs_one_goes_on(
    account: Account, endpoint: Endpoint, log: list[Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, reach = order(account, endpoint), replays.reach
    overtaking: list[None] = []

    def overtaken(*given: object) -> bool:
        if not overtaking:
            overtaking.append(None)
            work(wanted)
        return reach(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(replays, "reach", overtaken)
    assert work(wanted) == 1
    assert status(account, endpoint, wanted).state == DONE
    assert {stored(delivery).round for delivery in log} == {1}


@pytest.mark.usefixtures("log")
def test_whoever_asks_again_meanwhile_is_given_the_same_order(account: Account, endpoint: Endpoint) -> None:
    span = Span(now_ms() - DAY_MS, now_ms())
    first = order(account, endpoint, span=span)
    assert order(account, endpoint, span=span).number == first.number
    assert order(account, endpoint, FAILED, span=span).number != first.number
    assert order(account, new_endpoint(account.caller), span=span).number != first.number
    work(first)
    assert order(account, endpoint, span=span).number != first.number


def test_an_order_whose_message_was_lost_is_sent_by_the_sweep(
    account: Account, endpoint: Endpoint, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_: object) -> None:
        raise Unavailable.storage()

    with monkeypatch.context() as patch:
        patch.setattr(queues, "send_job", lost)
        wanted = order(account, endpoint)
    job = {"organization": account.organization, "replay": wanted.number}
    sweeping.sweep(now_ms())
    assert world.messages("JOBS_QUEUE_URL") == []
    sweeping.sweep(now_ms() + 2 * sweeping.IDLE_MS)
    assert world.messages("JOBS_QUEUE_URL") == [job]
    work(wanted)
    sweeping.sweep(now_ms() + 2 * sweeping.IDLE_MS)
    assert world.messages("JOBS_QUEUE_URL") == []


@pytest.mark.usefixtures("log")
def test_messages_that_cannot_be_sent_are_left_to_the_tick(
    account: Account, endpoint: Endpoint, log: list[Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise Unavailable.storage()

    monkeypatch.setattr(queues, "send_deliveries", lost)
    wanted = order(account, endpoint)
    work(wanted)
    assert status(account, endpoint, wanted).state == DONE
    assert all(stored(delivery).due_ms for delivery in log)


def test_an_order_ends_with_its_endpoint_or_after_a_day(account: Account, endpoint: Endpoint) -> None:
    stays, gone = new_endpoint(account.caller), endpoint
    late, lost = order(account, stays), order(account, gone)
    assert replaying.replay(late.organization, late.number, now_ms() + DAY_MS + HOUR, lambda: False)
    assert status(account, stays, late).state == GIVEN_UP
    webhooks.delete(account.caller, spelled(gone))
    assert replaying.replay(lost.organization, lost.number, now_ms(), lambda: False)
    found = replays.read(lost.organization, lost.number, now_ms())
    assert found is not None
    assert found.state == GIVEN_UP


@pytest.mark.parametrize(
    ("first", "end"),
    [
        pytest.param(-HOUR, -HOUR, id="nothing"),
        pytest.param(-HOUR, -2 * HOUR, id="the wrong way round"),
        pytest.param(-30 * DAY_MS - 1, 0, id="over 30 days"),
        pytest.param(HOUR, 2 * HOUR, id="the future"),
        pytest.param(-(10**13), -(10**13) + HOUR, id="before 1970"),
    ],
)
def test_a_span_is_refused_by_name(account: Account, endpoint: Endpoint, first: int, end: int) -> None:
    now = now_ms()
    with pytest.raises(InvalidRequest) as refused:
        order(account, endpoint, span=Span(now + first, now + end))
    assert refused.value.field == "since"
    assert list(replays.running(account.organization)) == []


def test_a_span_ends_now_at_the_latest(account: Account, endpoint: Endpoint) -> None:
    wanted = order(account, endpoint, span=Span(now_ms() - HOUR, now_ms() + HOUR))
    assert wanted.span.end_ms <= now_ms()


def test_nothing_is_replayed_to_a_paused_endpoint(account: Account, endpoint: Endpoint) -> None:
    webhooks.edit(account.caller, spelled(endpoint), Edit((), active=False), now_ms())
    with pytest.raises(InvalidRequest, match="paused"):
        order(account, endpoint)


def test_a_replay_is_found_within_its_endpoint_only(account: Account, endpoint: Endpoint) -> None:
    wanted = order(account, endpoint)
    with pytest.raises(NotFound):
        status(account, new_endpoint(account.caller), wanted)
    with pytest.raises(NotFound):
        replaying.status(account.caller, spelled(endpoint), "rpl_?", now_ms())
    with pytest.raises(NotFound):
        replaying.status(account.caller, spelled(endpoint), str(wanted.number), now_ms() + 8 * DAY_MS)


def test_orders_of_an_endpoint_are_listed_newest_first_for_a_week(account: Account, endpoint: Endpoint) -> None:
    first, last = order(account, endpoint, FAILED), order(account, endpoint, HELD)
    order(account, new_endpoint(account.caller))
    work(first)

    def listed(now: int) -> list[tuple[int, str]]:
        return [(it.number, it.state) for it in replaying.recent(account.caller, spelled(endpoint), now)]

    assert listed(now_ms()) == [(last.number, RUNNING), (first.number, DONE)]
    assert listed(now_ms() + 7 * DAY_MS + 1_000) == []
    with pytest.raises(NotFound):
        replaying.recent(new_account("Other").caller, spelled(endpoint), now_ms())
