"""Periods: which days are meant by names, dates, moments and local calendars."""

from collections.abc import Callable
from datetime import date

import pytest

from chalicelib.core.days import DAY_MS, iso_day, iso_time, number_of, parse_time
from chalicelib.core.periods import (
    between,
    checked_offset,
    containing,
    local_day,
    named,
    parse_date,
    parts,
    widened,
)
from chalicelib.core.windows import Window
from chalicelib.errors import InvalidRequest

TODAY = number_of(date(2026, 5, 8))
NOW_MS = TODAY * DAY_MS + 37_800_000  # 10:30
FIELDS = ("start_date", "end_date")


def day(text: str) -> int:
    return number_of(date.fromisoformat(text))


def ms(text: str) -> int:
    found = parse_time(text)
    assert found is not None
    return found


def shown(window: Window) -> tuple[str, str]:
    return iso_day(window.first), iso_day(window.last)


BETWEEN: dict[str, tuple[str | None, str | None, tuple[str, str]]] = {
    "nothing given": (None, None, ("2026-04-09", "2026-05-08")),
    "a start": ("2026-01-01", None, ("2026-01-01", "2026-05-08")),
    "an end": (None, "2026-01-31", ("2026-01-02", "2026-01-31")),
    "both": ("2026-01-01", "2026-01-31", ("2026-01-01", "2026-01-31")),
    "one day": ("2026-01-01", "2026-01-01", ("2026-01-01", "2026-01-01")),
    "an end that lies ahead": ("2026-05-01", "2026-05-31", ("2026-05-01", "2026-05-31")),
}


@pytest.mark.parametrize("what", BETWEEN)
def test_dates_that_are_not_given_follow_from_the_others(what: str) -> None:
    start, end, wanted = BETWEEN[what]
    window = between(start and day(start), end and day(end), TODAY, FIELDS)  # type: ignore[arg-type]
    assert shown(window) == wanted


NAMED = {
    "7d": ("2026-05-02", "2026-05-08"),
    "30d": ("2026-04-09", "2026-05-08"),
    "90d": ("2026-02-08", "2026-05-08"),
    "all": ("2025-12-31", "2026-05-08"),
}


@pytest.mark.parametrize("period", NAMED)
def test_a_named_period_ends_today_and_all_begins_when_the_code_was_made(period: str) -> None:
    assert shown(named(period, ms("2025-12-31T23:59:59Z"), NOW_MS)) == NAMED[period]


WIDENED: dict[str, tuple[str | None, str | None, tuple[str, str]]] = {
    "the document's example": ("2026-04-08T00:00:00Z", None, ("2026-04-08T00:00:00Z", "2026-05-08T10:30:00Z")),
    "nothing given": (None, None, ("2026-04-08T00:00:00Z", "2026-05-08T10:30:00Z")),
    "moments": ("2026-04-08T17:45:00Z", "2026-04-09T01:00:00Z", ("2026-04-08T00:00:00Z", "2026-04-09T23:59:59Z")),
    "until lies ahead": ("2026-05-08T12:00:00Z", "2027-01-01", ("2026-05-08T00:00:00Z", "2026-05-08T10:30:00Z")),
    "until is long ago": (None, "2025-01-01T12:00:00Z", ("2025-01-01T00:00:00Z", "2025-01-01T23:59:59Z")),
}


