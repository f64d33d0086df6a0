"""What follows an attempt."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from chalicelib.core import retries
from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import DELIVERED, FAILED, MOST_ATTEMPTS_KEPT, WAITING, Attempt, Delivery, Place
from chalicelib.core.retries import BY_MESSAGE_MS, DELAYS_SECONDS, MOST_ATTEMPTS, NET_MS

NOW_MS = 1_800_000_000_000
ENDED_MS = NOW_MS + 300


def delivery(tries: int = 0) -> Delivery:
    return Delivery(Place(1, 2, NOW_MS, "evt_1"), "scan.created", "{}", tries=tries, due_ms=5, parked=True)


def attempt(status: int | None = 500) -> Attempt:
    return Attempt(NOW_MS, 300, status, "" if status == 200 else "It failed", "")


def test_the_schedule_is_the_promised_one() -> None:
    assert (5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))) == DELAYS_SECONDS
    assert MOST_ATTEMPTS == 10


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("tries", range(9))
def test_each_failure_is_followed_by_its_delay_with_jitter(tries: int, chance: float) -> None:
    step = retries.after(delivery(tries), attempt(), None, chance)
    wait_ms = round(DELAYS_SECONDS[tries] * 1000 * (1 + chance / 10))
    by_message = wait_ms <= BY_MESSAGE_MS
    assert step.send_in_ms == (wait_ms if by_message else None)
    assert step.delivery.due_ms == ENDED_MS + wait_ms + (NET_MS if by_message else 0)
    assert (step.delivery.state, step.delivery.tries, step.delivery.parked) == (WAITING, tries + 1, False)
    assert step.delivery.attempts == (attempt(),)


@pytest.mark.parametrize(
    ("tries", "status", "state"),
    [
        pytest.param(0, 200, DELIVERED, id="a success is the end"),
        pytest.param(9, 200, DELIVERED, id="also at the last try"),
        pytest.param(9, 500, FAILED, id="the tenth failure is the end"),
        pytest.param(9, None, FAILED, id="also without an answer"),
        pytest.param(0, 410, FAILED, id="who wants no more is not asked again"),
    ],
)
def test_the_end_of_a_round(tries: int, status: int | None, state: str) -> None:
    step = retries.after(delivery(tries), attempt(status), 7_000, 0.5)
    assert (step.delivery.state, step.delivery.due_ms, step.delivery.parked) == (state, None, False)
    assert (step.delivery.tries, step.send_in_ms) == (tries + 1, None)


@pytest.mark.parametrize(
    ("asked_ms", "wait_ms"),
    [(None, 5_000), (0, 5_000), (4_000, 5_000), (60_000, 60_000), (BY_MESSAGE_MS, BY_MESSAGE_MS)],
)
def test_a_receiver_may_ask_for_a_longer_delay_not_for_a_shorter_one(asked_ms: int | None, wait_ms: int) -> None:
    assert retries.after(delivery(), attempt(503), asked_ms, 0).send_in_ms == wait_ms


def test_what_no_queue_can_hold_back_is_only_due() -> None:
    step = retries.after(delivery(), attempt(503), BY_MESSAGE_MS + 1, 0)
    assert (step.send_in_ms, step.delivery.due_ms) == (None, ENDED_MS + BY_MESSAGE_MS + 1)


def test_only_the_last_attempts_are_kept() -> None:
    made = delivery()
    for n in range(MOST_ATTEMPTS_KEPT + 5):
        made = retries.only(made, attempt()._replace(took_ms=n))
    assert [it.took_ms for it in made.attempts] == list(range(5, MOST_ATTEMPTS_KEPT + 5))


@pytest.mark.parametrize(("status", "state"), [(200, DELIVERED), (500, FAILED), (503, FAILED)])
def test_after_an_attempt_that_stands_alone_nothing_follows(status: int, state: str) -> None:
    made = retries.only(delivery(), attempt(status))
    assert (made.state, made.due_ms, made.parked) == (state, None, False)


IN_A_MINUTE = datetime.fromtimestamp(NOW_MS / 1000, UTC) + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("spelled", "wait_ms"),
    [
        pytest.param("", None, id="none"),
        pytest.param("0", 0, id="now"),
        pytest.param("120", 120_000, id="seconds"),
        pytest.param(" 120 ", 120_000, id="with blanks"),
        pytest.param("86400", DAY_MS, id="a day"),
        pytest.param("86401", DAY_MS, id="more than a day"),
        pytest.param("9" * 60, DAY_MS, id="for ever"),
        pytest.param(format_datetime(IN_A_MINUTE, usegmt=True), 60_000, id="a date"),
        pytest.param(IN_A_MINUTE.strftime("%A, %d-%b-%y %H:%M:%S GMT"), 60_000, id="a date of long ago"),
        pytest.param(IN_A_MINUTE.strftime("%a %b %d %H:%M:%S %Y"), 60_000, id="a date as C spells it"),
        pytest.param(format_datetime(IN_A_MINUTE.astimezone(timezone(timedelta(hours=2)))), 60_000, id="elsewhere"),
        pytest.param(format_datetime(IN_A_MINUTE - timedelta(days=1), usegmt=True), 0, id="a date that is past"),
        pytest.param(format_datetime(IN_A_MINUTE + timedelta(days=9), usegmt=True), DAY_MS, id="a date in days"),
        pytest.param("-5", None, id="negative"),
        pytest.param("1.5", None, id="half a second"),
        pytest.param("٣", None, id="digits that are not ASCII"),
        pytest.param("soon", None, id="a word"),
        pytest.param("Fri, 99 Foo 2027", None, id="no such date"),
        pytest.param("Fri, 31 Dec 99999 23:59:59 GMT", None, id="too late a date"),
        pytest.param(",", None, id="a comma"),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_a_day_at_most(spelled: str, wait_ms: int | None) -> None:
    assert retries.retry_after_ms(spelled, NOW_MS) == wait_ms
