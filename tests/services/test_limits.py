"""Limits a minute: shared by all who ask with one key, and never more than are there."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chalicelib.core import limits as named
from chalicelib.core.creates import Allowance
from chalicelib.core.limits import Limit
from chalicelib.core.plans import PLANS
from chalicelib.errors import RateLimited
from chalicelib.services import limits
from chalicelib.services.accounts import Caller
from tests.services.account import new_account
from tests.services.turns import take_turns
from tests.world import World

MINUTE = 1_795_255_200_000  # begins one
READS = Limit("reads", 5)


@pytest.fixture
def caller(world: World) -> Caller:
    return new_account().caller


def _taken(caller: Caller, limit: Limit, now_ms: int, units: int = 1) -> bool:
    try:
        limits.take(caller, limit, now_ms, units)
    except RateLimited:
        return False
    return True


def test_each_answer_says_what_is_left_and_when_all_is_back(caller: Caller) -> None:
    seen = [limits.take(caller, READS, MINUTE + n * 1000) for n in range(5)]
    assert seen == [Allowance(5, left, MINUTE + 60_000) for left in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(("after_ms", "wait"), [(0, 60), (30_500, 30), (59_999, 1)])
def test_a_refusal_says_when_to_come_back(caller: Caller, after_ms: int, wait: int) -> None:
    for _ in range(5):
        limits.take(caller, READS, MINUTE)
    with pytest.raises(RateLimited) as refused:
        limits.take(caller, READS, MINUTE + after_ms)
    assert (refused.value.limit, refused.value.reset_ms, refused.value.retry_after) == (5, MINUTE + 60_000, wait)
    assert "minute" in refused.value.message
    assert "create" not in refused.value.message
    assert _taken(caller, READS, MINUTE + after_ms + wait * 1000)


def test_a_refusal_takes_nothing(caller: Caller, world: World) -> None:
    for _ in range(5):
        limits.take(caller, READS, MINUTE)
    before = world.items("objects")
    assert [_taken(caller, READS, MINUTE) for _ in range(3)] == [False] * 3
    assert world.items("objects") == before


def test_units_are_taken_whole_or_not_at_all(caller: Caller) -> None:
    assert limits.take(caller, READS, MINUTE, units=3).remaining == 2
    assert not _taken(caller, READS, MINUTE, units=3)
    assert limits.take(caller, READS, MINUTE, units=2).remaining == 0
    assert not _taken(caller, READS, MINUTE + 60_000, units=6)
    assert limits.take(caller, READS, MINUTE + 60_000, units=5).remaining == 0


def test_keys_names_minutes_and_organizations_are_counted_apart(caller: Caller) -> None:
    limits.take(caller, READS, MINUTE, units=5)
    others = [
        (replace(caller, key=caller.key + 1), READS, MINUTE),
        (caller, Limit("writes", 5), MINUTE),
        (caller, READS, MINUTE + 60_000),
        (caller, READS, MINUTE - 1),
        (new_account("Other").caller, READS, MINUTE),
    ]
    assert [limits.take(*other).remaining for other in others] == [4] * 5


def test_a_limit_that_is_lowered_meanwhile_holds(caller: Caller) -> None:
    limits.take(caller, READS, MINUTE, units=4)
    assert not _taken(caller, Limit("reads", 4), MINUTE)
    assert not _taken(caller, Limit("reads", 2), MINUTE)


def test_what_was_counted_expires(caller: Caller, world: World) -> None:
    limits.take(caller, READS, MINUTE + 1)
    (item,) = [item for item in world.items("objects") if "#limits#" in item["pk"]["S"]]
    assert item["pk"]["S"] == f"{caller.organization.number}#limits#{caller.key}"
    assert item["expires"] == {"N": str((MINUTE + 60_000) // 1000)}


def test_of_many_who_ask_at_once_as_many_succeed_as_may(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    take_turns(monkeypatch)
    limits.take(caller, Limit("reads", 20), MINUTE)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: _taken(caller, Limit("reads", 20), MINUTE), range(40)))
    assert sum(taken) == 19


def test_the_limits_are_those_of_the_documents() -> None:
    assert {plan: named.QRCODES[plan].per_minute for plan in PLANS} == {
        "free": 100,
        "developer": 100,
        "scale": 1_000,
        "enterprise": 1_000,
    }
    others = [limit for limit in vars(named).values() if isinstance(limit, Limit)]
    assert {limit.name: limit.per_minute for limit in others} == {
        "qpr-creates": 60,
        "qpr-scans": 120,
        "qpr-analytics": 30,
        "qpr-other": 100,
        "reporting": 60,
        "qr-token": 10,
        "qr-read": 120,
        "qr-write": 60,
        "qr-usage": 30,
        "mcp": 120,  # our own
    }
