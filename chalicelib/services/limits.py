"""Limits per minute and key, shared by all processes."""

from chalicelib.core import limits
from chalicelib.core.creates import Allowance
from chalicelib.core.limits import Limit
from chalicelib.errors import RateLimited
from chalicelib.services.callers import Caller
from chalicelib.store import limits as stored


def take(caller: Caller, limit: Limit, now_ms: int, units: int = 1) -> Allowance:
    """Count a request (or so many units of one, all or none) of the caller's key; what is left of the minute.

    Raises RateLimited, and then nothing is taken.
    """
    minute = limits.minute_of(now_ms)
    used = stored.take(caller.organization.number, caller.key, limit, minute, units)
    if used is None:
        raise RateLimited.a_minute(limit.per_minute, limits.end_ms(minute), now_ms)
    return limits.allowance(limit, used, minute)
