"""How a receiver fares, and when nothing is posted to it."""

from dataclasses import replace

import pytest

from chalicelib.core import breaker
from chalicelib.core.breaker import (
    FIRST_COOLDOWN_MS,
    LONGEST_COOLDOWN_MS,
    MOST_FAILURES,
    REFRESHED_MS,
    SLOW_MS,
    WORN_OUT_MS,
    Failure,
    Health,
)
from chalicelib.core.deliveries import Attempt

NOW_MS = 1_800_000_000_000


def attempt(ms: int = NOW_MS, status: int | None = 500, took_ms: int = 10) -> Attempt:
    return Attempt(ms, took_ms, status, "" if status == 200 else "It failed", "")


def failing(number: int, first_ms: int = NOW_MS, status: int = 500) -> Health:
    health = Health()
    for n in range(number):
        health = breaker.after(health, attempt(first_ms + 100 * n, status), None)
    return health


def test_a_failure_is_remembered_and_the_first_one_since_when() -> None:
    health = failing(3)
    assert (health.failures, health.failing_since_ms) == (3, NOW_MS)
    assert health.last_failure == Failure(NOW_MS + 200, 500, "It failed")
    assert health.breaker(NOW_MS + 300) == "closed"
    assert not health.is_slow(NOW_MS + 300)


def test_five_failures_on_end_open_the_breaker() -> None:
    assert failing(MOST_FAILURES - 1).open_until_ms is None
    opened = failing(MOST_FAILURES)
    until = NOW_MS + 400 + 10 + FIRST_COOLDOWN_MS
    assert (opened.open_until_ms, opened.cooldown_ms) == (until, FIRST_COOLDOWN_MS)
    assert [opened.breaker(ms) for ms in (until - 1, until)] == ["open", "half-open"]
    assert opened.is_slow(until - 1)
    assert opened.is_slow(until + 10**9), "until it answers again"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_who_asks_for_less_is_left_alone_at_once(status: int) -> None:
    assert failing(1, status=status).open_until_ms == NOW_MS + 10 + FIRST_COOLDOWN_MS


@pytest.mark.parametrize("status", [400, 404, 410, 500, 501, 505, 301, None])
def test_any_other_failure_alone_does_not_open_the_breaker(status: int | None) -> None:
    assert breaker.after(Health(), attempt(status=status), 60_000).open_until_ms is None


@pytest.mark.parametrize(("asked_ms", "open_ms"), [(0, 1_000), (7_000, 7_000), (86_400_000, 86_400_000)])
def test_the_breaker_opens_for_as_long_as_the_receiver_says(asked_ms: int, open_ms: int) -> None:
    assert breaker.after(Health(), attempt(status=429), asked_ms).open_until_ms == NOW_MS + 10 + open_ms


def test_each_failed_probe_doubles_the_time_up_to_an_hour() -> None:
    health, times = failing(MOST_FAILURES), []
    for _ in range(9):
        assert health.open_until_ms is not None
        probed_ms = health.open_until_ms
        health = breaker.after(health, attempt(probed_ms), None)
        assert health.open_until_ms is not None
        times.append(health.open_until_ms - probed_ms - 10)
    assert times == [60_000, 120_000, 240_000, 480_000, 960_000, 1_920_000, *[LONGEST_COOLDOWN_MS] * 3]
    assert health.failures == MOST_FAILURES + 9


def test_those_on_their_way_when_it_opened_do_not_keep_it_open_longer() -> None:
    opened = failing(MOST_FAILURES)
    for n in range(10):
        assert breaker.after(opened, attempt(NOW_MS + n, took_ms=900), None) == opened


def test_but_what_they_are_asked_for_counts() -> None:
    opened = failing(MOST_FAILURES)
    assert breaker.after(opened, attempt(NOW_MS, 503), 3_600_000).open_until_ms == NOW_MS + 10 + 3_600_000
    assert breaker.after(opened, attempt(NOW_MS, 503), 1_000) == opened, "never shorter"


@pytest.mark.parametrize("before", [failing(1), failing(4), failing(9), failing(1, status=503)])
def test_a_success_makes_all_good(before: Health) -> None:
    assert breaker.after(before, attempt(NOW_MS + 10**8, 200), None) == Health()


def test_a_success_of_one_that_is_well_changes_nothing() -> None:
    assert breaker.after(Health(), attempt(status=200), None) == Health()
    for slow in (Health(slow_until_ms=NOW_MS + 1), Health(slow_answer_ms=NOW_MS - 1)):
        assert breaker.after(slow, attempt(status=200), None) == slow


def answering(*answers: tuple[int, int]) -> Health:
    """The health of a receiver after successes that began and took so long, in milliseconds."""
    health = Health()
    for began_ms, took_ms in answers:
        health = breaker.after(health, attempt(NOW_MS + began_ms, 200, took_ms), None)
    return health


