"""Series over daily rollups: every hour, day, week or month of a period, oldest first, with those in which nothing
happened."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from chalicelib.core import periods
from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, HOUR_MS, QUARTER_MS, day_of
from chalicelib.core.periods import DAY, HOUR, MONTH, WEEK, Local
from chalicelib.core.rollups import Rollup, table
from chalicelib.core.windows import Days, Window, total, uniques
from chalicelib.errors import InvalidRequest

INTERVALS: Final = (HOUR, DAY, WEEK, MONTH)
MOST_HOURLY_DAYS: Final = 366
MOST_DAYS: Final = 3_660


class Bucket(NamedTuple):
    """What happened in an hour, day, week (named by its Monday) or month (by its first day).

    The first and the last one count only what lies in the window; `start_ms` may lie before it.
    """

    start_ms: int
    scans: int
    uniques: int
    conversations: int
    messages: int


class Point(NamedTuple):
    """A part of a timeline in its owner's time: `2026-01-15`, or when an hour begins, `2026-01-15T13:00:00Z`."""

    label: str
    scans: int


def tables(interval: str) -> tuple[str, ...]:
    """What `buckets` of an interval are made of."""
    counted = (r.QUARTERS, r.HOURLY_VISITORS) if interval == HOUR else (r.TOTAL, r.VISITORS)
    return (*counted, r.CONVERSATIONS, r.MESSAGES)


def check_span(interval: str, window: Window, field: str) -> None:
    """Raises InvalidRequest that names the field when a window has more days than an interval is good for."""
    most = MOST_HOURLY_DAYS if interval == HOUR else MOST_DAYS
    if len(window.days) > most:
        raise InvalidRequest.for_field(field, f"{interval} is for {most} days at most")


def buckets(days: Days, window: Window, interval: str, end_ms: int | None = None) -> list[Bucket]:
    """The buckets of a window; with `end_ms` without those that begin then or later."""
    if interval == HOUR:
        found = [_hourly(days.get(day, {}), day * DAY_MS, hour) for day in window.days for hour in range(24)]
    else:
        found = [_daily(days, first * DAY_MS, part) for first, part in periods.parts(window, interval)]
    return [bucket for bucket in found if end_ms is None or bucket.start_ms < end_ms]


def total_between(days: Days, first_ms: int, end_ms: int) -> int:
    """The scans from a moment to just before another, exactly: both begin a quarter-hour."""
    return sum(
        n
        for day in range(day_of(first_ms), day_of(end_ms - 1) + 1)
        for quarter, n in table(days.get(day, {}), r.QUARTERS).items()
        if first_ms <= day * DAY_MS + int(quarter) * QUARTER_MS < end_ms
    )


def totals(days: Days, edges: Sequence[int]) -> list[int]:
    """As `total_between`, of each span between two neighbours among moments that rise."""
    found = [0] * (len(edges) - 1)
    for day, rollup in days.items():
        for quarter, n in table(rollup, r.QUARTERS).items():
            span = bisect_right(edges, day * DAY_MS + int(quarter) * QUARTER_MS) - 1
            if 0 <= span < len(found):
                found[span] += n
    return found


def timeline(days: Days, local: Local) -> list[Point]:
    """The scans of a local period: by hour of a day, by month of a year, by day otherwise."""
    starts = local.starts()
    ends = [*starts[1:], local.end_ms]
    return [Point(local.label(start), total_between(days, start, end)) for start, end in zip(starts, ends, strict=True)]


def daily_average(scans: int, window: Window) -> float:
    """Scans a day, with one decimal."""
    return round(scans / len(window.days), 1)


def _hourly(rollup: Rollup, midnight_ms: int, hour: int) -> Bucket:
    quarters = table(rollup, r.QUARTERS)
    scans = sum(quarters.get(str(quarter), 0) for quarter in range(4 * hour, 4 * hour + 4))
    rest = (table(rollup, name).get(str(hour), 0) for name in (r.HOURLY_VISITORS, r.CONVERSATIONS, r.MESSAGES))
    return Bucket(midnight_ms + hour * HOUR_MS, scans, *rest)


def _daily(days: Days, start_ms: int, part: Window) -> Bucket:
    sums = (total(days, part, name) for name in (r.CONVERSATIONS, r.MESSAGES))
    return Bucket(start_ms, total(days, part, r.TOTAL), uniques(days, part, r.VISITORS), *sums)