@pytest.mark.parametrize("what", WIDENED)
def test_moments_are_widened_to_whole_days_up_to_now(what: str) -> None:
    since, until, wanted = WIDENED[what]
    counted = widened(since and ms(since), until and ms(until), NOW_MS)  # type: ignore[arg-type]
    assert (iso_time(counted.since_ms), iso_time(counted.until_ms)) == wanted
    assert shown(counted.window) == (wanted[0][:10], wanted[1][:10])


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "a start after the end": ("start_date", lambda: between(TODAY, TODAY - 1, TODAY, FIELDS)),
    "a start that lies ahead": ("start_date", lambda: between(TODAY + 1, None, TODAY, FIELDS)),
    "since after until": ("since", lambda: widened(NOW_MS, NOW_MS - DAY_MS, NOW_MS)),
    "since lies ahead": ("since", lambda: widened(NOW_MS + DAY_MS, None, NOW_MS)),
    "an unknown period": ("period", lambda: named("8d", 0, NOW_MS)),
    "no date": ("end_date", lambda: parse_date("tomorrow", "end_date")),
    "before all days": ("end_date", lambda: parse_date("1969-12-31", "end_date")),
    "behind all days": ("end_date", lambda: parse_date("9999-01-01", "end_date")),
    "a day that is not": ("end_date", lambda: parse_date("2026-02-29", "end_date")),
    "no quarter-hour": ("timezoneOffset", lambda: checked_offset(-331)),
    "farther than any clock": ("timezoneOffset", lambda: checked_offset(855)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_makes_no_sense_is_refused_by_the_name_of_its_field(what: str) -> None:
    field, ask = REFUSED[what]
    with pytest.raises(InvalidRequest) as caught:
        ask()
    assert caught.value.field == field


def test_a_date_may_be_given_with_a_time() -> None:
    assert parse_date("2026-01-31", "start_date") == parse_date("2026-01-31T23:00:00Z", "start_date")
    assert iso_day(parse_date("2026-01-31T23:00:00-03:30", "start_date")) == "2026-02-01"


LOCAL: dict[tuple[str, str, int], tuple[str, str]] = {
    ("day", "2026-05-15", 0): ("2026-05-15T00:00:00Z", "2026-05-16T00:00:00Z"),
    ("day", "2026-05-15", -345): ("2026-05-14T18:15:00Z", "2026-05-15T18:15:00Z"),
    ("day", "2024-02-29", 210): ("2024-02-29T03:30:00Z", "2024-03-01T03:30:00Z"),
    ("week", "2026-05-17", 480): ("2026-05-11T08:00:00Z", "2026-05-18T08:00:00Z"),
    ("week", "2026-01-01", 0): ("2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"),
    ("month", "2024-02-10", 0): ("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
    ("month", "2026-12-31", -60): ("2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"),
    ("year", "2024-12-31", 840): ("2024-01-01T14:00:00Z", "2025-01-01T14:00:00Z"),
}


@pytest.mark.parametrize("asked", LOCAL, ids=str)
def test_a_local_period_is_what_the_calendar_there_says(asked: tuple[str, str, int]) -> None:
    period, around, offset = asked
    local = containing(period, day(around), offset)
    assert (iso_time(local.first_ms), iso_time(local.end_ms)) == LOCAL[asked]


def test_it_is_another_day_elsewhere() -> None:
    assert [iso_day(local_day(NOW_MS, offset)) for offset in (0, 840, -840)] == [
        "2026-05-08",
        "2026-05-07",
        "2026-05-09",
    ]


@pytest.mark.parametrize("text", ["1970-01-01", "9998-12-31"])
@pytest.mark.parametrize("offset", [-840, 840])
@pytest.mark.parametrize("period", ["day", "week", "month", "year"])
def test_at_the_ends_of_the_calendar_every_day_that_is_read_can_be_spelled(text: str, offset: int, period: str) -> None:
    local = containing(period, parse_date(text, "timeLineDate"), offset)
    labels = [local.label(start) for start in local.starts()]
    assert (labels[0][:10] <= text <= labels[-1][:10]) or period == "year"
    assert shown(local.touched)[0] <= shown(local.begun)[0] <= shown(local.begun)[1] <= shown(local.touched)[1]


def test_a_window_is_cut_at_mondays_and_at_the_first_of_months() -> None:
    window = Window(day("2024-02-28"), day("2024-03-04"))
    weeks = [(iso_day(first), shown(part)) for first, part in parts(window, "week")]
    assert weeks == [("2024-02-26", ("2024-02-28", "2024-03-03")), ("2024-03-04", ("2024-03-04", "2024-03-04"))]
    months = [(iso_day(first), shown(part)) for first, part in parts(window, "month")]
    assert months == [("2024-02-01", ("2024-02-28", "2024-02-29")), ("2024-03-01", ("2024-03-01", "2024-03-04"))]
