"""Random histories of scans, and a count of them so plain that it cannot be wrong."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

from hypothesis import strategies as st

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, HOUR_MS, day_of, hour_of, quarter_of
from chalicelib.core.fold import dimension_values, fold
from chalicelib.core.rollups import Rollup, RollupKey
from chalicelib.core.scans import Change, Facts, ScanKey
from chalicelib.core.visitors import VisitorKey, Visits

FIRST_DAY = 20_000

Scans = dict[ScanKey, Facts]
K = TypeVar("K")
V = TypeVar("V")


def history(seed: int, size: int) -> Scans:
    """So many random scans. Drawn from a seed: hypothesis shrinks the size, and drawing costs next to nothing."""
    chance = random.Random(seed)
    return {_key(chance): random_facts(chance) for _ in range(size)}


def _key(chance: random.Random) -> ScanKey:
    day, hour, second = chance.randrange(7), chance.choice([0, 13, 23]), chance.randrange(3600)
    ms = (FIRST_DAY + day) * DAY_MS + hour * HOUR_MS + second * 1000
    return ScanKey(
        chance.choice([1, 1, 2]),
        chance.randint(1, 3),
        chance.randrange(2),
        ms,
        f"{chance.getrandbits(64):016x}",
    )


def random_facts(chance: random.Random) -> Facts:
    pick = chance.choice
    return Facts(
        address=pick("abc"),
        agent=pick("xy"),
        marker=pick([0, 0, 1, 2]),
        country=pick(["", "GB", "US"]),
        region=pick(["", "CA"]),
        city=pick(["", "London"]),
        device=pick(["mobile", "desktop", "unknown"]),
        os=pick(["iOS", ""]),
        browser=pick(["Safari", ""]),
        referrer=pick(["", "t.co"]),
        method=pick(["camera", "manual_entry"]),
        bot=pick(["", "", "", "crawler"]),
        conversation=pick([True, False]),
        messages=pick([0, 3]),
    )


seeds = st.integers(0, 2**32)
histories = st.builds(history, seeds, st.integers(0, 40))


class Books:
    """Visitors and rollups as a store would hold them, changed only through the fold."""

    def __init__(self) -> None:
        self.visitors: dict[VisitorKey, Visits] = {}
        self.rollups: dict[RollupKey, Rollup] = {}

    def fold(self, changes: Sequence[Change]) -> dict[ScanKey, bool]:
        folded = fold(changes, self.visitors, self.rollups)
        _keep(self.visitors, folded.visitors)
        _keep(self.rollups, folded.rollups)
        return folded.firsts

    def day(self, organization: int, scope: str, day: int) -> Rollup:
        """A day's rollup, slots added up."""
        return r.merged(
            rollup
            for key, rollup in self.rollups.items()
            if (key.organization, key.scope, key.period) == (organization, scope, day)
        )

    def by_scope(self) -> dict[tuple[int, str, int], Rollup]:
        """Every rollup with the slots added up: (organization, scope, period) -> rollup, empty ones left out."""
        periods = {(key.organization, key.scope, key.period) for key in self.rollups}
        days = {period: self.day(*period) for period in periods}
        return {period: rollup for period, rollup in days.items() if rollup}


def _keep(into: dict[K, V], changed: dict[K, V]) -> None:
    for key, value in changed.items():
        if value:
            into[key] = value
        else:
            into.pop(key, None)


def additions(scans: Scans) -> list[Change]:
    return [Change(key, None, facts) for key, facts in scans.items()]


def chunks(items: Sequence[V], cuts: Iterable[int]) -> list[Sequence[V]]:
    """A sequence cut at the given places."""
    places = sorted({0, len(items), *(cut % (len(items) + 1) for cut in cuts)})
    return [items[a:b] for a, b in pairwise(places)]


def brute_force(scans: Scans) -> dict[tuple[int, str, int], Rollup]:
    """What every rollup must hold, counted scan by scan without the fold."""
    books: dict[tuple[int, str, int], dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for key, fact in scans.items():
        for scope in _scopes(key, fact):
            _count(books[key.organization, scope, day_of(key.ms)], key, fact, scope)
            _count_lifetime(books[key.organization, scope, r.LIFETIME], fact)
    for (organization, scope, period), tables in books.items():
        if period == r.LIFETIME:
            humans = _humans(scans, organization, scope)
            tables[r.VISITORS] = Counter({r.NEVER: len({(fact.address, fact.agent) for _, fact in humans})})
    for (organization, scope, day), tables in books.items():
        if day != r.LIFETIME:
            humans = _humans(scans, organization, scope)
            tables[r.VISITORS] = _previous_days([(day_of(k.ms), (f.address, f.agent)) for k, f in humans], day)
            tables[r.ADDRESSES] = _previous_days([(day_of(k.ms), f.address) for k, f in humans], day)
            if scope != "o":
                seen = {(hour_of(k.ms), f.address, f.agent) for k, f in humans if day_of(k.ms) == day}
                tables[r.HOURLY_VISITORS] = Counter(str(hour) for hour, _, _ in seen)
    return {at: plain for at, tables in books.items() if (plain := _plain(tables))}


def _scopes(key: ScanKey, fact: Facts) -> list[str]:
    return [f"l{key.link}", *([f"q{key.link}.{fact.marker}"] if fact.marker else []), "o"]


def _humans(scans: Scans, organization: int, scope: str) -> list[tuple[ScanKey, Facts]]:
    return [
        (key, fact)
        for key, fact in scans.items()
        if key.organization == organization and scope in _scopes(key, fact) and not fact.bot
    ]


def _count(tables: dict[str, Counter[str]], key: ScanKey, fact: Facts, scope: str) -> None:
    if fact.bot:
        tables[r.BOTS][fact.bot] += 1
        return
    tables[r.TOTAL][""] += 1
    tables[r.QUARTERS][str(quarter_of(key.ms))] += 1
    names = r.ORGANIZATION_DIMENSIONS if scope == "o" else r.DIMENSIONS
    for name in names:
        tables[name][dimension_values(fact)[name]] += 1
    if scope != "o":
        tables[r.CONVERSATIONS][str(hour_of(key.ms))] += fact.conversation
        tables[r.MESSAGES][str(hour_of(key.ms))] += fact.messages


def _count_lifetime(tables: dict[str, Counter[str]], fact: Facts) -> None:
    if fact.bot:
        tables[r.BOTS][fact.bot] += 1
        return
    tables[r.TOTAL][""] += 1
    for name in r.LIFETIME_DIMENSIONS:
        tables[name][dimension_values(fact)[name]] += 1


def _previous_days(seen: Sequence[tuple[int, object]], day: int) -> Counter[str]:
    previous: Counter[str] = Counter()
    for who in {who for d, who in seen if d == day}:
        earlier = [d for d, other in seen if other == who and d < day]
        previous[str(max(earlier, default=r.NEVER))] += 1
    return previous


def _plain(tables: dict[str, Counter[str]]) -> Rollup:
    plain = {name: {value: n for value, n in table.items() if n} for name, table in tables.items()}
    return {name: table for name, table in plain.items() if table}


def with_conversation(fact: Facts) -> Facts:
    """The same scan after its visitor began to talk."""
    return fact._replace(conversation=True, messages=fact.messages + 2)
