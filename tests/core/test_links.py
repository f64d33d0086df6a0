"""What a link is at a time."""

import pytest

from chalicelib.core.days import day_of, iso_day, iso_time, months_between, next_month_ms, parse_time, quarter_of
from chalicelib.core.links import ACTIVE, DRAFT, EXPIRED, PAUSED, state
from chalicelib.core.slots import SPREAD, growth, home, homes

NOW = 1_000_000


@pytest.mark.parametrize(
    ("status", "pause_until", "expires", "expected"),
    [
        pytest.param(ACTIVE, None, None, ACTIVE, id="active"),
        pytest.param(PAUSED, None, None, PAUSED, id="paused for good"),
        pytest.param(PAUSED, NOW + 1, None, PAUSED, id="paused for now"),
        pytest.param(PAUSED, NOW, None, ACTIVE, id="pause over"),
        pytest.param(DRAFT, None, None, DRAFT, id="draft"),
        pytest.param(ACTIVE, None, NOW + 1, ACTIVE, id="not yet expired"),
        pytest.param(ACTIVE, None, NOW, EXPIRED, id="expired"),
        pytest.param(PAUSED, NOW + 1, NOW, EXPIRED, id="expired while paused"),
    ],
)
def test_a_link_is_what_its_status_pause_and_expiry_say(
    status: str, pause_until: int | None, expires: int | None, expected: str
) -> None:
    assert state(status, pause_until, expires, NOW) == expected


@pytest.mark.parametrize(
    ("time", "begins"),
    [
        pytest.param("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z", id="the first moment"),
        pytest.param("2026-05-31T23:59:59Z", "2026-06-01T00:00:00Z", id="the last moment"),
        pytest.param("2026-12-15", "2027-01-01T00:00:00Z", id="the year ends"),
        pytest.param("2028-02-29", "2028-03-01T00:00:00Z", id="a leap day"),
        pytest.param("2027-01-31", "2027-02-01T00:00:00Z", id="a short month comes"),
    ],
)
def test_the_next_month_begins_on_its_first_day(time: str, begins: str) -> None:
    ms = parse_time(time)
    assert ms is not None
    assert iso_time(next_month_ms(ms)) == begins


def test_months_between_two_times_are_all_there() -> None:
    first, last = parse_time("2025-11-30T23:59:59Z"), parse_time("2026-02-01")
    assert first is not None
    assert last is not None
    assert months_between(first, last) == ["202511", "202512", "202601", "202602"]
    assert months_between(first, first) == ["202511"]


def test_days_and_quarters_are_utc() -> None:
    ms = parse_time("2026-01-15T23:45:00+00:00")
    assert ms is not None
    assert (iso_day(day_of(ms)), quarter_of(ms)) == ("2026-01-15", 95)
    assert parse_time("2026-01-16T00:45:00+01:00") == ms


def test_a_link_grows_to_a_hundred_scans_a_second_in_its_fullest_slot() -> None:
    hundred = [(0, 5_000 + n) for n in range(100)]
    assert growth([]) == 1
    assert growth([*hundred, (1, 5_500), (0, 6_000)]) == 1
    assert growth([*hundred, (0, 5_999)]) == 2
    assert growth([*hundred, *hundred, (0, 5_999)]) == 4
    assert growth([(7, 1_000)] * 1_000) == 16


def test_every_home_of_every_link_is_among_the_organizations_homes() -> None:
    for slots in (1, 2, 8):
        assert {home(link, slot) for link in range(20) for slot in range(slots)} == set(homes(slots))
    assert len(homes(1)) == SPREAD
