"""Ranges of local days, and what they are compared with."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.days import DAY_MS, QUARTER_MS, day_of, iso_day, iso_time, parse_day, parse_time
from chalicelib.core.ranges import CUSTOM, MOST_DAYS, RANGES, TODAY, Range, asked
from chalicelib.core.zones import local_day
from chalicelib.errors import InvalidRequest

ZONES = [
    "UTC",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Africa/Cairo",
]
FIRST_MS, LAST_MS = parse_day("2020-01-01") * DAY_MS, parse_day("2032-01-01") * DAY_MS
moments = st.integers(FIRST_MS, LAST_MS)
zones = st.sampled_from(ZONES)


def ms(time: str) -> int:
    found = parse_time(time)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-03-10", "2026-03-10"),
        ("yesterday", "2026-03-09", "2026-03-09"),
        ("7d", "2026-03-04", "2026-03-10"),
        ("28d", "2026-02-11", "2026-03-10"),
        ("30d", "2026-02-09", "2026-03-10"),
        ("90d", "2025-12-11", "2026-03-10"),
        ("month", "2026-03-01", "2026-03-10"),
        ("last-month", "2026-02-01", "2026-02-28"),
        ("year", "2026-01-01", "2026-03-10"),
        ("12mo", "2025-04-01", "2026-03-10"),
        ("", "2026-02-09", "2026-03-10"),
    ],
)
def test_a_name_stands_for_local_days(name: str, first: str, last: str) -> None:
    found = asked({"range": name}, "America/New_York", ms("2026-03-11T03:30:00Z"))
    assert (iso_day(found.first), iso_day(found.last)) == (first, last)


def test_own_dates_end_with_today_at_the_latest() -> None:
    parameters = {"range": CUSTOM, "from": "2026-03-01", "to": "2026-04-01"}
    found = asked(parameters, "UTC", ms("2026-03-11T03:30:00Z"))
    assert (iso_day(found.first), iso_day(found.last)) == ("2026-03-01", "2026-03-11")


@pytest.mark.parametrize(
    ("parameters", "zone", "field"),
    [
        pytest.param({"range": "week"}, "UTC", "range", id="another name"),
        pytest.param({}, "Mars/Phobos", "zone", id="no time zone"),
        pytest.param({"range": CUSTOM, "to": "2026-03-01"}, "UTC", "from", id="no first day"),
        pytest.param({"range": CUSTOM, "from": "2026-03-01", "to": "<b>"}, "UTC", "to", id="no date"),
        pytest.param({"range": CUSTOM, "from": "2026-03-02", "to": "2026-03-01"}, "UTC", "from", id="wrong way round"),
        pytest.param({"range": CUSTOM, "from": "2026-03-12", "to": "2026-03-20"}, "UTC", "from", id="lies ahead"),
        pytest.param({"range": CUSTOM, "from": "2025-02-03", "to": "2026-03-10"}, "UTC", "from", id="401 days"),
    ],
)
def test_what_is_no_range_is_refused_by_name(parameters: dict[str, str], zone: str, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        asked(parameters, zone, ms("2026-03-11T03:30:00Z"))
    assert refused.value.field == field


def test_400_days_are_a_range() -> None:
    found = asked({"range": CUSTOM, "from": "2025-02-04", "to": "2026-03-10"}, "UTC", ms("2026-03-11T03:30:00Z"))
    assert (found.days, len(found.parts())) == (MOST_DAYS, MOST_DAYS)


@given(moments, zones, st.sampled_from([name for name in RANGES if name != CUSTOM]))
def test_parts_follow_each_other_and_end_where_the_range_does(now_ms: int, zone: str, name: str) -> None:
    found = asked({"range": name}, zone, now_ms)
    parts = found.parts()
    assert (parts[0].start_ms, parts[-1].end_ms) == (found.first_ms, found.end_ms)
    assert all(one.end_ms == other.start_ms for one, other in pairwise(parts))
    assert {part.start_ms % QUARTER_MS for part in parts} == {0}
    if not found.hourly:
        assert len(parts) == found.days
        assert [day for part in parts for day in part.utc.days] == list(found.utc.days)


@given(moments, zones, st.sampled_from([name for name in RANGES if name != CUSTOM]))
def test_what_it_is_compared_with_are_as_many_days_just_before(now_ms: int, zone: str, name: str) -> None:
    found = asked({"range": name}, zone, now_ms)
    before = found.before
    assert (before.days, before.last) == (found.days, found.first - 1)
    assert before.utc.last < found.utc.first or (found.runs and found.hourly)
    assert before.end_ms % QUARTER_MS == 0
    assert found.both.first <= min(before.touched.first, found.touched.first)
    if found.runs:
        passed = now_ms - found.first_ms
        lacking = before.first_ms + passed - before.end_ms
        assert -QUARTER_MS <= lacking <= (0 if before.end_ms < found.first_ms else DAY_MS // 24)
    else:
        assert before.end_ms == found.first_ms


@given(moments, zones)
def test_the_newest_scan_is_in_the_utc_days_of_what_runs(now_ms: int, zone: str) -> None:
    for name in ("today", "7d", "month"):
        found = asked({"range": name}, zone, now_ms)
        assert found.runs
        assert found.utc.last == day_of(now_ms)
        assert abs(len(found.utc.days) - found.days) <= 1


@given(moments, zones)
def test_no_scan_of_a_day_that_runs_is_missing_from_its_utc_days(now_ms: int, zone: str) -> None:
    found = asked({"range": TODAY}, zone, now_ms)
    assert found.utc == (day_of(found.first_ms), day_of(now_ms))


@given(moments)
def test_in_utc_all_days_are_the_same(now_ms: int) -> None:
    found = asked({"range": "7d"}, "UTC", now_ms)
    assert found.utc == found.touched == (day_of(now_ms) - 6, day_of(now_ms))


def test_the_evening_in_new_york_is_in_two_utc_days() -> None:
    found = asked({"range": TODAY}, "America/New_York", ms("2026-06-11T01:00:00Z"))
    assert [iso_day(day) for day in found.utc.days] == ["2026-06-10", "2026-06-11"]
    assert iso_time(found.before.end_ms) == "2026-06-10T01:15:00Z"


@pytest.mark.parametrize(
    ("zone", "day", "labels"),
    [
        pytest.param("America/New_York", "2026-03-08", ["00:00", "01:00", "03:00", "04:00"], id="an hour is skipped"),
        pytest.param("America/New_York", "2026-11-01", ["00:00", "01:00", "01:00", "02:00"], id="an hour comes twice"),
        pytest.param("Australia/Lord_Howe", "2026-10-04", ["00:00", "01:00", "02:30", "03:30"], id="half an hour"),
    ],
)
def test_hours_are_named_by_the_clock(zone: str, day: str, labels: list[str]) -> None:
    found = Range.of(CUSTOM, zone, parse_day(day), parse_day(day), LAST_MS)
    assert [part.label for part in found.parts()][:4] == labels
    assert local_day(found.parts()[-1].end_ms, zone) == parse_day(day) + 1
