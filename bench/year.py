"""A year of scans of one link, made up and folded in memory: the histories of `bench/reading.py`.

What is made up: people from 1,500 cities, whose frequencies fall as cities' do; scans by the hours of a day; a third of
all visits are followed by another within days or weeks, one in five scans by another within the hour; people who share
an address; bots. All of it is the pure fold: `core.fold` gets every scan, with the visitors as they are then.

A history is made in two halves, by two processes, each with people of its own. The first one is folded in chunks, as
scans come; the second one is entered behind it, a day at a time.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, TypeVar

from chalicelib.core import rollups as r
from chalicelib.core.batches import batches
from chalicelib.core.days import DAY_MS, HOUR_MS
from chalicelib.core.fold import Moves, fold, placed
from chalicelib.core.rollups import Rollup, RollupKey
from chalicelib.core.scans import Change, Facts, ScanKey
from chalicelib.core.visitors import VisitorKey, Visits
from chalicelib.services.counting import CHUNK
from infra.people import PASSERS_BY

DAYS: Final = 365
HALVES: Final = 2

BOTS: Final = 0.02
AGAIN: Final = 0.2  # of scans are followed by another one of the same person within the hour
BACK: Final = 0.3  # of visits are followed by one on a later day
SHARED: Final = 0.04  # of visits are followed by somebody else's from the same address
GAP: Final = (2.0, 1.3)  # of the days until then, as a logarithm: half of them come within a week

CITIES: Final = 1_500
REFERRERS: Final = 60
DIRECT: Final = 60  # times as many come without a referrer as with the commonest one
LANGUAGES: Final = ("en", "de", "fr", "es", "nl", "pl", "it", "pt", "tr", "ar", "zh", "ru", "sv", "da", "ro")
AGENTS: Final = {
    ("mobile", "iOS", "Safari"): 44,
    ("mobile", "Android", "Chrome"): 30,
    ("mobile", "Android", "Samsung Internet"): 14,
    ("mobile", "iOS", "Instagram"): 4,
    ("desktop", "Windows", "Chrome"): 3,
    ("tablet", "iPadOS", "Safari"): 2,
    ("desktop", "macOS", "Safari"): 1,
    ("mobile", "Android", "Firefox"): 1,
    ("desktop", "Windows", "Edge"): 1,
}

T = TypeVar("T")
Counted = tuple[ScanKey, Facts]


@dataclass(frozen=True)
class Link:
    """Whose history it is, and its last day, since 1970; about so many scans in all."""

    organization: int
    number: int
    last_day: int
    scans: int

    @property
    def first_day(self) -> int:
        return self.last_day - DAYS + 1


@dataclass
class Year:
    """What a link's scans came to; `first` and `last` are those of its first and last day, in the order of time."""

    rollups: dict[RollupKey, Rollup] = field(default_factory=dict)
    first: list[Counted] = field(default_factory=list)
    last: list[Counted] = field(default_factory=list)

    @property
    def scans(self) -> int:
        """People's; bots are in no total."""
        return sum(
            r.amount(it, r.TOTAL)
            for key, it in self.rollups.items()
            if key.period == r.LIFETIME and key.scope != r.ORGANIZATION_SCOPE
        )


def years(links: Sequence[Link]) -> list[Year]:
    """The histories of some links; two processes make them."""
    with ProcessPoolExecutor(HALVES) as makers:
        firsts = [makers.submit(_first_half, link) for link in links]
        seconds = [makers.submit(_second_half, link) for link in links]
        return [_joined(one.result(), *other.result()) for one, other in zip(firsts, seconds, strict=True)]


def _first_half(link: Link) -> Year:
    year, people = Year(), _People(link, 0)
    for day, changes in people.days():
        for chunk in batches(changes, CHUNK):
            folded = fold(chunk, people.visits, year.rollups)
            year.rollups |= folded.rollups
            people.visits |= folded.visitors
        people.forget(changes)
        _keep(year, link, day, changes)
    return year


def _second_half(link: Link) -> tuple[list[Moves], Year]:
    """What the scans of each day do to rollups, and those of the first and last day."""
    moves, year, people = list[Moves](), Year(), _People(link, 1)
    for day, changes in people.days():
        placement = placed(changes, people.visits)
        moves.append(placement.moves)
        people.visits |= placement.visitors
        people.forget(changes)
        _keep(year, link, day, changes)
    return moves, year


def _joined(year: Year, moves: Sequence[Moves], other: Year) -> Year:
    for day in moves:
        for key, changes in day.items():
            year.rollups[key] = r.entered(year.rollups.get(key, {}), changes)
    year.first = sorted([*year.first, *other.first])
    year.last = sorted([*year.last, *other.last])
    return year


def _keep(year: Year, link: Link, day: int, changes: Sequence[Change]) -> None:
    counted = [(change.key, change.after) for change in changes if change.after]
    if day == link.first_day:
        year.first = counted
    if day == link.last_day:
        year.last = counted


