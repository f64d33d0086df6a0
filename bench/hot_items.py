"""What the items of a hot link weigh, and what they cost: `bench/hot_code.py`'s sizes, from the product's own code."""

import random
from typing import Any, Final, NamedTuple

from bench import capacity
from bench.scene import Scene, image
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
ORDINARY: Final = 40


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


def sizes_of(scene: Scene) -> Sizes:
    """Sizes of what the redirect and the real fold write: the largest of some ordinary scans, and the longest."""
    (place,) = scene.places
    ordinary = [image(scene.scan(place, scene.begun + n)) for n in range(ORDINARY)]
    headers = scene.newcomers.headers() | {"user-agent": LONGEST_USER_AGENT}
    longest = image(scene.scan(place, scene.begun, headers))
    scene.write([*ordinary, longest])
    counting.settle_images([*ordinary, longest])
    counted = max(map(capacity.size, scene.dynamodb.scan(TableName="scans")["Items"]))
    rollup_sizes = _rollup_sizes(place.link, scene.begun)
    return Sizes(max(map(capacity.size, ordinary)), counted, capacity.size(longest), *rollup_sizes)


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
