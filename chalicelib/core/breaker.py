"""How a receiver fares, and the circuit breaker that follows from it.

    closed ....... 5 failures on end, or a 429, 502, 503, 504 ....... open
    open ......... its time passes .................................. half-open: one delivery is tried, a probe
    half-open .... the probe fails: open, twice as long ............. succeeds: closed

Nothing is posted to a receiver whose breaker is open.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import Attempt

MOST_FAILURES: Final = 5
SLOW_DOWN: Final = frozenset({429, 502, 503, 504})
FIRST_COOLDOWN_MS: Final = 30_000
LONGEST_COOLDOWN_MS: Final = 3_600_000
SHORTEST_OPEN_MS: Final = 1_000  # for a Retry-After of 0

SLOW_ANSWER_MS: Final = 1_000  # one that takes longer may be a cold start: it takes two to be slow
VERY_SLOW_ANSWER_MS: Final = 5_000  # of these, one
SLOW_MS: Final = 300_000  # how long a receiver counts as slow, and how near each other two slow answers are
REFRESHED_MS: Final = 60_000

WORN_OUT_MS: Final = 5 * DAY_MS

Breaker = Literal["closed", "open", "half-open"]


class Failure(NamedTuple):
    """When an attempt began that failed, the status of the answer (None without one), and why, in words."""

    ms: int
    status: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a receiver; as it is made, of one that is well.

    `failures` are those since the last success, `failing_since_ms` is when the first of them began, or the first after
    days without any; while the breaker is open they are not all counted. `open_until_ms` is None while it is closed.
    `cooldown_ms` is how long it opened the last time, unless the receiver said how long. `slow_until_ms` is until when
    it counts as slow; `slow_answer_ms` is when its last slow answer ended, if that alone does not make it slow.
    """

    failures: int = 0
    failing_since_ms: int | None = None
    last_failure: Failure | None = None
    open_until_ms: int | None = None
    cooldown_ms: int = 0
    slow_until_ms: int = 0
    slow_answer_ms: int = 0

    def breaker(self, now_ms: int) -> Breaker:
        if self.open_until_ms is None:
            return "closed"
        return "open" if now_ms < self.open_until_ms else "half-open"

    def is_slow(self, now_ms: int) -> bool:
        """Whether it shall be posted to where nobody else waits for it."""
        return self.open_until_ms is not None or now_ms < self.slow_until_ms

    def is_worn_out(self, now_ms: int) -> bool:
        """Whether every attempt failed for so long that nothing more shall be sent."""
        return self.failing_since_ms is not None and now_ms - self.failing_since_ms >= WORN_OUT_MS


def after(health: Health, attempt: Attempt, retry_after_ms: int | None) -> Health:
    """A receiver's health after an attempt; the same when that changes nothing."""
    ended_ms = attempt.ms + attempt.took_ms
    known = _failed(health, attempt, retry_after_ms) if attempt.reason else _succeeded(health)
    if attempt.took_ms <= SLOW_ANSWER_MS:
        return known
    if attempt.took_ms > VERY_SLOW_ANSWER_MS or _was_slow(known, ended_ms):
        return _slowed(known, ended_ms)
    return replace(known, slow_answer_ms=ended_ms)


def kept_waiting(health: Health, posts: int, waited_ms: int, now_ms: int) -> Health:
    """The health of a receiver that so many posts wait for, SLOW_ANSWER_MS at least. It is the same as long as their
    answers may still leave it well, and when that it is slow was noted within the last minute."""
    if posts > 1 or waited_ms >= VERY_SLOW_ANSWER_MS or _was_slow(health, now_ms):
        return _slowed(health, now_ms)
    return health


def _was_slow(health: Health, now_ms: int) -> bool:
    """Whether another slow answer was little before."""
    return now_ms < max(health.slow_until_ms, health.slow_answer_ms + SLOW_MS)


def _slowed(health: Health, now_ms: int) -> Health:
    if health.slow_until_ms > now_ms + SLOW_MS - REFRESHED_MS:
        return health
    return replace(health, slow_until_ms=now_ms + SLOW_MS, slow_answer_ms=0)


def _succeeded(health: Health) -> Health:
    return Health(slow_until_ms=health.slow_until_ms, slow_answer_ms=health.slow_answer_ms)


def _failed(health: Health, attempt: Attempt, retry_after_ms: int | None) -> Health:
    ended_ms = attempt.ms + attempt.took_ms
    if health.breaker(attempt.ms) == "open":
        # It was on its way when others failed: their failures have opened the breaker, this one adds nothing.
        return _open_until(health, ended_ms + (retry_after_ms or 0))
    known = replace(
        health,
        failures=health.failures + 1,
        failing_since_ms=_failing_since(health, attempt.ms),
        last_failure=Failure(attempt.ms, attempt.status, attempt.reason),
    )
    half_open = health.open_until_ms is not None
    if not (half_open or known.failures >= MOST_FAILURES or attempt.status in SLOW_DOWN):
        return known
    cooldown_ms = min(2 * health.cooldown_ms, LONGEST_COOLDOWN_MS) if half_open else FIRST_COOLDOWN_MS
    wait_ms = cooldown_ms if retry_after_ms is None else max(SHORTEST_OPEN_MS, retry_after_ms)
    return _open_until(replace(known, cooldown_ms=cooldown_ms), ended_ms + wait_ms)


def _failing_since(health: Health, ms: int) -> int:
    """When the failures began that one at a time goes on with. Whoever was not posted to for so long that it would have
    worn us out is asked anew: what it was in between nobody knows."""
    last = health.last_failure
    if health.failing_since_ms is None or (last and ms - last.ms >= WORN_OUT_MS):
        return ms
    return health.failing_since_ms


def _open_until(health: Health, ms: int) -> Health:
    return replace(health, open_until_ms=max(ms, health.open_until_ms or 0))
