"""Write units of a scan, from the redirect's write to the last counter: what most of a bill is made of.

As `bench/counting.py` measures them, on days that are small enough for a test. Every visitor is new, and units come
from the sizes of items, which are the same in every run.
"""

import pytest

from bench.folds import at_once, cost
from bench.meter import COUNTED, INDEX, SCAN, VISITOR, metered
from bench.scene import Scene
from chalicelib.core.days import parse_time
from chalicelib.services.counting import CHUNK
from tests.world import World

NOON = parse_time("2026-11-20T12:00:00Z") or 0


@pytest.mark.parametrize(
    ("codes", "each", "batch", "most"),
    [
        pytest.param(1, 300, CHUNK, 6.3, id="one hot code"),
        pytest.param(20, 20, 60, 8.2, id="20 busy codes"),
        pytest.param(1, 9, 1, 14, id="alone, on a small day"),
        pytest.param(1, 200, 1, 16, id="alone, on a day of 200"),
    ],
)
def test_write_units_of_a_scan(world: World, codes: int, each: int, batch: int, most: float) -> None:
    scene = Scene(world.dynamodb, codes, NOON)
    scene.live_through([scan for place in scene.places for scan in scene.day(place, each)])
    scene.store_past()
    with metered(world.dynamodb) as meter:
        spent = cost(scene, meter, [at_once(scene, batch)])
    # Six are for what nobody else shares: the scan, its index entry, its end of waiting, and its visitor.
    assert [spent.of(part) for part in (SCAN, INDEX, COUNTED, VISITOR)] == [1, 1, 2, 2]
    assert 6 < spent.write <= most
