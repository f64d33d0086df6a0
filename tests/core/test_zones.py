"""Local days and hours, also where the clocks change."""

from datetime import UTC, datetime
from importlib import resources

import pytest

from chalicelib.core.days import DAY_MS, HOUR_MS, LAST_MS, QUARTER_MS, iso_time, parse_day
from chalicelib.core.zones import check_zone, instant, local_day, moment, wall_clock
from chalicelib.errors import InvalidRequest

ZONES = resources.files("tzdata").joinpath("zones").read_text().split()


@pytest.mark.parametrize(
    ("day", "hour", "zone", "begins"),
    [
        pytest.param("2026-03-08", 1, "America/New_York", "2026-03-08T06:00:00Z", id="before the clocks go forward"),
        pytest.param("2026-03-08", 2, "America/New_York", "2026-03-08T07:00:00Z", id="the hour that is skipped"),
        pytest.param("2026-03-08", 3, "America/New_York", "2026-03-08T07:00:00Z", id="the one behind it"),
        pytest.param("2026-11-01", 1, "America/New_York", "2026-11-01T05:00:00Z", id="the hour that comes twice"),
        pytest.param("2026-11-01", 2, "America/New_York", "2026-11-01T07:00:00Z", id="the one behind both"),
        pytest.param("2026-05-05", 9, "Asia/Kathmandu", "2026-05-05T03:15:00Z", id="45 minutes off"),
        pytest.param("2026-10-04", 2, "Australia/Lord_Howe", "2026-10-03T15:30:00Z", id="half an hour is skipped"),
        pytest.param("2026-04-05", 1, "Australia/Lord_Howe", "2026-04-04T14:00:00Z", id="half an hour comes twice"),
        pytest.param("2026-04-24", 0, "Africa/Cairo", "2026-04-23T22:00:00Z", id="midnight is skipped"),
        pytest.param("2026-11-01", 0, "America/Havana", "2026-11-01T04:00:00Z", id="midnight comes twice"),
        pytest.param("2026-05-05", 23, "UTC", "2026-05-05T23:00:00Z", id="UTC"),
    ],
)
def test_an_hour_of_a_local_day_begins_once(day: str, hour: int, zone: str, begins: str) -> None:
    assert iso_time(moment(parse_day(day), hour, zone)) == begins


@pytest.mark.parametrize("zone", ZONES)
def test_midnight_is_where_a_day_begins_and_begins_a_quarter_hour(zone: str) -> None:
    today = parse_day("2026-01-01")
    for day in range(today, today + 366):
        midnight = moment(day, 0, zone)
        assert midnight % QUARTER_MS == 0
        assert (local_day(midnight, zone), local_day(midnight - 1, zone)) == (day, day - 1)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-08", "America/New_York", 23),
        ("2026-11-01", "America/New_York", 25),
        ("2026-10-04", "Australia/Lord_Howe", 23.5),
        ("2026-05-05", "Asia/Kathmandu", 24),
    ],
)
def test_a_day_is_as_long_as_it_is(day: str, zone: str, hours: float) -> None:
    number = parse_day(day)
    assert moment(number + 1, 0, zone) - moment(number, 0, zone) == hours * HOUR_MS


def test_in_utc_days_are_those_of_the_clock() -> None:
    now = int(datetime(2026, 5, 5, 23, 59, 59, tzinfo=UTC).timestamp()) * 1000
    assert local_day(now, "UTC") == now // DAY_MS


@pytest.mark.parametrize(
    "name", ["", "Nowhere", "europe/london", "EST5EDT,M3.2.0", "../zones", "/etc/passwd", "right/UTC", "+02:00", "\0"]
)
def test_what_is_no_time_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_zone(name)
    assert caught.value.field == "time_zone"


@pytest.mark.parametrize("name", ["UTC", "Europe/London", "America/Argentina/Buenos_Aires", "Asia/Kathmandu"])
def test_names_of_the_iana_database_are_time_zones(name: str) -> None:
    assert check_zone(name) == name


@pytest.mark.parametrize(
    ("text", "zone", "time"),
    [
        pytest.param("2026-11-21T14:05", "Europe/Berlin", "2026-11-21T13:05:00Z", id="winter"),
        pytest.param("2026-07-21T14:05:30", "Europe/Berlin", "2026-07-21T12:05:00Z", id="summer, with seconds"),
        pytest.param("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00Z", id="a time that is skipped"),
        pytest.param("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", id="a time that comes twice"),
        pytest.param("2026-01-01T00:00", "Asia/Kathmandu", "2025-12-31T18:15:00Z", id="45 minutes off"),
    ],
)
def test_a_time_of_a_form_is_one_of_local_clocks(text: str, zone: str, time: str) -> None:
    assert iso_time(instant(text, zone, "expires_at")) == time


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30T00:00", "2026-01-01", "0001-01-01T00:00+09:00x"])
def test_what_is_no_time_names_its_field(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        instant(text, "Asia/Tokyo", "expires_at")
    assert refused.value.field == "expires_at"


def test_the_last_of_all_times_is_shown_by_clocks_that_are_ahead_too() -> None:
    assert wall_clock(LAST_MS, "UTC") == wall_clock(LAST_MS, "Pacific/Kiritimati") == "9999-12-31T23:59"


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_a_form_is_read_as_it_is_drawn(zone: str) -> None:
    for day in range(20_000, 20_400, 7):
        ms = day * DAY_MS + 7 * QUARTER_MS
        assert instant(wall_clock(ms, zone), zone, "expires_at") == ms
