"""The log of an endpoint: each delivery once, newest first; and sending one again."""

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import DELIVERED, FAILED, HELD, STATES, WAITING, Delivery, Message
from chalicelib.core.endpoints import Endpoint
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.outbound import posting
from chalicelib.outbound.posting import Posted
from chalicelib.services import delivering, delivery_log, health, webhooks
from chalicelib.services.delivery_log import NET_MS
from chalicelib.services.webhooks import Edit
from chalicelib.store import deliveries, queues
from tests.services.account import Account, new_account
from tests.services.webhook import events, logged, new_endpoint, stored
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def endpoint(account: Account) -> Endpoint:
    return new_endpoint(account.caller)


def spelled(endpoint: Endpoint) -> str:
    return ids.spell("wh", endpoint.number)


def walk(account: Account, endpoint: Endpoint, limit: int, now: int, **wanted: str) -> list[list[str]]:
    """The events of every page."""
    pages = [delivery_log.page(account.caller, spelled(endpoint), now, limit, **wanted)]
    while (before := pages[-1].next_before) is not None:
        pages.append(delivery_log.page(account.caller, spelled(endpoint), now, limit, before, **wanted))
    return [events(page.deliveries) for page in pages]


def test_pages_have_each_delivery_once_newest_first_whatever_arrives_meanwhile(
    account: Account, endpoint: Endpoint
) -> None:
    now, names = now_ms(), [f"evt_{n:02}" for n in range(25)]
    for n, name in enumerate(names):
        logged(endpoint, name, now - 1_000 + n // 3)  # several at one time
    logged(new_endpoint(account.caller), "evt_other", now)
    newest_first = names[::-1]
    assert walk(account, endpoint, 10, now) == [newest_first[:10], newest_first[10:20], newest_first[20:]]
    assert walk(account, endpoint, 25, now) == [newest_first]
    first = delivery_log.page(account.caller, spelled(endpoint), now, 10)
    logged(endpoint, "evt_new", now)
    second = delivery_log.page(account.caller, spelled(endpoint), now, 10, first.next_before)
    assert events(second.deliveries) == newest_first[10:20]


def test_filters_find_what_lies_far_behind(
    account: Account, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = now_ms()
    for n in range(30):
        logged(endpoint, f"evt_{n:02}", now - n * 60_000, DELIVERED)
    logged(endpoint, "evt_failed", now - DAY_MS, FAILED)
    logged(endpoint, "evt_qr", now - 2 * DAY_MS, FAILED, "qr.created")
    assert walk(account, endpoint, 5, now, state=FAILED) == [["evt_failed", "evt_qr"]]
    assert walk(account, endpoint, 5, now, state=FAILED, type="qr.created") == [["evt_qr"]]
    assert walk(account, endpoint, 5, now, state=HELD) == [[]]
    monkeypatch.setattr(delivery_log, "SEARCHED", 20)
    assert walk(account, endpoint, 5, now, state=FAILED) == [[], ["evt_failed", "evt_qr"]]


def test_the_log_ends_after_30_days_and_a_cursor_with_it(account: Account, endpoint: Endpoint) -> None:
    now = now_ms()
    for days in (1, 29, 31):
        logged(endpoint, f"evt_{days}", now - days * DAY_MS)
    assert walk(account, endpoint, 5, now) == [["evt_1", "evt_29"]]
    cursor = delivery_log.page(account.caller, spelled(endpoint), now, 1).next_before
    later = delivery_log.page(account.caller, spelled(endpoint), now + 30 * DAY_MS, 1, cursor)
    assert later == delivery_log.Page([], None)


def test_a_delivery_is_found_by_its_id_within_its_endpoint_only(account: Account, endpoint: Endpoint) -> None:
    delivery = logged(endpoint, "evt_a", now_ms())
    found = delivery_log.get(account.caller, spelled(endpoint), delivery.place.id)
    assert (found.body, found.attempts) == (delivery.body, delivery.attempts)
    other, stranger = new_endpoint(account.caller), new_account("Other").caller
    for caller, of, asked in [
        (account.caller, other, delivery.place.id),
        (stranger, endpoint, delivery.place.id),
        (account.caller, endpoint, delivery.place.id + "b"),
        (account.caller, endpoint, "evt_a"),
        (account.caller, endpoint, "dlv_1_" + "a" * 5_000),
    ]:
        with pytest.raises(NotFound):
            delivery_log.get(caller, spelled(of), asked)


# --- Send again


def _redeliver(account: Account, endpoint: Endpoint, delivery: Delivery, now: int) -> Delivery:
    return delivery_log.redeliver(account.caller, spelled(endpoint), delivery.place.id, now)


def _messages(world: World, queue: str) -> list[Message]:
    return [Message.loads(text) for text in world.raw_messages(queue)]


@pytest.mark.parametrize("state", [state for state in STATES if state != WAITING])
@pytest.mark.parametrize("slow", [True, False])
def test_an_event_is_sent_again_in_a_round_of_its_own(
    account: Account, endpoint: Endpoint, world: World, monkeypatch: pytest.MonkeyPatch, state: str, slow: bool
) -> None:
    monkeypatch.setattr(health, "is_slow", lambda *_: slow)
    now, delivery = now_ms(), logged(endpoint, "evt_a", now_ms() - 5_000, state)
    anew = _redeliver(account, endpoint, delivery, now)
    assert (anew.state, anew.round, anew.tries, anew.due_ms) == (WAITING, 1, 0, now + NET_MS)
    assert (anew.place, anew.body, anew.attempts) == (delivery.place, delivery.body, delivery.attempts)
    kept = deliveries.read([delivery.place])[delivery.place]
    (message,) = _messages(world, "SLOW_QUEUE_URL" if slow else "DELIVERY_QUEUE_URL")
    assert (message.place, message.round, message.attempt, message.asks(kept)) == (delivery.place, 1, 1, True)
    assert _messages(world, "DELIVERY_QUEUE_URL" if slow else "SLOW_QUEUE_URL") == []


def test_one_that_waits_is_not_sent_again_beside_that(account: Account, endpoint: Endpoint, world: World) -> None:
    delivery = logged(endpoint, "evt_a", now_ms())
    _redeliver(account, endpoint, delivery, now_ms())
    before = stored(delivery)
    with pytest.raises(InvalidRequest, match="waits for its next attempt"):
        _redeliver(account, endpoint, delivery, now_ms())
    assert (stored(delivery), len(_messages(world, "DELIVERY_QUEUE_URL"))) == (before, 1)


def test_nothing_is_sent_again_to_a_paused_endpoint(account: Account, endpoint: Endpoint) -> None:
    delivery = logged(endpoint, "evt_a", now_ms(), HELD)
    webhooks.edit(account.caller, spelled(endpoint), Edit((), active=False), now_ms())
    with pytest.raises(InvalidRequest, match="paused"):
        _redeliver(account, endpoint, delivery, now_ms())
    assert stored(delivery).state == HELD


def test_it_is_due_although_its_message_is_lost(
    account: Account, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise Unavailable.storage()

    monkeypatch.setattr(queues, "send_deliveries", lost)
    now, delivery = now_ms(), logged(endpoint, "evt_a", now_ms())
    _redeliver(account, endpoint, delivery, now)
    assert stored(delivery).due_ms == now + NET_MS
    minute = (now + NET_MS) // 60_000
    due = [place for shard in range(4) for place in deliveries.waiting(deliveries.due_in(minute, shard), 10)]
    assert due == [delivery.place]


def test_of_two_at_once_one_sends_it(
    account: Account, endpoint: Endpoint, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, write = logged(endpoint, "evt_a", now_ms()), deliveries.put

    def overtaken(anew: Delivery) -> bool:
        monkeypatch.setattr(deliveries, "put", write)
        _redeliver(account, endpoint, delivery, now_ms())
        return write(anew)

    monkeypatch.setattr(deliveries, "put", overtaken)
    with pytest.raises(InvalidRequest):
        _redeliver(account, endpoint, delivery, now_ms())
    assert (stored(delivery).round, len(_messages(world, "DELIVERY_QUEUE_URL"))) == (1, 1)


def test_what_is_sent_again_is_posted_once_with_the_same_body(
    account: Account, endpoint: Endpoint, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts: list[bytes] = []

    def post(_url: str, body: bytes, *_: object) -> Posted:
        posts.append(body)
        return Posted(200, "", b"thanks")

    monkeypatch.setattr(posting, "post", post)
    delivery = logged(endpoint, "evt_a", now_ms() - 5_000, FAILED)
    _redeliver(account, endpoint, delivery, now_ms())
    message = world.raw_messages("DELIVERY_QUEUE_URL") * 2  # queues may bring one twice
    assert delivering.deliver(message, now_ms) == [True, True]
    now = stored(delivery)
    assert (posts, now.state, now.round, now.tries, len(now.attempts)) == ([delivery.body.encode()], DELIVERED, 1, 1, 2)
    assert now.due_ms is None
