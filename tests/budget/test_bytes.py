"""Bytes of the items that grow in number with scans: each kilobyte begun is a write unit, and all of them are stored.

Ceilings are a little above what is needed today; people are those of the benchmarks, always the same.
"""

import pytest

from bench import capacity
from bench.capacity import Item
from bench.scene import Scene, image
from chalicelib.core import rollups as r
from chalicelib.core.days import day_of, parse_time
from chalicelib.services import counting
from tests.world import World

NOON = parse_time("2026-11-20T12:00:00Z") or 0
SCANS = 40


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world.dynamodb, 1, NOON)


def _largest(items: list[Item]) -> int:
    return max(map(capacity.size, items))


def test_a_scan_and_its_visitor(scene: Scene, world: World) -> None:
    """A scan must stay below a kilobyte: twice when it is written, and when it is marked as counted."""
    pending = list(map(image, scene.day(scene.places[0], SCANS)))
    assert _largest(pending) <= 480
    scene.write(pending)
    counting.settle_images(pending)
    assert _largest(world.items("scans")) <= 460
    assert _largest(world.items("visitors")) <= 210


@pytest.mark.parametrize(
    ("scans", "link_day", "link_lifetime", "organization_day", "organization_lifetime"),
    [
        pytest.param(1, 120, 90, 85, 75, id="one scan"),
        pytest.param(50, 950, 200, 290, 185, id="50"),
        pytest.param(500, 2_450, 365, 640, 350, id="500"),
        pytest.param(5_000, 3_072, 485, 1_180, 470, id="5,000"),
    ],
)
def test_rollups(
    scene: Scene, scans: int, link_day: int, link_lifetime: int, organization_day: int, organization_lifetime: int
) -> None:
    """Three kilobytes are the most that a day of one code may need, however many scans it has."""
    scene.live_through(scene.day(scene.places[0], scans))
    link, day = r.link_scope(scene.places[0].link.number), day_of(scene.begun)
    most = {
        (link, day): link_day,
        (link, r.LIFETIME): link_lifetime,
        (r.ORGANIZATION_SCOPE, day): organization_day,
        (r.ORGANIZATION_SCOPE, r.LIFETIME): organization_lifetime,
    }
    needed = {at: scene.bytes_of(*at) for at in most}
    assert {at: size for at, size in needed.items() if size > most[at]} == {}
    if scans == 5_000:  # or the ceiling would be worth nothing: each table that has a cap is full
        (busy,) = [it for key, it in scene.past.items() if (key.scope, key.period) == (link, day)]
        full = {name for name in r.DIMENSIONS if len(busy[name]) > r.NAMED_VALUES}
        assert full == {r.COUNTRY, r.REGION, r.CITY, r.REFERRER}
