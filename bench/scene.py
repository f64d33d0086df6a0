"""An organization whose links have a past, for benchmarks: the past comes from the pure fold, in memory.

To store thousands of scans one by one would take minutes. So those of the past are judged and folded by the product's
own code without storage, and only the rollups that are read or written afterwards are stored, as the fold stores them.
What is measured goes through the real services.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bench import capacity
from bench.newcomers import Newcomers
from chalicelib import ids
from chalicelib.core.batches import batches
from chalicelib.core.days import DAY_MS
from chalicelib.core.fold import fold, visitor_keys
from chalicelib.core.judging import Terms, judged
from chalicelib.core.links import Link
from chalicelib.core.rollups import Rollup, RollupKey
from chalicelib.core.scans import Arrival, Change, Scan
from chalicelib.core.targets import Target
from chalicelib.core.viewers import arrival, viewer
from chalicelib.core.visitors import VisitorKey, Visits
from chalicelib.services import accounts, links
from chalicelib.services.accounts import Caller
from chalicelib.services.counting import CHUNK
from chalicelib.store import links as stored
from chalicelib.store import rollups, spreads, visitors
from chalicelib.store.transactions import MAX_ACTIONS, Transaction

Item = dict[str, Any]
Headers = dict[str, str]


@dataclass(frozen=True)
class Place:
    """A link as the redirect knows it."""

    link: Link
    target: Target


class Scene:
    """One organization with so many links, the first of so many slots, and people who are new to all of them.

    `begun` is when the day begins that `day` makes scans of. `past` is what scans came to that were lived through.
    """

    def __init__(
        self, dynamodb: Any, count: int, now_ms: int, slots: int = 1, seed: int = 8, created_ms: int | None = None
    ) -> None:
        self.dynamodb, self.begun = dynamodb, now_ms - now_ms % DAY_MS
        self.newcomers = Newcomers(seed)
        self.past: dict[RollupKey, Rollup] = {}
        self._visits: dict[VisitorKey, Visits] = {}
        self._chance = random.Random(seed)  # noqa: S311 - the same times for everybody
        organization, owner = accounts.create_organization("Bench", "owner@example.com", now_ms)
        self.organization = organization.number
        self.key = accounts.create_key(organization.number, owner.number, now_ms)
        first = self._first_place(slots, self.begun if created_ms is None else created_ms)
        self.places = [first, *self._places_like(first, count - 1)]

    @cached_property
    def caller(self) -> Caller:
        return accounts.authenticate(self.key)

    def _first_place(self, slots: int, created_ms: int) -> Place:
        link = links.seed(self.caller, links.NewLink("https://example.com/spring", (), "Spring poster"), created_ms)
        if slots > 1:
            spreads.raise_slots(self.organization, link, slots, self.begun)
        key = self.caller.organization.hashing_key
        known = (self.organization, link.number, link.destination, link.status, link.redirect_type, key, slots)
        return Place(link, Target(*known))

    def _places_like(self, first: Place, count: int) -> list[Place]:
        """More links of one slot, many in a transaction: each would take three requests by the service."""
        numbers = [ids.new(self.begun) for _ in range(count)]
        more = [replace(first.link, number=number, slug=f"bench-{number}") for number in numbers]
        for part in batches(more, MAX_ACTIONS // stored.ACTIONS_A_LINK):
            write = Transaction()
            for link in part:
                stored.put_new(write, link, first.target.hashing_key)
            if write.commit():
                raise RuntimeError("a link is taken")
        return [Place(link, first.target._replace(link=link.number)) for link in more]

    def anywhere(self) -> Place:
        """Any of the links."""
        return self._chance.choice(self.places)

    def scan(self, place: Place, at_ms: int, headers: Headers | None = None) -> Arrival:
        """A scan as the redirect makes it, by somebody new unless `headers` say who; it is written nowhere."""
        seen = viewer(headers or self.newcomers.headers(), "203.0.113.1", trusted=True)
        slot = self._chance.randrange(place.target.slots)
        return arrival(place.target, seen, {}, 0, slot, at_ms, f"{self._chance.getrandbits(64):016x}")

    def day(self, place: Place, scans: int, day_ms: int | None = None) -> list[Arrival]:
        """So many scans of a link by people who are new, at all times of a day, which is today unless it is given."""
        begun = self.begun if day_ms is None else day_ms
        return [self.scan(place, begun + self._chance.randrange(DAY_MS)) for _ in range(scans)]

    def live_through(self, arrivals: Sequence[Arrival], returning: bool = False) -> None:
        """Fold scans into the past, in the order of their times, as the stream does.

        Visitors are forgotten unless they are `returning`.
        """
        for part in batches(sorted(arrivals, key=lambda it: it.key.ms), CHUNK):
            changes = [_change(each) for each in part]
            folded = fold(changes, {key: self._visits.get(key, {}) for key in visitor_keys(changes)}, self.past)
            self.past.update(folded.rollups)
            if returning:
                self._visits.update(folded.visitors)

    def store_past(self, wanted: Callable[[RollupKey], bool] = lambda _: True) -> None:
        """Store what the past came to: the rollups that are wanted, and every visitor who was not forgotten."""
        for key, rollup in self.past.items():
            if wanted(key):
                self.dynamodb.put_item(TableName="rollups", Item=rollups.item(key, rollup).serialize())
        for visitor, visits in self._visits.items():
            self.dynamodb.put_item(TableName="visitors", Item=visitors.item(visitor, visits).serialize())

    def write(self, items: Iterable[Item]) -> None:
        """Write scans as the redirect does, with the bare SDK."""
        for item in items:
            self.dynamodb.put_item(TableName="scans", Item=item, ConditionExpression="attribute_not_exists(pk)")

    def bytes_of(self, scope: str, period: int) -> int:
        """What the largest rollup of a scope and period weighs as an item, over its slots; 0 for none."""
        found = [it for it in self.past.items() if (it[0].scope, it[0].period) == (scope, period)]
        return max((capacity.size(rollups.item(*it).serialize()) for it in found), default=0)


def image(arrived: Arrival) -> Item:
    """The item of a scan in DynamoDB's own JSON, as the redirect writes it and the stream hands it out."""
    return {name: {"N": str(v)} if isinstance(v, int) else {"S": v} for name, v in arrived.attributes().items()}


def _change(arrived: Arrival) -> Change:
    scan = Scan(arrived.key, 1, 1, arrived.facts, arrived.unjudged)
    return Change(arrived.key, None, judged(scan, Terms()).facts)
