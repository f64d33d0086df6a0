"""Rollups: the counters of one scope for one UTC day or for its lifetime.

A rollup is a few named tables of whole numbers, each sparse: what is not there is 0, and no entry is 0. So
adding a scan and taking it away again leaves exactly what was there before. Rollups of the same scope and day
in different slots, and totals of different days, add up table by table; only `visitors` and `addresses` of
several days need `windows.uniques`. A lifetime's `visitors` are its days' that were never seen before: everybody once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

Table = dict[str, int]
Rollup = dict[str, Table]

TOTAL: Final = "total"
BOTS: Final = "bots"  # by reason; never in a total
VISITORS: Final = "visitors"  # by the day on which each visitor of the day was seen before, or NEVER
ADDRESSES: Final = "addresses"  # the same for address hashes
QUARTERS: Final = "quarters"  # by quarter-hour, 0 to 95
HOURLY_VISITORS: Final = "hourly_visitors"  # by hour, 0 to 23
CONVERSATIONS: Final = "conversations"  # by hour
MESSAGES: Final = "messages"  # by hour

COUNTRY: Final = "country"
REGION: Final = "region"  # country|code|name
CITY: Final = "city"  # country|code|name|city
DEVICE: Final = "device"
OS: Final = "os"
BROWSER: Final = "browser"
REFERRER: Final = "referrer"
METHOD: Final = "method"
APP: Final = "app"
LANGUAGE: Final = "language"
DIMENSIONS: Final = (COUNTRY, REGION, CITY, DEVICE, OS, BROWSER, REFERRER, METHOD, APP, LANGUAGE)
ORGANIZATION_DIMENSIONS: Final = (COUNTRY, DEVICE, REFERRER)
LIFETIME_DIMENSIONS: Final = (COUNTRY, DEVICE)

# Those of a day that add up over days.
ADDITIVE: Final = (TOTAL, BOTS, QUARTERS, HOURLY_VISITORS, CONVERSATIONS, MESSAGES, *DIMENSIONS)

NEVER: Final = "never"
# The remainder of a full dimension. A control character, which no value can hold: they are cleaned on arrival.
OTHER: Final = "\x00"
NAMED_VALUES: Final = 100

LIFETIME: Final = -1  # the period of a lifetime rollup, where others have their day
ORGANIZATION_SCOPE: Final = "o"


class RollupKey(NamedTuple):
    """One rollup item. `scope` is `o`, `l<link>` or `q<link>.<ordinal>`; `period` a day or LIFETIME."""

    organization: int
    scope: str
    slot: int
    period: int


def link_scope(link: int) -> str:
    return f"l{link}"


def marker_scope(link: int, ordinal: int) -> str:
    """Of the scans that carry a QR code's marker: which of its link's QR codes it is, from 1 on.

    It belongs to the link's number, so that whoever makes a marker up gets no further than that link.
    """
    return f"{marker_scopes(link)}{ordinal}"


def marker_scopes(link: int) -> str:
    """How the scopes of all of a link's markers begin."""
    return f"q{link}."


def scoped(scope: str) -> tuple[int, int] | None:
    """The link that a scope is of, and the marker, 0 where it is the link's own; None for an organization's."""
    if scope == ORGANIZATION_SCOPE:
        return None
    link, _, ordinal = scope[1:].partition(".")
    return int(link), int(ordinal or 0)


def entered(rollup: Mapping[str, Mapping[str, int]], moves: Mapping[str, Mapping[str, int]]) -> Rollup:
    """The rollup after moves. Entries that come to 0, and tables that come to nothing, are gone."""
    after: Rollup = {name: dict(table) for name, table in rollup.items()}
    for name, changes in moves.items():
        table = after.setdefault(name, {})
        enter = _enter_bounded if name in DIMENSIONS else _enter
        # Leavers first: their places are free for those who come.
        for value, n in sorted(changes.items(), key=lambda change: (change[1], change[0])):
            enter(table, value, n)
        if not table:
            del after[name]
    return after


def withdrawn(whole: Mapping[str, Mapping[str, int]], part: Mapping[str, Mapping[str, int]]) -> Rollup:
    """An organization's rollup without what a link's rollup adds to it, for a link whose scans are gone.

    Uniques stay, a day's and the lifetime's alike: who was seen elsewhere too can no longer be told.
    """
    names = (TOTAL, BOTS, QUARTERS, *ORGANIZATION_DIMENSIONS)
    moves = {name: {value: -n for value, n in part[name].items()} for name in names if name in part}
    return entered(whole, moves)


def merged(rollups: Iterable[Mapping[str, Mapping[str, int]]]) -> Rollup:
    """The sum of rollups, table by table."""
    total: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for rollup in rollups:
        for name, table in rollup.items():
            into = total[name]
            for value, n in table.items():  # a year has 200,000 entries: a call for each would cost 60 ms
                into[value] += n
    return {name: kept for name, table in total.items() if (kept := {value: n for value, n in table.items() if n})}


def table(rollup: Mapping[str, Mapping[str, int]], name: str) -> Mapping[str, int]:
    """One table; empty when the rollup has none."""
    return rollup.get(name, {})


def amount(rollup: Mapping[str, Mapping[str, int]], name: str) -> int:
    """The sum of one table: scans of TOTAL, bots of BOTS, a day's unique visitors of VISITORS."""
    return sum(table(rollup, name).values())


def _enter(table: Table, value: str, n: int) -> None:
    after = table.get(value, 0) + n
    if after:
        table[value] = after
    else:
        table.pop(value, None)


def _enter_bounded(table: Table, value: str, n: int) -> None:
    """Enter into a table of at most NAMED_VALUES values and OTHER, so that no header can grow an item.

    What leaves is taken from its named entry first, so OTHER never holds fewer than were put there.
    """
    if n < 0:
        named = min(table.get(value, 0), -n)
        _enter(table, value, -named)
        _enter(table, OTHER, n + named)
        return
    room = value in table or len(table) - (OTHER in table) < NAMED_VALUES
    _enter(table, value if room else OTHER, n)
