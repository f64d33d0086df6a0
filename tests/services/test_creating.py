"""Creates of many units, creates without the hourly rule, and what is waited for."""

import time

import pytest

from chalicelib import ids
from chalicelib.core.codes import QrCode
from chalicelib.core.creates import enough_ms
from chalicelib.core.days import HOUR_MS, month_of
from chalicelib.core.plans import Meter
from chalicelib.errors import PlanLimitExceeded, RateLimited, SlugTaken
from chalicelib.services import accounts, creating, links
from chalicelib.services.accounts import Caller
from chalicelib.services.creating import Created, OnceKey
from chalicelib.services.links import NewLink
from chalicelib.store import codes, creates
from chalicelib.store.transactions import Refusal, Transaction
from tests.services.account import new_account
from tests.world import World

NOW = 1_795_255_200_000


@pytest.fixture
def caller(world: World) -> Caller:
    return new_account().caller


def _create(
    caller: Caller,
    units: int = 1,
    hourly: bool = True,
    now_ms: int = NOW,
    once: OnceKey | None = None,
    to_follow: int = 0,
) -> Created:
    def make(write: Transaction, _: list[Refusal]) -> str:
        for _n in range(units):
            codes.put_new(write, QrCode(caller.organization.number, ids.new(now_ms), "x", now_ms))
        return f"{units} made"

    meter = Meter.QR_GENERATED
    return creating.create(caller, make, now_ms, once, meter=meter, hourly=hourly, units=units, to_follow=to_follow)


def _used(caller: Caller) -> tuple[int, int]:
    """QR codes of the month, and creates of the hour."""
    organization = caller.organization.number
    hour = creates.read_times(organization, caller.member).value
    return creates.read_usage(organization, month_of(NOW), Meter.QR_GENERATED), len(hour)


def test_every_unit_counts_in_the_hour_and_the_month(caller: Caller) -> None:
    first = _create(caller, units=3)
    assert first.allowance
    assert (first.answer, first.allowance.remaining, _used(caller)) == ("3 made", 17, (3, 3))


def test_too_many_units_for_the_hour_are_refused_whole(caller: Caller) -> None:
    _create(caller, units=15)
    _create(caller, units=3, now_ms=NOW + 1000)
    with pytest.raises(RateLimited) as refused:
        _create(caller, units=3, now_ms=NOW + 2000)
    assert (refused.value.reset_ms, refused.value.remaining, _used(caller)) == (NOW + HOUR_MS, 2, (18, 18))
    assert _create(caller, units=2, now_ms=NOW + 2000).allowance == (20, 0, NOW + HOUR_MS)


def test_too_many_units_for_the_month_are_refused_whole(world: World) -> None:
    organization, owner = accounts.create_organization("Small", "small@example.com", NOW, "free")
    caller = accounts.authenticate(accounts.create_key(organization.number, owner.number, NOW))
    _create(caller, units=23, hourly=False)
    with pytest.raises(PlanLimitExceeded):
        _create(caller, units=3, hourly=False)
    assert _used(caller) == (23, 0)
    _create(caller, units=2, hourly=False)
    assert _used(caller) == (25, 0)


def test_there_must_be_room_in_the_hour_for_what_follows_and_it_is_not_counted_yet(caller: Caller) -> None:
    with pytest.raises(RateLimited):
        _create(caller, units=3, to_follow=18)
    assert _used(caller) == (0, 0)
    created = _create(caller, units=3, to_follow=17)
    assert (created.allowance and created.allowance.remaining, _used(caller)) == (17, (3, 3))


def test_there_must_be_room_in_the_month_for_what_follows_and_it_is_not_counted_yet(world: World) -> None:
    organization, owner = accounts.create_organization("Small", "small@example.com", NOW, "free")
    caller = accounts.authenticate(accounts.create_key(organization.number, owner.number, NOW))
    with pytest.raises(PlanLimitExceeded):
        _create(caller, units=3, to_follow=23, hourly=False)
    _create(caller, units=3, to_follow=22, hourly=False)
    assert _used(caller) == (3, 0)


def test_without_the_hourly_rule_the_hour_is_neither_checked_nor_used_nor_told(caller: Caller) -> None:
    _create(caller, units=20)
    created = _create(caller, hourly=False)
    assert (created.allowance, _used(caller)) == (None, (21, 20))


def test_without_the_hourly_rule_a_key_makes_it_happen_once(caller: Caller) -> None:
    once = OnceKey("key", "request")
    first, again = (_create(caller, hourly=False, once=once) for _ in range(2))
    assert (first.replayed, again.replayed, again.answer, again.allowance) == (False, True, "1 made", None)
    assert _used(caller) == (1, 0)


@pytest.mark.parametrize(
    ("times", "units", "ms"),
    [
        pytest.param([], 1, 9, id="there already"),
        pytest.param([1, 2, 3, 4, 5], 1, 1 + HOUR_MS, id="one of a full hour"),
        pytest.param([1, 2, 3, 4, 5], 3, 3 + HOUR_MS, id="some of a full hour"),
        pytest.param([1, 2, 3], 4, 2 + HOUR_MS, id="more than are left"),
        pytest.param([1, 2, 3, 4, 5, 6, 7], 1, 3 + HOUR_MS, id="the limit was lowered"),
        pytest.param([1], 6, 9 + HOUR_MS, id="more than there ever are"),
    ],
)
def test_when_units_come_back(times: list[int], units: int, ms: int) -> None:
    assert enough_ms(times, 5, units, 9) == ms


def test_a_taken_slug_is_told_without_waiting(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = list[float]()
    monkeypatch.setattr(time, "sleep", waits.append)
    new = NewLink("https://example.com/", (), slug="spring-sale")
    links.create(caller, new, NOW, lambda link: link.slug)
    with pytest.raises(SlugTaken):
        links.create(caller, new, NOW, lambda link: link.slug)
    assert waits == []


def test_creates_that_meet_wait_for_each_other(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    waits, commit = list[float](), Transaction.commit
    refusals = [[Refusal("usage", "ConditionalCheckFailed")], [Refusal("slug", "TransactionConflict")]]
    monkeypatch.setattr(time, "sleep", waits.append)
    monkeypatch.setattr(Transaction, "commit", lambda self: refusals.pop() if refusals else commit(self))
    assert _create(caller).answer == "1 made"
    assert len(waits) == 2
