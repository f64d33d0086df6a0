"""Rollups as texts: short, because a read of a year is 365 of them, and a busy one is written with every fold.

A table is spelled in the shortest of three ways; the other two are for those that are full:

    {"camera":12}                 as it is
    ["GB\\nIE\\nUS",[40,12,3]]      values by name, most scans first, and then their numbers
    [0,0,3,1]                     numbers alone, where keys have places: quarter-hours, hours, and for people seen
                                  before how many days ago that was, with `never` in the first place

Compressed, a busy day is a sixth to a fifth smaller than the plain tables, and grows less with its scans.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from chalicelib.core import rollups as r
from chalicelib.core.rollups import Rollup, Table

FULL: Final = 8  # entries from which on names or places are shorter
SPARSE: Final = 4  # so many places an entry, and it is shorter as it is

_QUARTERS: Final = tuple(map(str, range(96)))
_HOURS: Final = _QUARTERS[:24]
_PLACES: Final = {
    r.QUARTERS: _QUARTERS,
    r.HOURLY_VISITORS: _HOURS,
    r.CONVERSATIONS: _HOURS,
    r.MESSAGES: _HOURS,
}
_HISTOGRAMS: Final = frozenset({r.VISITORS, r.ADDRESSES})
_BETWEEN: Final = "\n"  # no value holds a control character but OTHER


def dumps(rollup: Mapping[str, Table], period: int) -> str:
    """A rollup of a day, or LIFETIME, as a text."""
    spelled = {name: _spelled(name, table, period) for name, table in rollup.items()}
    return json.dumps(spelled, ensure_ascii=False, separators=(",", ":"))


def loads(text: str | bytes, period: int, names: Collection[str] | None = None) -> Rollup:
    """The rollup behind a text, or those of its tables that are named.

    Raises AttributeError, TypeError or ValueError for anything else, as far as it can tell.
    """
    found = json.loads(text).items()
    return {name: _table(name, spelled, period) for name, spelled in found if names is None or name in names}


def _spelled(name: str, table: Table, period: int) -> Any:
    if len(table) < FULL:
        return table
    keys = _PLACES.get(name) or (_ago(table, period) if name in _HISTOGRAMS else ())
    if keys:
        return _by_place(table, keys)
    return _by_name(table) if name in r.DIMENSIONS else table


def _by_place(table: Table, keys: Sequence[str]) -> list[int] | Table:
    """The numbers of all places, unless other keys are among the table's, or it is nearly empty."""
    numbers = [table.get(key, 0) for key in keys]
    whole = len(numbers) - numbers.count(0) == len(table)
    return numbers if whole and len(numbers) <= SPARSE * len(table) else table


def _by_name(table: Table) -> list[Any] | Table:
    ranked = sorted(table.items(), key=lambda entry: (-entry[1], entry[0]))
    names = _BETWEEN.join(name for name, _ in ranked)
    return [names, [n for _, n in ranked]] if names.count(_BETWEEN) == len(table) - 1 else table


def _table(name: str, spelled: Any, period: int) -> Table:
    if isinstance(spelled, dict):
        return spelled
    if name in r.DIMENSIONS:
        names, numbers = spelled
        return dict(zip(names.split(_BETWEEN), numbers, strict=True))
    if name in _HISTOGRAMS:
        return {str(period - ago) if ago else r.NEVER: n for ago, n in enumerate(spelled) if n}
    return {key: n for key, n in zip(_PLACES.get(name, ()), spelled, strict=True) if n}


def _ago(table: Table, period: int) -> list[str]:
    """The keys of a day's histogram by their places, as far as any is there."""
    oldest = min((int(previous) for previous in table if previous.isdecimal()), default=period)
    return [r.NEVER, *map(str, range(period - 1, oldest - 1, -1))]
