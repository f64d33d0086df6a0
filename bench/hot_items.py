"""What the items of a hot link weigh, and what they cost: `bench/hot_code.py`'s sizes, from the product's own code."""

import random
from typing import Any, Final, NamedTuple

from bench import capacity
from bench.units import Bench
from chalicelib import redirect
from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, day_of
from chalicelib.core.fold import fold
from chalicelib.core.links import Link
from chalicelib.core.rollups import Rollup, RollupKey, link_scope
from chalicelib.core.scans import Change, Facts, ScanKey
from chalicelib.services import counting
from chalicelib.store import rollups

# As long as the redirect keeps them.
LONGEST_USER_AGENT: Final = "Mozilla/5.0 (iPhone) " + "x" * 979
SCANS: Final = 3000


class Sizes(NamedTuple):
    """Bytes of items: a scan before and after it is counted, with an ordinary and with the longest user agent; the
    rollups of a busy slot, all of whose tables are full."""

    pending: int
    counted: int
    longest: int
    day: int
    lifetime: int
    organization_day: int

    @property
    def scan_units(self) -> int:
        """What one scan costs its partition: one write, and one in the transaction that counts it."""
        return capacity.written(self.pending) + capacity.written(self.pending, self.counted, transactional=True)

    @property
    def longest_units(self) -> int:
        return capacity.written(self.longest) + capacity.written(self.longest, self.counted, transactional=True)

    @property
    def commit_units(self) -> int:
        """What one commit costs the rollup partition of its slot: the day, and the lifetime."""
        return sum(capacity.written(size, size, transactional=True) for size in (self.day, self.lifetime))


def sizes_of(bench: Bench) -> Sizes:
    """Sizes of what the real redirect and the real fold write."""
    redirect._cache.clear()
    bench.scan(1)
    pending = _largest(bench, "scans")
    bench.scan(2, user_agent=LONGEST_USER_AGENT)
    longest = _largest(bench, "scans")
    counting.settle(bench.pending(bench.now))
    day, lifetime, organization_day = _rollup_sizes(bench.link, bench.now)
    return Sizes(pending, _largest(bench, "scans"), longest, day, lifetime, organization_day)


def _largest(bench: Bench, table: str) -> int:
    return max(map(capacity.size, bench.dynamodb.scan(TableName=table)["Items"]))


def _rollup_sizes(link: Link, ms: int) -> tuple[int, int, int]:
    """Sizes of a slot's day, its lifetime and its organization's day after many and diverse scans."""
    chance = random.Random(1)  # noqa: S311 - the same numbers for everybody
    changes = [
        Change(
            ScanKey(link.organization, link.number, 0, ms - ms % DAY_MS + n * DAY_MS // SCANS, ""), None, _facts(chance)
        )
        for n in range(SCANS)
    ]
    folded = fold(changes, {}, {}).rollups
    return (
        _size(folded, link_scope(link.number), day_of(ms)),
        _size(folded, link_scope(link.number), r.LIFETIME),
        _size(folded, r.ORGANIZATION_SCOPE, day_of(ms)),
    )


def _size(folded: dict[RollupKey, Rollup], scope: str, period: int) -> int:
    (found,) = [(key, rollup) for key, rollup in folded.items() if (key.scope, key.period) == (scope, period)]
    item: dict[str, Any] = rollups.item(*found).serialize()
    return capacity.size(item)


def _facts(chance: random.Random) -> Facts:
    def word(kinds: int) -> str:
        return "".join(random.Random(chance.randrange(kinds)).choices("abcdefghijklmnopqrstuvwxyz", k=9))  # noqa: S311

    country = word(150)[:2].upper()
    return Facts(
        address=word(10**6),
        agent=word(10**6),
        country=country,
        region=word(300)[:3].upper(),
        region_name=word(300),
        city=word(2000),
        referrer=f"{word(300)}.example",
        language=word(40)[:2],
        device=chance.choice(("mobile", "tablet", "desktop")),
        os=word(9),
        browser=word(20),
        method="camera",
    )
