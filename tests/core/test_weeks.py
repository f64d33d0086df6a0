"""What the days before a summary come to, by local clocks."""

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, HOUR_MS, day_of, iso_time, parse_day, parse_time, quarter_of
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.rollups import Rollup, merged
from chalicelib.core.weeks import Figures, Fortnight, figures
from chalicelib.core.windows import Top


def _ms(time: str) -> int:
    ms = parse_time(time)
    assert ms is not None
    return ms


def _days(*moments: str | int, country: str = "GB", referrer: str = "") -> dict[int, Rollup]:
    """Rollups of a scan at each of these moments."""
    days: dict[int, Rollup] = {}
    for moment in moments:
        ms = moment if isinstance(moment, int) else _ms(moment)
        scan = {
            r.TOTAL: {"": 1},
            r.QUARTERS: {str(quarter_of(ms)): 1},
            r.COUNTRY: {country: 1},
            r.REFERRER: {referrer: 1},
        }
        days[day_of(ms)] = merged([days.get(day_of(ms), {}), scan])
    return days


@pytest.mark.parametrize(
    ("due", "zone", "inside", "outside"),
    [
        pytest.param(
            "2026-05-05T09:00:00Z",
            "UTC",
            ["2026-05-04T00:00:00Z", "2026-05-04T23:59:59Z"],
            ["2026-05-03T23:59:59Z", "2026-05-05T00:00:00Z"],
            id="UTC",
        ),
        pytest.param(
            "2026-03-09T13:00:00Z",
            "America/New_York",
            ["2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z"],
            ["2026-03-08T04:59:59Z", "2026-03-09T04:00:00Z"],
            id="a day of 23 hours",
        ),
        pytest.param(
            "2026-11-02T14:00:00Z",
            "America/New_York",
            ["2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z"],
            ["2026-11-01T03:59:59Z", "2026-11-02T05:00:00Z"],
            id="a day of 25 hours",
        ),
        pytest.param(
            "2026-05-05T03:15:00Z",
            "Asia/Kathmandu",
            ["2026-05-03T18:15:00Z", "2026-05-04T18:14:59Z"],
            ["2026-05-03T18:14:59Z", "2026-05-04T18:15:00Z"],
            id="45 minutes off",
        ),
        pytest.param(
            "2026-10-05T00:00:00Z",
            "Australia/Lord_Howe",
            ["2026-10-03T13:30:00Z", "2026-10-04T12:59:59Z"],
            ["2026-10-03T13:29:59Z", "2026-10-04T13:00:00Z"],
            id="a day of 23 and a half hours",
        ),
    ],
)
def test_yesterday_is_the_local_day_before_to_the_quarter_hour(
    due: str, zone: str, inside: list[str], outside: list[str]
) -> None:
    span = Fortnight.before(_ms(due), zone)
    assert figures(_days(*inside), 2, span).yesterday == len(inside)
    assert figures(_days(*outside), 2, span).yesterday == 0


def test_a_week_is_seven_days_up_to_yesterday_and_compared_with_the_seven_before() -> None:
    span = Fortnight.before(_ms("2026-05-15T09:00:00Z"), "UTC")
    first = parse_day("2026-05-01")
    scans = [day * DAY_MS + HOUR_MS for n, day in enumerate(range(first - 1, first + 15)) for _ in range(n)]
    found = figures(_days(*scans), 120, span)
    assert (found.days, found.before) == ((8, 9, 10, 11, 12, 13, 14), 28)
    assert (found.week, found.yesterday, found.lifetime) == (77, 14, 120)


def test_it_reads_the_utc_days_that_it_touches() -> None:
    span = Fortnight.before(_ms("2026-05-15T09:00:00Z"), "Asia/Kathmandu")
    assert iso_time(span.starts[0]) == "2026-04-30T18:15:00Z"
    assert (span.touched.first, span.touched.last) == (parse_day("2026-04-30"), parse_day("2026-05-14"))
    assert (span.begun.first, span.begun.last) == (parse_day("2026-05-08"), parse_day("2026-05-14"))


@pytest.mark.parametrize(
    ("country", "referrer", "shown"),
    [
        pytest.param("GB", "example.com", (Top("United Kingdom", 2), Top("example.com", 2)), id="known"),
        pytest.param("", "", (Top("Unknown", 2), Top("Direct", 2)), id="not known"),
        pytest.param(r.OTHER, r.OTHER, (None, None), id="the remainder of a full table is nobody's"),
    ],
)
def test_the_leading_country_and_referrer_have_names(
    country: str, referrer: str, shown: tuple[Top | None, Top | None]
) -> None:
    span = Fortnight.before(_ms("2026-05-15T09:00:00Z"), "UTC")
    days = _days("2026-05-14T09:00:00Z", "2026-05-09T09:00:00Z", country=country, referrer=referrer)
    days |= _days("2026-05-07T09:00:00Z", country="FR", referrer="before.example")
    found = figures(days, 3, span)
    assert (found.country, found.referrer) == shown


def test_bots_are_told_and_an_owners_own_tests_are_none() -> None:
    span = Fortnight.before(_ms("2026-05-15T09:00:00Z"), "UTC")
    bots: dict[int, Rollup] = {parse_day("2026-05-14"): {r.BOTS: {"agent": 3, "prefetch": 1, OWN_TEST: 5}}}
    found = figures(bots, 0, span, pending=2, recounting=True)
    assert (found.bots, found.pending, found.recounting) == (4, 2, True)


def test_nothing_at_all_comes_to_nothing() -> None:
    span = Fortnight.before(_ms("2026-05-15T09:00:00Z"), "UTC")
    assert figures({}, 0, span) == Figures((0,) * 7, 0, 0)
