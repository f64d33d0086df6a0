"""A minute of a burst, from made-up figures: each expectation is worked out by hand."""

from dataclasses import replace

import pytest

from bench import burst
from bench import figures as reckoned
from bench.prices import Item
from bench.usage import Folded
from tests.bench.test_cost import FIGURES

HOT = replace(FIGURES, fold={reckoned.HOT: Folded(writes=6, reads=1, cpu_ms=0.5)}, init_ms={})


def test_a_minute_has_sixty_seconds_of_scans() -> None:
    used = burst._case(1_000, HOT).used
    assert used[Item.API_CALLS] == 60_000
    # Six of the fold's, none of the sweep's.
    assert used[Item.WRITES] == pytest.approx(6 * 60_000)


def test_scans_gather_as_they_come_in_that_minute_and_not_in_a_month() -> None:
    assert burst._case(1_000, HOT).traffic.a_second == 1_000


def test_each_rate_has_a_column_and_everything_is_summed() -> None:
    found = burst.section(HOT)
    assert found.columns[1:] == ("1,000 a second", "10,000 a second", "100,000 a second", "300,000 a second")
    *services, whole, _, _ = found.rows
    assert float(str(whole[4])) == pytest.approx(sum(float(str(row[4])) for row in services), abs=0.05)
