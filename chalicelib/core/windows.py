"""Windows of days over daily rollups: totals, exact unique visitors, gap-free series, tops."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.core.rollups import NEVER, Rollup, amount, merged, table

Days = Mapping[int, Rollup]  # day -> its rollup, slots added up; a day without scans may be missing


class Top(NamedTuple):
    """A value of a dimension and its scans."""

    value: str
    scans: int


class Window(NamedTuple):
    """UTC days, both included."""

    first: int
    last: int

    @property
    def days(self) -> range:
        return range(self.first, self.last + 1)

    @classmethod
    def ending(cls, last: int, days: int) -> "Window":
        """The window of so many days that ends with `last`."""
        return cls(last - days + 1, last)


def within(days: Days, window: Window) -> Rollup:
    """The sum of a window's additive tables. Its `visitors` and `addresses` mean nothing: see `uniques`."""
    return merged(rollup for day, rollup in days.items() if day in window.days)


def series(days: Days, window: Window, name: str) -> list[tuple[int, int]]:
    """(day, sum of a table), one for every day of the window, oldest first."""
    return [(day, amount(days.get(day, {}), name)) for day in window.days]


def uniques(days: Days, window: Window, name: str) -> int:
    """How many different visitors (table VISITORS) or addresses (ADDRESSES) a window saw, exactly.

    Each day's table says of everybody seen that day on which day they were seen before. Whoever was last seen
    before the window, or never, is new to it; each is new exactly once. (docs/counting.md has the proof.)
    """
    return sum(
        n
        for day, rollup in days.items()
        if day in window.days
        for previous, n in table(rollup, name).items()
        if previous == NEVER or int(previous) < window.first
    )


def tops(values: Mapping[str, int], most: int) -> list[Top]:
    """The leading values of a dimension, most scans first, ties by value; the remainder is a value of its own."""
    ranked: Sequence[tuple[str, int]] = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    return [Top(value, n) for value, n in ranked[:most]]
