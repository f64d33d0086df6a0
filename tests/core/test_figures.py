"""All numbers of a range, against a count of the scans one by one."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, HOUR_MS, day_of
from chalicelib.core.figures import Compared, Figures, figures
from chalicelib.core.fold import dimension_values
from chalicelib.core.ranges import Range
from chalicelib.core.scans import Facts, ScanKey
from chalicelib.core.zones import local_day
from tests.core.histories import FIRST_DAY, Books, Scans, additions, histories

ORGANIZATION, LINK = 1, 1
ZONES = ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Australia/Lord_Howe"]


def _days(scans: Scans, scope: str) -> dict[int, r.Rollup]:
    books = Books()
    books.fold(additions(scans))
    return {day: books.day(ORGANIZATION, scope, day) for day in range(FIRST_DAY - 8, FIRST_DAY + 20)}


def _of_link(scans: Scans) -> list[tuple[int, Facts]]:
    return [(k.ms, f) for k, f in scans.items() if (k.organization, k.link) == (ORGANIZATION, LINK)]


def _seen(scans: list[tuple[int, Facts]], asked: Range) -> list[Facts]:
    return [facts for ms, facts in scans if day_of(ms) in asked.utc.days and not facts.bot]


def _figures(scans: Scans, asked: Range) -> Figures:
    return figures(_days(scans, r.link_scope(LINK)), {}, asked)


asked_ranges = st.builds(
    lambda zone, first, days, later: Range.of(
        "custom", zone, FIRST_DAY + first, FIRST_DAY + first + days - 1, (FIRST_DAY + first + days) * DAY_MS + later
    ),
    st.sampled_from(ZONES),
    st.integers(0, 6),
    st.integers(1, 7),
    st.integers(-DAY_MS, 2 * DAY_MS),
)


@given(histories, asked_ranges)
def test_every_number_is_what_counting_scan_by_scan_gives(scans: Scans, asked: Range) -> None:
    mine, found = _of_link(scans), _figures(scans, asked)
    humans = [ms for ms, facts in mine if not facts.bot]
    within = [ms for ms in humans if asked.first <= local_day(ms, asked.zone) <= asked.last]
    assert found.total.now == len(within) == sum(map(sum, found.hours))
    assert found.total.before == len([ms for ms in humans if asked.before.first_ms <= ms < asked.before.end_ms])
    assert found.visitors.now == len({(facts.address, facts.agent) for facts in _seen(mine, asked)})
    assert found.addresses.now == len({facts.address for facts in _seen(mine, asked)})
    assert found.bots.now == len([ms for ms, facts in mine if facts.bot and day_of(ms) in asked.utc.days])
    for name, ranking in found.rankings.items():
        values = Counter(dimension_values(facts)[name] for facts in _seen(mine, asked))
        assert (ranking.total, len(ranking.rows)) == (values.total(), len(values))


@given(histories, asked_ranges)
def test_the_chart_shows_what_the_totals_sum_up(scans: Scans, asked: Range) -> None:
    found = _figures(scans, asked)
    assert len(found.points) == len(asked.parts())
    shown = [point.total for point in found.points if point.total is not None]
    later = [ms for ms, facts in _of_link(scans) if ms > asked.now_ms and not facts.bot]
    assert found.total.now - len(later) <= sum(shown) <= found.total.now
    assert sum(found.before) == found.total.before


@given(histories, st.sampled_from(ZONES), st.integers(0, 6))
def test_visitors_of_an_hour_are_told_where_it_is_one_of_utc(scans: Scans, zone: str, day: int) -> None:
    asked = Range.of("custom", zone, FIRST_DAY + day, FIRST_DAY + day, (FIRST_DAY + 20) * DAY_MS)
    for part, point in zip(asked.parts(), _figures(scans, asked).points, strict=True):
        seen = {
            (facts.address, facts.agent)
            for ms, facts in _of_link(scans)
            if part.start_ms <= ms < part.end_ms and not facts.bot
        }
        whole = part.start_ms % HOUR_MS == 0 and part.end_ms - part.start_ms == HOUR_MS
        assert point.visitors == (len(seen) if whole else None)


def test_an_hour_or_day_that_is_yet_to_come_has_no_number() -> None:
    asked = Range.of("today", "UTC", FIRST_DAY, FIRST_DAY, FIRST_DAY * DAY_MS + 2 * HOUR_MS + 1)
    points = figures({}, {}, asked).points
    assert [point.total for point in points] == [0, 0, 0, *[None] * 21]


def test_a_day_that_runs_compares_its_scans_alone() -> None:
    asked = Range.of("today", "UTC", FIRST_DAY, FIRST_DAY, FIRST_DAY * DAY_MS + HOUR_MS)
    found = figures({}, {}, asked)
    assert (found.total.before, found.visitors.before, found.bots.before) == (0, None, None)


def test_an_organization_has_no_visitors_by_the_hour() -> None:
    asked = Range.of("custom", "UTC", FIRST_DAY, FIRST_DAY, (FIRST_DAY + 1) * DAY_MS)
    found = figures({}, {}, asked, r.ORGANIZATION_DIMENSIONS)
    assert {point.visitors for point in found.points} == {None}
    assert set(found.rankings) == set(r.ORGANIZATION_DIMENSIONS)


def test_own_tests_are_a_reason_and_no_bots() -> None:
    reasons = {"0" * 16: "own_test", "1" * 16: "tool"}
    scans = {ScanKey(1, LINK, 0, FIRST_DAY * DAY_MS, at): Facts(bot=bot) for at, bot in reasons.items()}
    found = _figures(scans, Range.of("custom", "UTC", FIRST_DAY, FIRST_DAY, (FIRST_DAY + 1) * DAY_MS))
    assert found.bots.now == 1
    assert [(row.name, row.scans) for row in found.bot_reasons.rows] == [
        ("Tools and scripts", 1),
        ("Your own tests", 1),
    ]


@pytest.mark.parametrize(
    ("now", "before", "percent"),
    [(12, 10, 20), (5, 10, -50), (0, 10, -100), (10, 10, 0), (7, 0, None), (0, 0, None), (7, None, None), (1, 3, -67)],
)
def test_a_change_is_in_whole_percent_of_before(now: int, before: int | None, percent: int | None) -> None:
    assert Compared(now, before).percent == percent
