"""Creating something exactly once: the hourly allowance, the month's usage, and Idempotency-Key.

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
from chalicelib.core.days import month_of
from chalicelib.errors import IdempotencyMismatch, PlanLimitExceeded, RateLimited, Unavailable
from chalicelib.services.accounts import Caller
from chalicelib.store import creates
from chalicelib.store.creates import Answered
from chalicelib.store.transactions import Refusal, Transaction

ATTEMPTS: Final = 20
LONGEST_WAIT_SECONDS: Final = 0.2


class OnceKey(NamedTuple):
    """An Idempotency-Key and the request it came with: `request` is all that must be the same again."""

    text: str
    request: str


@dataclass(frozen=True, slots=True)
class Created:
    """The answer to a create: its body, whether it is a replay, and what may still be created."""

    answer: str
    replayed: bool
    allowance: Allowance


# Adds the new thing to the transaction and returns the body of the answer. It is called again for every attempt,
# with what stopped the attempt before, and raises when that cannot be helped.
Make = Callable[[Transaction, list[Refusal]], str]


def create(caller: Caller, make: Make, now_ms: int, once: OnceKey | None = None) -> Created:
    """Create something under the caller's limits.

    Raises RateLimited, PlanLimitExceeded, IdempotencyMismatch, Unavailable, and whatever `make` raises.
    """
    organization, limit = caller.organization.number, settings().creates_per_hour
    refusals: list[Refusal] = []
    for _ in range(ATTEMPTS):
        held = creates.read_times(organization, caller.member)
        if once and (answered := _answered(organization, once, now_ms)):
            return Created(answered, replayed=True, allowance=allowances.allowance(held.value, limit, now_ms))
        _check_allowance(allowances.allowance(held.value, limit, now_ms), now_ms)
        write = Transaction()
        creates.add_time(write, organization, caller.member, held, now_ms)
        answer = _attempt(write, caller, make, refusals, now_ms, once)
        refusals = write.commit()
        if not refusals:
            times = [*held.value, now_ms]
            return Created(answer, replayed=False, allowance=allowances.allowance(times, limit, now_ms))
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


def _attempt(
    write: Transaction, caller: Caller, make: Make, refusals: list[Refusal], now_ms: int, once: OnceKey | None
) -> str:
    organization, month = caller.organization.number, month_of(now_ms)
    used, stops_at = creates.read_usage(organization, month), caller.plan.stops_at
    if stops_at is not None and used >= stops_at:
        raise PlanLimitExceeded.monthly(caller.plan.name, stops_at)
    creates.add_usage(write, organization, month, used)
    answer = make(write, refusals)
    if once:
        kept = Answered(_sha256(once.request), answer)
        creates.keep_answer(write, organization, _sha256(once.text), kept, now_ms)
    return answer


def _answered(organization: int, once: OnceKey, now_ms: int) -> str | None:
    found = creates.read_answer(organization, _sha256(once.text), now_ms)
    if found is None:
        return None
    if found.fingerprint != _sha256(once.request):
        raise IdempotencyMismatch.of_key()
    return found.answer


def _check_allowance(allowance: Allowance, now_ms: int) -> None:
    if not allowance.remaining:
        raise RateLimited.until(allowance.limit, allowance.reset_ms, now_ms)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
