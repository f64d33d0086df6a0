"""Series: every bucket holds what a count of heads finds in it, in UTC and in everybody's own time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, QUARTER_MS, day_of, iso_time, number_of
from chalicelib.core.periods import PERIODS, Local, containing
from chalicelib.core.rollups import Rollup
from chalicelib.core.series import (
    INTERVALS,
    MOST_DAYS,
    MOST_HOURLY_DAYS,
    Bucket,
    buckets,
    check_span,
    daily_average,
    timeline,
    total_between,
    totals,
)
from chalicelib.core.windows import Window, uniques
from chalicelib.errors import InvalidRequest
from tests.core.histories import FIRST_DAY, Books, Scans, additions, histories

# Seven days from each of these meet a leap day, a February without one, the end of a year, of a month.
BEGINNINGS = [
    number_of(date(*it)) for it in ((2024, 2, 26), (2100, 2, 25), (2023, 12, 28), (2024, 10, 28), (2026, 3, 9))
]
OFFSETS = [0, -345, 210, 840, -840, 480, -60, 15]  # -345 is +05:45, 210 is -03:30

beginnings = st.sampled_from(BEGINNINGS)
windows = st.builds(lambda first, length: Window(first, first + length), st.integers(-8, 8), st.integers(0, 40))

STARTS: dict[str, Callable[[datetime], datetime]] = {
    "hour": lambda moment: moment.replace(minute=0, second=0, microsecond=0),
    "day": lambda moment: _midnight(moment),
    "week": lambda moment: _midnight(moment) - timedelta(days=moment.weekday()),
    "month": lambda moment: _midnight(moment).replace(day=1),
}


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _moved(scans: Scans, first_day: int) -> Scans:
    return {key._replace(ms=key.ms + (first_day - FIRST_DAY) * DAY_MS): fact for key, fact in scans.items()}


def _counted(scans: Scans, scope: str) -> tuple[dict[int, Rollup], Scans]:
    """The days of a scope of organization 1, and the human scans in it."""
    books = Books()
    books.fold(additions(scans))
    days = {day: books.day(1, scope, day) for day in {day_of(key.ms) for key in scans}}
    link = int(scope[1])
    return days, {k: fact for k, fact in scans.items() if (k.organization, k.link) == (1, link) and not fact.bot}


def _start(interval: str, ms: int) -> int:
    return int(STARTS[interval](datetime.fromtimestamp(ms / 1000, UTC)).timestamp()) * 1000


def _brute_force(scans: Scans, window: Window, interval: str) -> list[Bucket]:
    hours = range(window.first * DAY_MS, (window.last + 1) * DAY_MS, 3_600_000)
    found = []
    for start in sorted({_start(interval, ms) for ms in hours}):
        inside = [fact for k, fact in scans.items() if day_of(k.ms) in window.days and _start(interval, k.ms) == start]
        heads = {(fact.address, fact.agent) for fact in inside}
        talks, messages = sum(fact.conversation for fact in inside), sum(fact.messages for fact in inside)
        found.append(Bucket(start, len(inside), len(heads), talks, messages))
    return found


@settings(max_examples=20)
@given(histories, beginnings, windows, st.sampled_from(INTERVALS))
def test_every_bucket_of_a_window_is_there_and_counts_what_lies_in_both(
    scans: Scans, first_day: int, around: Window, interval: str
) -> None:
    window = Window(first_day + around.first, first_day + around.last)
    days, mine = _counted(_moved(scans, first_day), "l1")
    assert buckets(days, window, interval) == _brute_force(mine, window, interval)


@settings(max_examples=40)
@given(histories, beginnings, st.integers(0, 6), st.sampled_from(PERIODS), st.sampled_from(OFFSETS))
def test_a_timeline_is_exact_in_everybodys_own_time(
    scans: Scans, first_day: int, nth: int, period: str, offset: int
) -> None:
    days, mine = _counted(_moved(scans, first_day), "l1")
    local = containing(period, first_day + nth, offset)
    hours = range(local.first_ms, local.end_ms, 3_600_000)
    wanted = dict.fromkeys((_label(local, ms) for ms in hours), 0)
    inside = [key.ms for key in mine if local.first_ms <= key.ms < local.end_ms]
    for ms in inside:
        wanted[_label(local, ms)] += 1
    assert list(timeline(days, local)) == list(wanted.items())
    assert total_between(days, local.first_ms, local.end_ms) == len(inside)


def _label(local: Local, ms: int) -> str:
    """What somebody's own calendar says at a moment, or when the hour of their clock began, in UTC."""
    there = datetime.fromtimestamp(ms / 1000, UTC) - timedelta(minutes=local.offset)
    if local.period != "day":
        return f"{there:%Y-%m-01}" if local.period == "year" else f"{there:%Y-%m-%d}"
    began = there.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=local.offset)
    return f"{began:%Y-%m-%dT%H:%M:%SZ}"


@settings(max_examples=20)
@given(histories, beginnings, st.sampled_from(PERIODS), st.sampled_from(OFFSETS))
def test_uniques_of_a_local_period_are_those_of_the_utc_days_that_begin_in_it(
    scans: Scans, first_day: int, period: str, offset: int
) -> None:
    days, mine = _counted(_moved(scans, first_day), "l1")
    local = containing(period, first_day + 3, offset)
    begun = [day for day in range(first_day - 400, first_day + 400) if local.first_ms <= day * DAY_MS < local.end_ms]
    heads = {(fact.address, fact.agent) for key, fact in mine.items() if day_of(key.ms) in begun}
    assert list(local.begun.days) == begun
    assert uniques(days, local.begun, r.VISITORS) == len(heads)


def test_hours_that_are_still_to_come_are_left_out() -> None:
    window, now_ms = Window(FIRST_DAY, FIRST_DAY), FIRST_DAY * DAY_MS + 5_400_000
    starts = [iso_time(bucket.start_ms) for bucket in buckets({}, window, "hour", now_ms)]
    assert starts == ["2024-10-04T00:00:00Z", "2024-10-04T01:00:00Z"]


@pytest.mark.parametrize(("interval", "most"), [("hour", MOST_HOURLY_DAYS), ("day", MOST_DAYS), ("month", MOST_DAYS)])
def test_a_span_that_would_be_too_many_buckets_is_refused_by_the_name_of_its_field(interval: str, most: int) -> None:
    check_span(interval, Window.ending(FIRST_DAY, most), "granularity")
    with pytest.raises(InvalidRequest) as caught:
        check_span(interval, Window.ending(FIRST_DAY, most + 1), "granularity")
    assert (caught.value.field, str(most) in caught.value.message) == ("granularity", True)


def test_the_daily_average_has_one_decimal() -> None:
    assert daily_average(1234, Window.ending(FIRST_DAY, 31)) == 39.8
    assert daily_average(0, Window.ending(FIRST_DAY, 30)) == 0


@settings(max_examples=40)
@given(histories, beginnings, st.lists(st.integers(0, 8 * 96), min_size=2, max_size=12, unique=True))
def test_neighbouring_spans_have_the_scans_that_lie_in_them(scans: Scans, first_day: int, quarters: list[int]) -> None:
    days, mine = _counted(_moved(scans, first_day), "l1")
    edges = [first_day * DAY_MS + quarter * QUARTER_MS for quarter in sorted(quarters)]
    assert totals(days, edges) == [sum(a <= key.ms < b for key in mine) for a, b in pairwise(edges)]
