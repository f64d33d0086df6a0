"""The fold: the one place that counts.

It moves scans from what the rollups hold of them to what they shall hold. It is pure, works both ways (taking a
scan away undoes adding it exactly), and knows neither storage nor the time. The stream, readers, the sweep, the
recount, erasing and the tests all come through here.

Folding takes two steps because the rollups that a scan touches are known only once its visitor is: a scan between
two others moves an entry of the later day too. So `placed` reads the visitors and tells which rollups are needed,
and `Placement.entered` puts the scans into them. `fold` is both in one.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.core import rollups as r
from chalicelib.core import visitors as v
from chalicelib.core.days import day_of, hour_of, quarter_of
from chalicelib.core.rollups import Rollup, RollupKey, Table
from chalicelib.core.scans import Change, Facts, ScanKey
from chalicelib.core.slots import home
from chalicelib.core.visitors import VisitorKey, Visits

Moves = dict[RollupKey, dict[str, Table]]


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold changed, whole: an empty visitor or rollup is to be deleted.

    `firsts` tells of each newly counted human scan whether its visitor had no scan of its link before.
    """

    visitors: dict[VisitorKey, Visits]
    rollups: dict[RollupKey, Rollup]
    firsts: dict[ScanKey, bool]


@dataclass(frozen=True, slots=True)
class Placement:
    """Scans placed among their visitors; `moves` are what they do to the rollups that are named by it."""

    visitors: dict[VisitorKey, Visits]
    firsts: dict[ScanKey, bool]
    moves: Moves

    def entered(self, rollups: Mapping[RollupKey, Rollup]) -> Folded:
        """The second step of a fold: every rollup of `moves` after the scans. One not given is taken as empty."""
        entered = {key: r.entered(rollups.get(key, {}), moves) for key, moves in self.moves.items()}
        return Folded(self.visitors, entered, self.firsts)


def fold(
    changes: Sequence[Change], visitors: Mapping[VisitorKey, Visits], rollups: Mapping[RollupKey, Rollup]
) -> Folded:
    """Fold changes into visitors and rollups; what is missing in either is taken as empty."""
    return placed(changes, visitors).entered(rollups)


def visitor_keys(changes: Iterable[Change]) -> set[VisitorKey]:
    """The visitors that `placed` must be given for these changes."""
    return {
        VisitorKey(change.key.organization, facts.address)
        for change in changes
        for facts in (change.before, change.after)
        if facts is not None and not facts.bot
    }


def touched(key: ScanKey, facts: Facts) -> list[Hashable]:
    """What folding a scan writes, each thing by a name of its own: itself, its visitor, and the days and lifetimes of
    its link, of a QR code and of its organization. Rollups of later days are not in it: only a late scan has those.

    Nobody knows yet whether a scan without a marker is its link's first QR code's, so that is in it.
    """
    link, owner = (key.link, key.slot), (key.organization, home(key.link, key.slot))
    code, day = (link, facts.marker or 1), day_of(key.ms)
    rollups = [(place, period) for place in (link, code, owner) for period in (day, r.LIFETIME)]
    return [key, VisitorKey(key.organization, facts.address), *rollups]


def placed(changes: Sequence[Change], visitors: Mapping[VisitorKey, Visits]) -> Placement:
    """The first step of a fold. `visitors` are left as they are."""
    placing = _Placing(visitors)
    for change in changes:
        placing.change(change)
    return placing.placement()


