"""When summaries are due: once on every day that is theirs, whatever the clocks do."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.days import DAY_MS, iso_time, parse_day, parse_time
from chalicelib.core.endpoints import SLACK, Secret
from chalicelib.core.events import QR_SCAN_THRESHOLD, SCAN_CREATED, URL_CLICK_THRESHOLD, Event, Reached
from chalicelib.core.links import Link
from chalicelib.core.summaries import (
    CAMPAIGN,
    DAILY,
    LINK,
    ORGANIZATION,
    WEEKLY,
    Schedule,
    Subscription,
    check_schedule,
    hint,
    host_in,
)
from chalicelib.core.zones import local_day
from chalicelib.errors import InvalidRequest

ZONES = ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana"]
SUBSCRIPTION = Subscription(1, 2, ORGANIZATION, 0, Schedule(), (Secret("1/a"),), "hooks.example/…abcd", "", 0, 0)


def _ms(time: str) -> int:
    ms = parse_time(time)
    assert ms is not None
    return ms


@pytest.mark.parametrize(
    ("schedule", "now", "due"),
    [
        pytest.param(Schedule(hour=9), "2026-05-05T08:59:59Z", "2026-05-05T09:00:00Z", id="later today"),
        pytest.param(Schedule(hour=9), "2026-05-05T09:00:00Z", "2026-05-06T09:00:00Z", id="due now: the next one"),
        pytest.param(
            Schedule(hour=2, time_zone="America/New_York"),
            "2026-03-08T06:30:00Z",
            "2026-03-08T07:00:00Z",
            id="the hour does not exist",
        ),
        pytest.param(
            Schedule(hour=1, time_zone="America/New_York"),
            "2026-11-01T05:30:00Z",
            "2026-11-02T06:00:00Z",
            id="between the two of the hour",
        ),
        pytest.param(
            Schedule(WEEKLY, 8, 0), "2026-03-09T08:00:00Z", "2026-03-16T08:00:00Z", id="Monday, and the next Monday"
        ),
        pytest.param(Schedule(WEEKLY, 8, 6), "2026-03-09T08:00:00Z", "2026-03-15T08:00:00Z", id="Sunday"),
        pytest.param(
            Schedule(WEEKLY, 0, 0, "Asia/Kathmandu"),
            "2026-03-07T00:00:00Z",
            "2026-03-08T18:15:00Z",
            id="Monday there, Sunday in UTC",
        ),
    ],
)
def test_it_is_due_next_at_its_hour_where_it_is(schedule: Schedule, now: str, due: str) -> None:
    assert iso_time(schedule.next_after(_ms(now))) == due


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 23])
def test_every_day_of_a_year_has_exactly_one(zone: str, hour: int) -> None:
    schedule, found = Schedule(DAILY, hour, time_zone=zone), list[int]()
    first = parse_day("2026-01-01")
    now = (first - 2) * DAY_MS
    while not found or local_day(found[-1], zone) < first + 365:
        now = schedule.next_after(now)
        found.append(now)
    days = [local_day(due, zone) for due in found]
    assert days == list(range(days[0], days[0] + len(days)))


@given(
    ms=st.integers(_ms("2020-01-01"), _ms("2037-12-01")),
    frequency=st.sampled_from([DAILY, WEEKLY]),
    hour=st.integers(0, 23),
    weekday=st.integers(0, 6),
    zone=st.sampled_from(ZONES),
)
def test_the_last_one_and_the_next_are_neighbours(ms: int, frequency: str, hour: int, weekday: int, zone: str) -> None:
    schedule = Schedule(frequency, hour, weekday, zone)
    last, following = schedule.last_at(ms), schedule.next_after(ms)
    assert last <= ms < following
    assert (schedule.next_after(last), schedule.last_at(following - 1)) == (following, last)
    if frequency == WEEKLY:
        assert {(local_day(due, zone) + 3) % 7 for due in (last, following)} == {weekday}


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        (Schedule("hourly"), "frequency"),
        (Schedule(hour=24), "hour"),
        (Schedule(hour=-1), "hour"),
        (Schedule(weekday=7), "weekday"),
        (Schedule(time_zone="Mars/Olympus"), "time_zone"),
    ],
)
def test_a_schedule_that_cannot_be_names_its_field(schedule: Schedule, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_schedule(schedule)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("scope", "of", "type", "thresholds", "wants"),
    [
        pytest.param(ORGANIZATION, 0, URL_CLICK_THRESHOLD, True, True, id="anything of the organization"),
        pytest.param(ORGANIZATION, 0, QR_SCAN_THRESHOLD, True, True, id="a QR code"),
        pytest.param(ORGANIZATION, 0, URL_CLICK_THRESHOLD, False, False, id="not asked for"),
        pytest.param(ORGANIZATION, 0, SCAN_CREATED, True, False, id="no threshold"),
        pytest.param(LINK, 5, URL_CLICK_THRESHOLD, True, True, id="its link"),
        pytest.param(LINK, 6, URL_CLICK_THRESHOLD, True, False, id="another link"),
        pytest.param(CAMPAIGN, 7, QR_SCAN_THRESHOLD, True, True, id="its campaign"),
        pytest.param(CAMPAIGN, 8, QR_SCAN_THRESHOLD, True, False, id="another campaign"),
    ],
)
def test_it_hears_of_thresholds_within_its_scope(scope: str, of: int, type: str, thresholds: bool, wants: bool) -> None:
    link = Link(1, 5, "menu", "https://example.com/", 0, campaign=7)
    event = Event("evt_a", type, 0, 1, Reached(link, 10, 10))
    assert replace(SUBSCRIPTION, scope=scope, of=of, thresholds=thresholds).wants(event) is wants


def test_its_receiver_has_the_url_as_a_secret() -> None:
    receiver = SUBSCRIPTION.receiver()
    assert (receiver.format, receiver.url, receiver.signing(5)) == (SLACK, "", ["1/a"])


def test_a_hint_shows_the_host_and_four_letters() -> None:
    shown = hint("hooks.slack.com", "https://hooks.slack.com/services/T0/B0/verysecretXyz9")
    assert (shown, host_in(shown)) == ("hooks.slack.com/…Xyz9", "hooks.slack.com")
