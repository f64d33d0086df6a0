"""The recount: what the rollups of one day must hold, as told by the scans that are counted in them.

A scan's `counted` says what the rollups hold of it, so the counted scans of a day are all there is to know. They are
folded anew, from nothing, by the fold itself, and the result is held against what is stored.

**Additive tables** (totals, quarters, dimensions, ...) are a matter of one slot: a scan enters those of its own slot
only. So each slot's rollup is compared and repaired for itself.

**Histograms of visitors** are not. When a scan puts a day between two others, the later day's entry moves, and this is
noted in the slot of that scan; two correct histories may differ in every slot and agree only in the sum. So the sum is
compared, and what it lacks is entered into the first slot. That is right whatever happens in the other slots
meanwhile: a fold changes what is stored and what must be stored by the same moves, so it leaves their difference as it
is. Nothing else changes the difference but a repair, and every repair of this day goes through that one rollup, on the
condition of the version at which it was read.

**Lifetimes** are sums of their days, slot by slot; their visitors are the days' that were never seen before. Each slot
holds of these what its own days do, so a repair of a day's histogram is followed by one of the lifetime beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from chalicelib.core import rollups as r
from chalicelib.core.batches import batches
from chalicelib.core.fold import placed
from chalicelib.core.rollups import Rollup, RollupKey, Table
from chalicelib.core.scans import Change, Facts, ScanKey
from chalicelib.core.visitors import MAX_AGENTS, VisitorKey, Visits

ADDITIVE: Final = (r.TOTAL, r.BOTS, r.QUARTERS, r.CONVERSATIONS, r.MESSAGES, *r.DIMENSIONS)
ORGANIZATION_TABLES: Final = (r.TOTAL, r.BOTS, r.QUARTERS, *r.ORGANIZATION_DIMENSIONS)
LIFETIME_TABLES: Final = (r.TOTAL, r.BOTS, *r.LIFETIME_DIMENSIONS)

# A lifetime is a sum of its days altogether: nothing else belongs into it.
LIFETIME_TOLD: Final = (*ADDITIVE, r.VISITORS, r.ADDRESSES, r.HOURLY_VISITORS)

NOBODY: Final[Table] = {}

# Fewer scans than an item names agents: so every agent keeps its own name here.
_CHUNK: Final = MAX_AGENTS


class Recounted:
    """Collects what the counted scans of one day come to, in the scopes of a link and of markers.

    `rollups` hold additive tables only. `visitors` are those of this day alone, every agent under its own name.
    """

    def __init__(self, day: int) -> None:
        self.day = day
        self.scans = 0
        self.rollups: dict[RollupKey, Rollup] = {}
        self.visitors: dict[VisitorKey, Visits] = {}

    @property
    def scopes(self) -> set[str]:
        return {key.scope for key in self.rollups}

    def add(self, counted: Sequence[tuple[ScanKey, Facts]]) -> None:
        """Add counted scans of the day."""
        self.scans += len(counted)
        for chunk in batches(counted, _CHUNK):
            self._fold([Change(key, None, facts) for key, facts in chunk])

    def _fold(self, changes: Sequence[Change]) -> None:
        placement = placed(changes, {})
        for key, moves in placement.moves.items():
            if key.period == self.day and key.scope != r.ORGANIZATION_SCOPE:
                additive = {name: table for name, table in moves.items() if name in ADDITIVE}
                self.rollups[key] = r.entered(self.rollups.get(key, {}), additive)
        for visitor, visits in placement.visitors.items():
            _gather(self.visitors.setdefault(visitor, {}), visits)


def mended(actual: Rollup, expected: Rollup, tables_told: Iterable[str] = ADDITIVE) -> Rollup:
    """A rollup with those of its tables put right that are not as expected, of those that `expected` tells."""
    wrong = {name: r.table(expected, name) for name in tables_told if not _agree(name, actual, expected)}
    tables = {**actual, **{name: dict(table) for name, table in wrong.items()}}
    return {name: table for name, table in tables.items() if table}


def of_organization(links: Iterable[Rollup]) -> Rollup:
    """What the organization's day holds in one home, from the days of the links that count there."""
    return _bounded(r.merged(links), ORGANIZATION_TABLES)


