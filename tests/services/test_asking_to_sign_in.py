"""Asking for a link to sign in with: what is asked, and how often it may be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.sign_ins import MOST_FOR_ADDRESS, MOST_FROM_SOURCE
from chalicelib.errors import (
    InvalidRequest,
    QuietzoneError,
    RateLimited,
    Unavailable,
)
from chalicelib.services import signing_in
from chalicelib.store import queues
from tests.services.account import Account, new_account
from tests.services.turns import take_turns
from tests.world import World

NOW = 1_780_000_000_000
MINUTE = 60_000
OWNER = "Acme@example.com"
STRANGER = "stranger@example.org"
HERE = "203.0.113.9"


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.mark.parametrize("address", ["", "a", "a@b", "a b@example.com", "a@example.com\nBcc: b@example.com", "@x.y"])
def test_what_is_no_address_is_refused(account: Account, world: World, address: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        signing_in.ask(address, HERE, NOW)
    assert refused.value.field == "email"
    assert not any(item["pk"]["S"].startswith("asked#") for item in world.items("objects"))
    assert world.messages("JOBS_QUEUE_URL") == []


@pytest.mark.parametrize("address", [OWNER, STRANGER])
def test_an_address_is_asked_for_five_times_in_15_minutes(account: Account, world: World, address: str) -> None:
    def asked(number: int, at_ms: int) -> None:
        spelled = address.upper() if number % 2 else address
        signing_in.ask(spelled, f"198.51.100.{number}", at_ms)

    _exactly(asked, MOST_FOR_ADDRESS)
    assert len(world.messages("JOBS_QUEUE_URL")) == MOST_FOR_ADDRESS + 1


@pytest.mark.parametrize(
    "sources",
    [pytest.param([HERE], id="IPv4"), pytest.param(["2001:db8::1", "2001:db8::ffff:2"], id="an IPv6 network")],
)
def test_a_place_asks_20_times_in_15_minutes(account: Account, world: World, sources: list[str]) -> None:
    _exactly(
        lambda number, at_ms: signing_in.ask(f"a{number}@example.com", sources[number % len(sources)], at_ms),
        MOST_FROM_SOURCE,
    )
    signing_in.ask("b@example.com", "192.0.2.77", NOW)


def test_no_more_are_let_through_when_many_ask_at_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    take_turns(monkeypatch)

    def ask(number: int) -> type[QuietzoneError] | None:
        try:
            signing_in.ask(STRANGER, f"198.51.100.{number}", NOW)
        except (RateLimited, Unavailable) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(8) as pool:
        through = list(pool.map(ask, range(12))).count(None)
    assert 1 <= through <= MOST_FOR_ADDRESS


def test_an_order_that_cannot_be_sent_is_told(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_job: dict[str, Any]) -> None:
        raise Unavailable.storage()

    monkeypatch.setattr(queues, "send_job", fails)
    with pytest.raises(Unavailable):
        signing_in.ask(OWNER, HERE, NOW)


def _exactly(ask: Callable[[int, int], None], most: int) -> None:
    """So many may ask, a minute apart or less; the next may when the first is 15 minutes ago, to the millisecond."""
    for number in range(most):
        ask(number, NOW + number * 1000)
    with pytest.raises(RateLimited) as refused:
        ask(most, NOW + MINUTE)
    assert (refused.value.limit, refused.value.retry_after) == (most, 14 * 60)
    with pytest.raises(RateLimited):
        ask(most, NOW + 15 * MINUTE - 1)
    ask(most, NOW + 15 * MINUTE)
