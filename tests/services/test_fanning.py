"""Fanning out: who is sent which event, by which lane, and what becomes of it when something fails."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core import endpoints as ep
from chalicelib.core import events as e
from chalicelib.core.deliveries import Message
from chalicelib.core.endpoints import Endpoint, Filters
from chalicelib.core.events import Event
from chalicelib.core.metric_names import EVENTS_UNTOLD
from chalicelib.errors import Unavailable
from chalicelib.services import counting, fanning, health
from chalicelib.store import endpoints, queues, scans
from chalicelib.store.versions import Held
from tests.services.account import Account, new_account
from tests.services.stream import Watch, record
from tests.world import World, now_ms

LANES = ("DELIVERY_QUEUE_URL", "SLOW_QUEUE_URL")


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def watch(account: Account, world: World) -> Watch:
    return Watch(world)


def _endpoint(account: Account, *types: str, **more: Any) -> int:
    number = ids.new(now_ms())
    made = Endpoint(
        account.organization, number, "https://example.com/", frozenset(types), ep.STANDARD, now_ms(), now_ms(), ()
    )
    assert endpoints.put(Held(replace(made, **more), None))
    return number


def _body(event: Event, format: str) -> str:
    return json.dumps({"id": event.id, "format": format})


def _fan(watch: Watch) -> int:
    return fanning.fan_out(watch.records(), _body, now_ms())


def _sent(world: World) -> list[tuple[str, int, str, str]]:
    """What waits in the lanes: the lane, the receiver, the type, the body."""
    found = [(lane, Message.loads(text)) for lane in LANES for text in world.raw_messages(lane)]
    return [(lane, message.place.receiver, message.type, message.body) for lane, message in found]


def _count(account: Account, scans_made: int = 1) -> None:
    keys = [account.scan(address=str(n)) for n in range(scans_made)]
    counting.settle(scans.read(keys))


def test_everybody_who_wants_an_event_is_sent_it_in_their_format(account: Account, watch: Watch, world: World) -> None:
    one = _endpoint(account, e.SCAN_CREATED)
    two = _endpoint(account, e.SCAN_CREATED, e.QR_CREATED, format=ep.QPR)
    _endpoint(account, e.QR_CREATED)
    _endpoint(replace(account, caller=new_account("Other").caller), e.SCAN_CREATED)
    _count(account)
    assert _fan(watch) == 2
    sent = _sent(world)
    assert {(receiver, json.loads(body)["format"]) for _, receiver, _, body in sent} == {
        (one, "standard"),
        (two, "qpr"),
    }
    assert {(lane, kind) for lane, _, kind, _ in sent} == {("DELIVERY_QUEUE_URL", e.SCAN_CREATED)}


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ("link", True),
        ("other link", False),
        ("campaign", False),
    ],
)
def test_filters_admit_what_is_about_their_own(
    account: Account, watch: Watch, world: World, filters: str, wanted: bool
) -> None:
    chosen = {
        "link": Filters(links=frozenset({account.link.number})),
        "other link": Filters(links=frozenset({account.other().link.number})),
        "campaign": Filters(campaigns=frozenset({5})),
    }
    _endpoint(account, e.SCAN_CREATED, filters=chosen[filters])
    _count(account)
    _fan(watch)
    assert len(_sent(world)) == wanted


def test_slow_receivers_have_a_lane_of_their_own(
    account: Account, watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, _ = _endpoint(account, e.SCAN_CREATED), _endpoint(account, e.SCAN_CREATED)
    monkeypatch.setattr(health, "is_slow", lambda _o, receiver, _n: receiver == slow)
    _count(account, scans_made=3)
    assert _fan(watch) == 6
    sent = _sent(world)
    assert {receiver for lane, receiver, _, _ in sent if lane == "SLOW_QUEUE_URL"} == {slow}
    assert len(sent) == 6


def test_thresholds_that_are_crossed_ring_once_more_and_are_told_of(
    account: Account, watch: Watch, world: World
) -> None:
    _endpoint(account, e.URL_CLICK_THRESHOLD)
    _count(account)
    assert _fan(watch) == 0
    assert _fan(watch) == 1
    assert [kind for _, _, kind, _ in _sent(world)] == [e.URL_CLICK_THRESHOLD]
    assert _fan(watch) == 0


def test_an_event_that_cannot_be_told_is_set_aside_and_holds_up_no_other(
    account: Account, watch: Watch, world: World, capsys: pytest.CaptureFixture[str], counted: Counter[str]
) -> None:
    bad, good = _endpoint(account, e.SCAN_CREATED, format="bad"), _endpoint(account, e.SCAN_CREATED)
    _count(account)

    def body(event: Event, format: str) -> str:
        if format == "bad":
            raise ValueError(event.id)
        return "{}"

    assert fanning.fan_out(watch.records(), body, now_ms()) == 1
    assert [receiver for _, receiver, _, _ in _sent(world)] == [good]
    (aside,) = world.messages("EVENTS_DEAD_LETTERS_URL")
    assert (aside["receiver"], aside["organization"]) == (bad, account.organization)
    assert "ValueError" in capsys.readouterr().out
    assert counted == {EVENTS_UNTOLD: 1}


@pytest.mark.parametrize("sort", ["link#x", "code#1", "bound#1", "reached#l1", "reached#?", "endpoint#1", "summary#1"])
def test_a_change_that_cannot_be_understood_is_set_aside_and_holds_up_no_other(
    account: Account, watch: Watch, world: World, sort: str
) -> None:
    _endpoint(account, *e.TYPES)
    watch.records()
    _count(account)
    item = {"pk": {"S": str(account.organization)}, "sk": {"S": sort}, "status": {"BOOL": True}}
    bad = record("objects", None if sort.startswith("link#") else item, item)
    assert fanning.fan_out([bad, *watch.records()], _body, now_ms()) == 1
    assert world.messages("EVENTS_DEAD_LETTERS_URL") == [
        {"table": "objects_table", "pk": str(account.organization), "sk": sort}
    ]


def test_what_cannot_be_sent_comes_again(
    account: Account, watch: Watch, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _endpoint(account, e.SCAN_CREATED)
    _count(account, scans_made=2)
    records = watch.records()

    def down(*_: Any, **__: Any) -> None:
        raise Unavailable.storage()

    with monkeypatch.context() as broken:
        broken.setattr(queues, "send_deliveries", down)
        with pytest.raises(Unavailable):
            fanning.fan_out(records, _body, now_ms())
    for _ in range(2):
        assert fanning.fan_out(records, _body, now_ms()) == 2
    sent = _sent(world)
    assert len(sent) == 4
    assert len(set(sent)) == 2


def test_an_endpoint_that_is_disabled_has_its_owner_told_once(account: Account, world: World) -> None:
    number = _endpoint(account, e.SCAN_CREATED)
    held = endpoints.read(account.organization, number)
    assert held
    watch = Watch(world)
    disabled = replace(held.value, status=ep.DISABLED, disabled_ms=now_ms(), disabled_for="It answered 410")
    assert endpoints.put(Held(disabled, held.version))
    _fan(watch)
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "tell": number}]
    again = endpoints.read(account.organization, number)
    assert again
    assert endpoints.put(Held(replace(disabled, description="x"), again.version))
    _fan(watch)
    assert world.messages("JOBS_QUEUE_URL") == []


def test_an_organization_is_asked_for_its_receivers_once_a_batch(
    account: Account, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    read = endpoints.newest_first

    def look(organization: int) -> list[Endpoint]:
        looks.append(organization)
        return read(organization)

    monkeypatch.setattr(endpoints, "newest_first", look)
    _count(account, scans_made=3)
    records = watch.records()
    assert fanning.fan_out(records, _body, now_ms()) == 0
    assert looks == [account.organization]


def test_an_item_of_another_kind_is_no_event(account: Account) -> None:
    items = [
        {"pk": {"S": str(account.organization)}, "sk": {"S": "slots#0000000000000001"}},
        {"pk": {"S": str(account.organization)}, "sk": {"S": "linked#0000000000000001#0000000000000002"}},
    ]
    _endpoint(account, *e.TYPES)
    assert fanning.fan_out([record("objects", None, item) for item in items], _body, now_ms()) == 0