def of_lifetime(days: Iterable[Rollup]) -> Rollup:
    """What a lifetime holds, from all days of its scope and slot."""
    whole = r.merged(days)
    new = r.table(whole, r.VISITORS).get(r.NEVER, 0)
    return {**_bounded(whole, LIFETIME_TABLES), **({r.VISITORS: {r.NEVER: new}} if new else {})}


def scans_off(actual: Rollup, expected: Rollup) -> int:
    """By how many scans, bots among them, a rollup is off."""
    return sum(abs(r.amount(actual, name) - r.amount(expected, name)) for name in (r.TOTAL, r.BOTS))


def lacking(
    actual: Mapping[str, int], expected: Mapping[str, int], unsure: Mapping[str, int] = NOBODY, horizon: int = 0
) -> Table:
    """What must be entered into a table whose sum over the slots is `actual`; nothing when it is right.

    In a histogram the `unsure` may have any previous day; when it is wrong, they get the one that they are given with.
    Days before `horizon` count as never: visitors' entries are dropped at that age.
    """
    lacks = _difference(_since(actual, horizon), expected)
    if all(n <= 0 for n in lacks.values()) and sum(lacks.values()) == -sum(unsure.values()):
        return {}
    return _difference(_since(actual, horizon), r.merged([{"": dict(expected)}, {"": dict(unsure)}]).get("", {}))


def histograms_lacking(
    actual: Rollup, expected: Mapping[str, Table], unsure: Mapping[str, Table], horizon: int
) -> Rollup:
    """What `lacking` says of both histograms of a day."""
    return {
        name: lacking(r.table(actual, name), expected.get(name, NOBODY), unsure.get(name, NOBODY), horizon)
        for name in (r.VISITORS, r.ADDRESSES)
    }


def _difference(held: Mapping[str, int], wanted: Mapping[str, int]) -> Table:
    lacks = {value: wanted.get(value, 0) - held.get(value, 0) for value in {*wanted, *held}}
    return {value: n for value, n in lacks.items() if n}


def _agree(name: str, actual: Rollup, expected: Rollup) -> bool:
    """Whether a table is right. In a full one it depends on the order of arrival which values have a name."""
    held, wanted = r.table(actual, name), r.table(expected, name)
    if name in r.DIMENSIONS and (r.OTHER in held or r.OTHER in wanted):
        return sum(held.values()) == sum(wanted.values())
    return held == wanted


def _bounded(rollup: Rollup, tables: Iterable[str]) -> Rollup:
    """Some tables of a rollup; of a full one the leading values keep their names."""
    return {name: _named(rollup[name]) if name in r.DIMENSIONS else rollup[name] for name in tables if name in rollup}


def _named(table: Table) -> Table:
    ranked = sorted((value for value in table if value != r.OTHER), key=lambda value: (-table[value], value))
    named = {value: table[value] for value in ranked[: r.NAMED_VALUES]}
    rest = sum(table.values()) - sum(named.values())
    return {**named, r.OTHER: rest} if rest else named


def _since(histogram: Mapping[str, int], horizon: int) -> Table:
    """A histogram with all days before the horizon as never."""
    held: Table = {}
    for value, n in histogram.items():
        previous = r.NEVER if value.isdecimal() and int(value) < horizon else value
        held[previous] = held.get(previous, 0) + n
    return held


def _gather(into: Visits, visits: Visits) -> None:
    for agent, scopes in visits.items():
        for scope, days in scopes.items():
            for day, hours in days.items():
                held = into.setdefault(agent, {}).setdefault(scope, {}).setdefault(day, {})
                for hour, n in hours.items():
                    held[hour] = held.get(hour, 0) + n