@pytest.mark.parametrize(("took_ms", "slow"), [(1_000, False), (1_001, False), (5_000, False), (5_001, True)])
@pytest.mark.parametrize("status", [200, 500, None])
def test_a_single_answer_makes_slow_only_when_it_takes_very_long(took_ms: int, slow: bool, status: int | None) -> None:
    health = breaker.after(Health(), attempt(status=status, took_ms=took_ms), None)
    ended_ms = NOW_MS + took_ms
    assert health.is_slow(ended_ms) is slow
    assert health.is_slow(ended_ms + SLOW_MS - 1) is slow
    assert not health.is_slow(ended_ms + SLOW_MS)
    assert health.breaker(ended_ms) == "closed"


@pytest.mark.parametrize(
    ("answers", "slow"),
    [
        pytest.param([(0, 1_001), (SLOW_MS - 1, 1_001)], True, id="two within five minutes"),
        pytest.param([(0, 1_001), (SLOW_MS, 1_001)], False, id="two that are further apart"),
        pytest.param([(0, 1_001), (SLOW_MS, 1_001), (SLOW_MS + 1, 1_001)], True, id="the last two of three"),
        pytest.param([(0, 1_001), (10, 10), (SLOW_MS - 1, 1_001)], True, id="quick ones between them"),
        pytest.param([(0, 1_001), (9_000, 1_000)], False, id="the second is quick enough"),
        pytest.param([(100, 1_002), (99, 1_002)], True, id="the second ended first"),
    ],
)
def test_two_slow_answers_within_five_minutes_make_slow(answers: list[tuple[int, int]], slow: bool) -> None:
    health, ended_ms = answering(*answers), NOW_MS + sum(answers[-1])
    assert health.is_slow(ended_ms) is slow
    assert health.is_slow(ended_ms + SLOW_MS - 1) is slow
    assert not health.is_slow(ended_ms + SLOW_MS)


def test_whoever_is_slow_stays_so_with_each_slow_answer() -> None:
    health = answering((0, 5_001), (SLOW_MS - 1, 1_001))
    assert health.is_slow(NOW_MS + SLOW_MS - 1 + 1_001 + SLOW_MS - 1), "from a single one, noted while it was slow"


@pytest.mark.parametrize(
    ("before", "posts", "waited_ms", "slow"),
    [
        pytest.param(Health(), 1, 1_000, False, id="one may still answer"),
        pytest.param(Health(), 2, 1_000, True, id="two at once"),
        pytest.param(Health(), 1, 5_000, True, id="one for very long"),
        pytest.param(Health(slow_answer_ms=NOW_MS - SLOW_MS + 1), 1, 1_000, True, id="one, soon after a slow answer"),
        pytest.param(Health(slow_answer_ms=NOW_MS - SLOW_MS), 1, 1_000, False, id="one, long after a slow answer"),
    ],
)
def test_whoever_is_sure_to_be_slow_is_so_before_it_answers(
    before: Health, posts: int, waited_ms: int, slow: bool
) -> None:
    health = breaker.kept_waiting(before, posts, waited_ms, NOW_MS)
    assert health.is_slow(NOW_MS) is slow
    assert (health == before) is not slow, "a single one is counted when it answers, not twice"


def test_that_it_is_slow_is_noted_once_a_minute() -> None:
    noted = breaker.kept_waiting(Health(), 2, 1_000, NOW_MS)
    assert breaker.kept_waiting(noted, 1, 1_000, NOW_MS + REFRESHED_MS - 1) == noted
    again = breaker.kept_waiting(noted, 1, 1_000, NOW_MS + REFRESHED_MS)
    assert again.slow_until_ms == NOW_MS + REFRESHED_MS + SLOW_MS


def test_five_days_of_failures_wear_us_out() -> None:
    health = failing(1)
    assert [health.is_worn_out(NOW_MS + ms) for ms in (0, WORN_OUT_MS - 1, WORN_OUT_MS)] == [False, False, True]
    assert not Health().is_worn_out(NOW_MS)
    assert not replace(health, failing_since_ms=None).is_worn_out(NOW_MS + WORN_OUT_MS)


@pytest.mark.parametrize(("after_ms", "began_ms"), [(WORN_OUT_MS - 1, 0), (WORN_OUT_MS, WORN_OUT_MS)])
def test_five_days_without_an_attempt_begin_them_anew(after_ms: int, began_ms: int) -> None:
    health = breaker.after(failing(1), attempt(NOW_MS + after_ms, 500), None)
    assert health.failing_since_ms == NOW_MS + began_ms
    assert health.failures == 2