class _People:
    """Half of those who scan a link, and when; `visits` are the visitor items of those who will come again."""

    def __init__(self, link: Link, half: int) -> None:
        self._link, self._half = link, half
        self._chance = random.Random(f"{link.scans} {half}")  # noqa: S311 - the same people every time
        self._crowd = _Crowd(self._chance)
        self._due: dict[int, list[Facts]] = defaultdict(list)
        self._awaited: Counter[str] = Counter()
        self._made = 0
        self.visits: dict[VisitorKey, Visits] = {}

    def days(self) -> Iterator[tuple[int, list[Change]]]:
        """Every day with its scans, in the order of time."""
        for day in range(self._link.first_day, self._link.last_day + 1):
            expected = round(self._link.scans / DAYS / HALVES * self._chance.uniform(0.8, 1.2))
            yield day, self._scans(day, self._visitors(day, expected))

    def forget(self, changes: Sequence[Change]) -> None:
        """Drop the visitor items of those who will not come again."""
        for change in changes:
            address = change.after.address if change.after else ""
            if not self._awaited[address]:
                self.visits.pop(VisitorKey(self._link.organization, address), None)

    def _visitors(self, day: int, expected: int) -> list[Facts]:
        """Who comes on a day: those who come again, and new people."""
        people = self._due.pop(day, [])
        self._awaited.subtract(facts.address for facts in people)
        new = max(round(expected / (1 + AGAIN)) - len(people), 0)
        people += [self._named(facts) for facts in self._crowd.people(new)]
        for facts in people:
            self._await(day, facts)
        return people

    def _named(self, facts: Facts) -> Facts:
        self._made += 1
        return facts._replace(address=f"{self._half}{self._made:015x}", agent=f"{self._made % 251:08x}")

    def _await(self, day: int, facts: Facts) -> None:
        back, shared = self._chance.random() < BACK, self._chance.random() < SHARED
        if facts.bot or not (back or shared):
            return
        later = day + max(int(self._chance.lognormvariate(*GAP)), 1)
        if later <= self._link.last_day:
            self._due[later].append(facts if back else facts._replace(agent=f"{facts.agent}*"))
            self._awaited[facts.address] += 1

    def _scans(self, day: int, people: Sequence[Facts]) -> list[Change]:
        hours = self._chance.choices(range(24), PASSERS_BY.hours, k=len(people))
        found: list[Counted] = []
        for facts, hour in zip(people, hours, strict=True):
            ms = day * DAY_MS + hour * HOUR_MS + self._chance.randrange(HOUR_MS)
            found.append((self._key(ms), facts))
            if self._chance.random() < AGAIN:
                found.append((self._key(min(ms + self._chance.randrange(HOUR_MS), (day + 1) * DAY_MS - 1)), facts))
        return [Change(key, None, facts) for key, facts in sorted(found, key=lambda it: it[0].sort)]

    def _key(self, ms: int) -> ScanKey:
        return ScanKey(self._link.organization, self._link.number, 0, ms, f"{self._chance.getrandbits(64):016x}")


class _Crowd:
    """Whom a link meets. Everybody's cities and sites are the same, by whatever chance people are drawn."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        names = random.Random(1)  # noqa: S311 - the same for everybody
        countries = [a + b for a in "ABCDEFG" for b in "BRTNX"]
        regions = [(country, name[:3].upper(), name) for country in countries for name in _names(10, names)]
        self._cities = [(*names.choice(regions), name) for name in _names(CITIES, names)]
        self._sites = ["", *(f"{name.lower()}.example" for name in _names(REFERRERS, names))]

    def people(self, n: int) -> Iterator[Facts]:
        """So many people, without an address."""
        cities = self._drawn(self._cities, _falling(CITIES), n)
        sites = self._drawn(self._sites, [DIRECT, *_falling(REFERRERS)], n)
        languages = self._drawn(LANGUAGES, _falling(len(LANGUAGES)), n)
        agents = self._drawn(list(AGENTS), list(AGENTS.values()), n)
        for city, site, language, agent in zip(cities, sites, languages, agents, strict=True):
            bot = "known_bot" if self._chance.random() < BOTS else ""
            yield Facts("", "", 0, *city, site, language, *agent, "camera", "", bot)

    def _drawn(self, values: Sequence[T], weights: Sequence[float], n: int) -> list[T]:
        return self._chance.choices(values, cum_weights=list(accumulate(weights)), k=n)


def _names(n: int, chance: random.Random) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(chance.choices(letters, k=chance.randrange(5, 12))).title() for _ in range(n)]


def _falling(n: int) -> list[float]:
    """How often each of n things is met: the second half as often as the first, the third a third."""
    return [1 / (rank + 1) for rank in range(n)]
