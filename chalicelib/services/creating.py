"""Creating something exactly once: the hourly allowance, the month's meter, and Idempotency-Key.

All of it is one transaction with the thing itself: a create that fails uses nothing up, one that succeeds is
counted, and the answer that a key got is kept exactly when the thing exists.
"""

import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from chalicelib.config import settings
from chalicelib.core import creates as allowances
from chalicelib.core.creates import Allowance
from chalicelib.core.days import iso_time, month_of, next_month_ms
from chalicelib.core.plans import Meter
from chalicelib.errors import IdempotencyMismatch, PlanLimitExceeded, RateLimited, Unavailable
from chalicelib.services.accounts import Caller
from chalicelib.store import creates
from chalicelib.store.creates import Answered
from chalicelib.store.transactions import Refusal, Transaction
from chalicelib.store.versions import Held

ATTEMPTS: Final = 20
LONGEST_WAIT_SECONDS: Final = 0.2

_COUNTED: Final = frozenset({"creates", "usage", "once", "marker"})


class OnceKey(NamedTuple):
    """An Idempotency-Key and the request it came with: `request` is all that must be the same again."""

    text: str
    request: str


@dataclass(frozen=True, slots=True)
class Created:
    """The answer to a create: its body, whether it is a replay, and what may still be created this hour.

    `allowance` is None where creates of an hour are not limited.
    """

    answer: str
    replayed: bool
    allowance: Allowance | None


# Adds the new thing to the transaction and returns the body of the answer. It is called again for every attempt,
# with what stopped the attempt before, and raises when that cannot be helped.
Make = Callable[[Transaction, list[Refusal]], str]


def create(
    caller: Caller,
    make: Make,
    now_ms: int,
    once: OnceKey | None = None,
    *,
    meter: Meter,
    hourly: bool,
    units: int = 1,
    to_follow: int = 0,
) -> Created:
    """Create something, or so many units at once, under the caller's limits: all of it or nothing.

    `meter` counts them for the month. Without `hourly` the member's creates of the hour do not matter, and are not
    counted. So many units are `to_follow` in calls of their own: there must be room for them now, and they are not
    counted yet. Raises RateLimited, PlanLimitExceeded, IdempotencyMismatch, Unavailable, and whatever `make` raises.
    """
    refusals: list[Refusal] = []
    for _ in range(ATTEMPTS):
        hour = _Hour.of(caller, now_ms) if hourly else None
        if once and (answered := _answered(caller.organization.number, once, now_ms)):
            return Created(answered, replayed=True, allowance=hour and hour.allowance())
        write, month = Transaction(), _Month.of(caller, meter, now_ms)
        if hour:
            _check_allowance(hour, units + to_follow)
            hour.add(write, units)
        month.check(units + to_follow)
        month.add(write, units)
        answer = make(write, refusals)
        if once:
            _keep(write, caller.organization.number, once, answer, now_ms)
        refusals = write.commit()
        if not refusals:
            return Created(answer, replayed=False, allowance=hour and hour.allowance(units))
        if others_create(refusals):
            time.sleep(random.uniform(0, LONGEST_WAIT_SECONDS))  # noqa: S311 - spreads load, guards nothing
    raise Unavailable.storage()


def create_unlimited(make: Make) -> str:
    """Create something outside all limits: seeding."""
    refusals: list[Refusal] = []
    for _ in range(ATTEMPTS):
        write = Transaction()
        answer = make(write, refusals)
        refusals = write.commit()
        if not refusals:
            return answer
    raise Unavailable.storage()


class _Hour(NamedTuple):
    """What the caller's member created in the hour before now."""

    caller: Caller
    held: Held[list[int]]
    now_ms: int

    @classmethod
    def of(cls, caller: Caller, now_ms: int) -> "_Hour":
        return cls(caller, creates.read_times(caller.organization.number, caller.member), now_ms)

    def allowance(self, units: int = 0) -> Allowance:
        """What is left when so many units more are created now."""
        times = [*self.held.value, *[self.now_ms] * units]
        return allowances.allowance(times, settings().creates_per_hour, self.now_ms)

    def add(self, write: Transaction, units: int) -> None:
        organization, member = self.caller.organization.number, self.caller.member
        creates.add_times(write, organization, member, self.held, self.now_ms, units)


class _Month(NamedTuple):
    """What the caller's organization has used of a meter in the month of now."""

    caller: Caller
    meter: Meter
    used: int
    now_ms: int

    @classmethod
    def of(cls, caller: Caller, meter: Meter, now_ms: int) -> "_Month":
        return cls(caller, meter, creates.read_usage(caller.organization.number, month_of(now_ms), meter), now_ms)

    def check(self, units: int) -> None:
        """Raises PlanLimitExceeded if the plan has no room for so many more."""
        plan, month = self.caller.plan, iso_time(self.now_ms)[:7]
        stops_at = plan.stops_at(self.meter)
        if stops_at is not None and self.used + units > stops_at:
            next_month = iso_time(next_month_ms(self.now_ms))
            raise PlanLimitExceeded.monthly(plan.name, stops_at, self.used, units, month, next_month)

    def add(self, write: Transaction, units: int) -> None:
        organization, month = self.caller.organization.number, month_of(self.now_ms)
        creates.add_usage(write, organization, month, self.meter, self.used, units)


def _keep(write: Transaction, organization: int, once: OnceKey, answer: str, now_ms: int) -> None:
    kept = Answered(_sha256(once.request), answer)
    creates.keep_answer(write, organization, _sha256(once.text), kept, now_ms)


def _answered(organization: int, once: OnceKey, now_ms: int) -> str | None:
    found = creates.read_answer(organization, _sha256(once.text), now_ms)
    if found is None:
        return None
    if found.fingerprint != _sha256(once.request):
        raise IdempotencyMismatch.of_key()
    return found.answer


def _check_allowance(hour: _Hour, units: int) -> None:
    left = hour.allowance()
    if units > left.remaining:
        reset_ms = allowances.enough_ms(hour.held.value, left.limit, units, hour.now_ms)
        raise RateLimited.an_hour(left.limit, left.remaining, units, reset_ms, hour.now_ms)


def others_create(refusals: list[Refusal]) -> bool:
    """Whether others who create are all that is in the way. A condition of the thing itself, such as a taken slug, is
    no better later."""
    return all(not refusal.condition or refusal.subject in _COUNTED for refusal in refusals)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
