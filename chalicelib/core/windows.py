"""Windows of days over daily rollups: totals, exact unique visitors, gap-free series, tops."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from chalicelib.core.rollups import ADDITIVE, Rollup, amount, merged, table

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


# Of whoever asks for no days at all, but for a lifetime.
NO_DAYS: Final = Window(0, -1)


def within(days: Days, window: Window, names: Collection[str] = ADDITIVE) -> Rollup:
    """The sum of a window's additive tables, or of those that are named; `uniques` are no such sum."""
    return merged({name: rollup[name] for name in names if name in rollup} for rollup in _inside(days, window))


def total(days: Days, window: Window, name: str) -> int:
    """The sum of a table of a window's days."""
    return sum(amount(rollup, name) for rollup in _inside(days, window))


def series(days: Days, window: Window, name: str) -> list[tuple[int, int]]:
    """(day, sum of a table), one for every day of the window, oldest first."""
    return [(day, amount(days.get(day, {}), name)) for day in window.days]


def uniques(days: Days, window: Window, name: str) -> int:
    """How many different visitors (table VISITORS) or addresses (ADDRESSES) a window saw, exactly.

    Each day's table says of everybody seen that day on which day they were seen before. Whoever was last seen
    before the window, or never, is new to it; each is new exactly once. (docs/counting.md has the proof.)
    """
    inside = set(map(str, window.days))  # a previous day is never behind the window: it is before a day of it
    seen = (table(rollup, name) for rollup in _inside(days, window))
    return sum(of_day[previous] for of_day in seen for previous in set(of_day).difference(inside))


def _inside(days: Days, window: Window) -> Iterator[Rollup]:
    """The days of a window; a series asks for each of its days alone."""
    return (days[day] for day in window.days if day in days)


def tops(values: Mapping[str, int], most: int) -> list[Top]:
    """The leading values of a dimension, most scans first, ties by value; the remainder is a value of its own."""
    ranked: Sequence[tuple[str, int]] = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    return [Top(value, n) for value, n in ranked[:most]]