class _Placing:
    """Works on copies of the visitors it meets and collects the moves that each scan makes."""

    def __init__(self, visitors: Mapping[VisitorKey, Visits]) -> None:
        self._given = visitors
        self._visitors: dict[VisitorKey, Visits] = {}
        self._firsts: dict[ScanKey, bool] = {}
        self._moves: Moves = {}

    def placement(self) -> Placement:
        moves = {key: kept for key, tables in self._moves.items() if (kept := _kept(tables))}
        visitors = {key: v.trimmed(visits) for key, visits in self._visitors.items()}
        return Placement(visitors, self._firsts, moves)

    def change(self, change: Change) -> None:
        if change.before == change.after:
            return
        if change.before is not None:
            self._move(change.key, change.before, -1)
        if change.after is not None:
            if not change.after.bot and change.before is None:
                self._firsts[change.key] = self._is_first(change.key, change.after)
            self._move(change.key, change.after, 1)

    def _move(self, key: ScanKey, facts: Facts, sign: int) -> None:
        for rollup, entries in _entries(key, facts):
            tables = self._moves.setdefault(rollup, {})
            for table, value in entries:
                values = tables.setdefault(table, {})
                values[value] = values.get(value, 0) + sign
        if not facts.bot:
            self._visit(key, facts, sign)
            self._converse(key, facts, sign)

    def _visit(self, key: ScanKey, facts: Facts, sign: int) -> None:
        visits = self._visits(VisitorKey(key.organization, facts.address))
        day, hour = day_of(key.ms), hour_of(key.ms)
        scopes = [scope for scope, _ in _scopes(key, facts)]
        agent = v.entry(visits, facts.agent, scopes[0], day, hour, sign)
        before = [(v.days(visits, scope, agent), v.days(visits, scope)) for scope in scopes]
        hourly = [v.visit(visits, agent, scope, day, hour, sign) for scope in scopes if scope != r.ORGANIZATION_SCOPE]
        for (scope, slot), (agent_days, address_days) in zip(_scopes(key, facts), before, strict=True):
            at = RollupKey(key.organization, scope, slot, day)
            self._seen(at, r.VISITORS, agent_days, v.days(visits, scope, agent))
            self._seen(at, r.ADDRESSES, address_days, v.days(visits, scope))
        for (scope, slot), change in zip(_scopes(key, facts), hourly, strict=False):
            self._enter(RollupKey(key.organization, scope, slot, day), r.HOURLY_VISITORS, str(hour), change)

    def _seen(self, at: RollupKey, table: str, before: set[int], after: set[int]) -> None:
        """A day came to the days on which somebody was seen, or left them: enter it, and mend the day behind it."""
        day = at.period
        sign = (day in after) - (day in before)
        if not sign:
            return
        previous = str(max((d for d in after if d < day), default=r.NEVER))
        self._enter_previous(at, table, previous, sign)
        later = min((d for d in after if d > day), default=None)
        if later is not None:
            self._enter_previous(at._replace(period=later), table, previous, -sign)
            self._enter_previous(at._replace(period=later), table, str(day), sign)

    def _enter_previous(self, at: RollupKey, table: str, previous: str, sign: int) -> None:
        """Enter into a day's histogram. Whoever is new on a day is new in the lifetime, wherever that day moves to."""
        self._enter(at, table, previous, sign)
        if (table, previous) == (r.VISITORS, r.NEVER):
            self._enter(at._replace(period=r.LIFETIME), table, previous, sign)

    def _converse(self, key: ScanKey, facts: Facts, sign: int) -> None:
        if not (facts.conversation or facts.messages):
            return
        hour = str(hour_of(key.ms))
        for scope, slot in _scopes(key, facts):
            at = RollupKey(key.organization, scope, slot, day_of(key.ms))
            if scope != r.ORGANIZATION_SCOPE:
                self._enter(at, r.CONVERSATIONS, hour, sign * facts.conversation)
                self._enter(at, r.MESSAGES, hour, sign * facts.messages)

    def _is_first(self, key: ScanKey, facts: Facts) -> bool:
        visits = self._visits(VisitorKey(key.organization, facts.address))
        return not v.days(visits, r.link_scope(key.link), facts.agent)

    def _visits(self, key: VisitorKey) -> Visits:
        if key not in self._visitors:
            self._visitors[key] = v.copied(self._given.get(key, {}))
        return self._visitors[key]

    def _enter(self, at: RollupKey, table: str, value: str, n: int) -> None:
        values = self._moves.setdefault(at, {}).setdefault(table, {})
        values[value] = values.get(value, 0) + n


def _scopes(key: ScanKey, facts: Facts) -> list[tuple[str, int]]:
    """The scopes that count a scan and its slot in each; the organization comes last."""
    marked = [(r.marker_scope(key.link, facts.marker), key.slot)] if facts.marker else []
    return [(r.link_scope(key.link), key.slot), *marked, (r.ORGANIZATION_SCOPE, home(key.link, key.slot))]


def _entries(key: ScanKey, facts: Facts) -> Iterator[tuple[RollupKey, list[tuple[str, str]]]]:
    """Where one scan counts 1, visitors aside: each rollup with the entries (table, value) of it."""
    values, quarter = dimension_values(facts), (r.QUARTERS, str(quarter_of(key.ms)))
    for scope, slot in _scopes(key, facts):
        day = RollupKey(key.organization, scope, slot, day_of(key.ms))
        lifetime = RollupKey(key.organization, scope, slot, r.LIFETIME)
        if facts.bot:
            bot = [(r.BOTS, facts.bot)]
            yield day, bot
            yield lifetime, bot
            continue
        dimensions = r.ORGANIZATION_DIMENSIONS if scope == r.ORGANIZATION_SCOPE else r.DIMENSIONS
        yield day, [(r.TOTAL, ""), quarter, *((name, values[name]) for name in dimensions)]
        yield lifetime, [(r.TOTAL, ""), *((name, values[name]) for name in r.LIFETIME_DIMENSIONS)]


def dimension_values(facts: Facts) -> dict[str, str]:
    """The value of each dimension; places carry what they lie in, since names repeat from country to country."""
    region = f"{facts.country}|{facts.region}|{facts.region_name}" if facts.region or facts.region_name else ""
    city = f"{facts.country}|{facts.region}|{facts.region_name}|{facts.city}" if facts.city else ""
    return {
        r.COUNTRY: facts.country,
        r.REGION: region,
        r.CITY: city,
        r.DEVICE: facts.device,
        r.OS: facts.os,
        r.BROWSER: facts.browser,
        r.REFERRER: facts.referrer,
        r.METHOD: facts.method,
        r.APP: facts.app,
        r.LANGUAGE: facts.language,
    }


def _kept(tables: Mapping[str, Table]) -> dict[str, Table]:
    """Tables of moves without those that cancel out."""
    kept = {name: {value: n for value, n in table.items() if n} for name, table in tables.items()}
    return {name: table for name, table in kept.items() if table}
