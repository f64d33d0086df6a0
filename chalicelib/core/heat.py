"""When in the week scans come, by local clocks; and how strongly a number is shown among others."""

import math
from collections.abc import Callable, Iterator
from typing import Final

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, HOUR_MS, QUARTER_MS
from chalicelib.core.windows import Days
from chalicelib.core.zones import ahead_ms

WEEKDAYS: Final = 7
HOURS: Final = 24

STRONGEST: Final = 6

Hours = tuple[tuple[int, ...], ...]  # [weekday from Monday][hour]


def hours(days: Days, first_ms: int, end_ms: int, zone: str) -> Hours:
    """The scans from a moment to just before another by weekday, from Monday, and hour of the day, exactly.

    Both moments begin a quarter-hour, as does every change of clocks. Of an hour that comes twice, both are in one.
    """
    sums = [[0] * HOURS for _ in range(WEEKDAYS)]
    for local_ms, n in _by_clock(days, first_ms, end_ms, zone):
        sums[(local_ms // DAY_MS + 3) % WEEKDAYS][local_ms % DAY_MS // HOUR_MS] += n  # 1970-01-01 was a Thursday
    return tuple(tuple(each) for each in sums)


def level(n: int, most: int) -> int:
    """How strongly to show a number, from 0 for none to STRONGEST for the largest, in even steps."""
    return -(-n * STRONGEST // most) if n > 0 else 0


def log_level(n: int, most: int) -> int:
    """As `level`, in steps of the logarithm: where a few numbers are far above all others."""
    if n <= 0:
        return 0
    return max(1, math.ceil(STRONGEST * math.log1p(n) / math.log1p(most) - 1e-9))


def _by_clock(days: Days, first_ms: int, end_ms: int, zone: str) -> Iterator[tuple[int, int]]:
    """Each quarter-hour's time as local clocks show it, and its scans."""
    for day, rollup in days.items():
        ahead = _ahead(day * DAY_MS, zone)
        for quarter, n in r.table(rollup, r.QUARTERS).items():
            ms = day * DAY_MS + int(quarter) * QUARTER_MS
            if first_ms <= ms < end_ms:
                yield ms + ahead(ms), n


def _ahead(midnight_ms: int, zone: str) -> Callable[[int], int]:
    """How far the clocks are ahead at the moments of a UTC day: looked up once unless they change on it."""
    at_first, at_last = ahead_ms(midnight_ms, zone), ahead_ms(midnight_ms + DAY_MS - 1, zone)
    return (lambda _: at_first) if at_first == at_last else (lambda ms: ahead_ms(ms, zone))
