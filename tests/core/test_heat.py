"""When in the week scans come, and how strongly that is shown."""

import random
from collections import Counter
from datetime import UTC, datetime
from importlib import resources
from zoneinfo import ZoneInfo

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, QUARTER_MS, day_of, parse_day, quarter_of
from chalicelib.core.heat import STRONGEST, hours, level, log_level

ZONES = resources.files("tzdata").joinpath("zones").read_text().split()
YEAR = range(parse_day("2026-01-01"), parse_day("2027-01-01"))


@pytest.mark.parametrize("zone", ZONES)
def test_each_scan_is_in_the_hour_that_its_local_clock_showed(zone: str) -> None:
    chance = random.Random(zone)
    moments = [chance.choice(YEAR) * DAY_MS + chance.randrange(96) * QUARTER_MS for _ in range(300)]
    days: dict[int, r.Rollup] = {}
    for ms in moments:
        days = {**days, day_of(ms): r.merged([days.get(day_of(ms), {}), {r.QUARTERS: {str(quarter_of(ms)): 1}}])}
    first_ms, end_ms = YEAR[40] * DAY_MS + QUARTER_MS, YEAR[-9] * DAY_MS
    with resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).open("rb") as rules:
        clock = ZoneInfo.from_file(rules)
    local = [datetime.fromtimestamp(ms / 1000, UTC).astimezone(clock) for ms in moments if first_ms <= ms < end_ms]
    counted = Counter((it.weekday(), it.hour) for it in local)
    assert hours(days, first_ms, end_ms, zone) == tuple(tuple(counted[day, h] for h in range(24)) for day in range(7))


@pytest.mark.parametrize("scale", [level, log_level])
def test_levels_rise_from_none_to_the_strongest(scale: object) -> None:
    assert callable(scale)
    levels = [scale(n, 1_000) for n in range(1_001)]
    assert levels == sorted(levels)
    assert (levels[0], levels[1], levels[-1]) == (0, 1, STRONGEST)
    assert set(levels) == set(range(STRONGEST + 1))


@pytest.mark.parametrize("scale", [level, log_level])
@pytest.mark.parametrize(
    ("n", "most", "shown"), [(0, 0, 0), (1, 1, STRONGEST), (10**12, 10**12, STRONGEST), (-1, 5, 0)]
)
def test_few_numbers_and_huge_ones_have_levels(scale: object, n: int, most: int, shown: int) -> None:
    assert callable(scale)
    assert scale(n, most) == shown
