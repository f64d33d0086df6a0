"""Windows: uniques equal a count of heads, and series have no gaps."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core import rollups as r
from chalicelib.core.days import day_of
from chalicelib.core.windows import Top, Window, series, tops, uniques, within
from tests.core.histories import FIRST_DAY, Books, Scans, additions, histories

windows = st.builds(lambda first, length: Window(first, first + length), st.integers(-2, 8), st.integers(0, 8))


@settings(max_examples=25)
@given(histories, st.randoms(use_true_random=False))
def test_uniques_of_every_window_equal_a_count_of_heads(scans: Scans, shuffle: random.Random) -> None:
    changes = additions(scans)
    shuffle.shuffle(changes)
    books = Books()
    for change in changes:
        books.fold([change])
    for scope in ("l1", "l2", "q1.2", "o"):
        days = {day: books.day(1, scope, day) for day in range(FIRST_DAY, FIRST_DAY + 7)}
        heads = [
            (day_of(key.ms), fact.address, fact.agent)
            for key, fact in scans.items()
            if key.organization == 1 and not fact.bot and scope in (f"l{key.link}", f"q{key.link}.{fact.marker}", "o")
        ]
        for first in range(FIRST_DAY, FIRST_DAY + 7):
            for last in range(first, FIRST_DAY + 7):
                window = Window(first, last)
                inside = [(address, agent) for day, address, agent in heads if first <= day <= last]
                assert uniques(days, window, r.VISITORS) == len(set(inside))
                assert uniques(days, window, r.ADDRESSES) == len({address for address, _ in inside})


@given(histories, windows)
def test_a_series_has_every_day_once_oldest_first_and_adds_up_to_the_window(scans: Scans, window: Window) -> None:
    window = Window(FIRST_DAY + window.first, FIRST_DAY + window.last)
    books = Books()
    books.fold(additions(scans))
    days = {day: books.day(1, "l1", day) for day in window.days}
    points = series(days, window, r.TOTAL)
    assert [day for day, _ in points] == list(window.days)
    assert sum(n for _, n in points) == r.amount(within(days, window), r.TOTAL)


def test_a_window_ends_with_its_last_day() -> None:
    assert Window.ending(20_000, 1) == Window(20_000, 20_000)
    assert Window.ending(20_000, 7) == Window(19_994, 20_000)


def test_tops_rank_by_scans_and_then_by_value() -> None:
    assert tops({"GB": 2, "US": 3, "AT": 2}, 2) == [Top("US", 3), Top("AT", 2)]
