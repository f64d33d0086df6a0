"""The window that bounds one member's creates: so many in any hour, counted exactly."""

from typing import NamedTuple

from chalicelib.core.days import HOUR_MS


class Allowance(NamedTuple):
    """What a member may still create. `reset_ms` is when the next unit comes back (now, when none is used)."""

    limit: int
    remaining: int
    reset_ms: int


def recent(times_ms: list[int], now_ms: int) -> list[int]:
    """The creates of the last hour, oldest first."""
    return sorted(time for time in times_ms if time > now_ms - HOUR_MS)


def enough_ms(times_ms: list[int], limit: int, units: int, now_ms: int) -> int:
    """When so many units will be there, if nothing else is created meanwhile; in an hour if there never are so many."""
    used = recent(times_ms, now_ms)
    missing = len(used) + units - limit
    if missing <= 0:
        return now_ms
    return (used[missing - 1] if missing <= len(used) else now_ms) + HOUR_MS


def allowance(times_ms: list[int], limit: int, now_ms: int) -> Allowance:
    """What is left after the creates at these times."""
    used = recent(times_ms, now_ms)
    reset = used[max(len(used) - limit, 0)] + HOUR_MS if used else now_ms
    return Allowance(limit, max(limit - len(used), 0), reset)
