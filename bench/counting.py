"""What counting a scan costs in write units and CPU: `.venv/bin/python -m bench.counting` (`--json`).

The real fold on tables of the embedded AWS in another process (`bench/apart.py`), at the end of days that the pure fold
made (`bench/scene.py`). Every visitor is new, which costs most. Units come from the sizes of real items, by DynamoDB's
rules (`bench/capacity.py`): the redirect's write, its index entry, and all that the fold's transaction writes.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from bench import apart, outcome
from bench.folds import Batch, Cost, Cpu, at_once, cost, cpu, windows
from bench.meter import (
    COUNTED,
    INDEX,
    LINK_DAY,
    LINK_LIFETIME,
    OWNER_DAY,
    OWNER_LIFETIME,
    SCAN,
    VISITOR,
    Meter,
    metered,
)
from bench.outcome import Cell, Limit, Section
from bench.scene import Scene
from chalicelib.core import rollups as r
from chalicelib.core.days import day_of
from chalicelib.services.counting import CHUNK

ROUNDS: Final = 3  # of CPU; the median counts
PARTS: Final = {
    "scan": (SCAN,),
    "index": (INDEX,),
    "marked as counted": (COUNTED,),
    "visitor": (VISITOR,),
    "link's day": (LINK_DAY,),
    "link's lifetime": (LINK_LIFETIME,),
    "organization's": (OWNER_DAY, OWNER_LIFETIME),
}


class Stage(NamedTuple):
    """An organization's day so far: codes with so many scans `each`."""

    codes: int
    each: int
    slots: int = 1


HOT: Final = Stage(1, 5_000)
SPREAD: Final = Stage(1, 5_000, slots=2)
BUSY: Final = Stage(20, 500)
EVEN: Final = Stage(1_000, 10)


class Case(NamedTuple):
    """Batches of so many scans, of any codes of a stage. `most` are write units a scan, at most."""

    name: str
    stage: Stage
    batch: int
    batches: int
    most: float | None = None


CASES: Final = (
    Case("one hot code", HOT, CHUNK, 4, most=7),
    Case("20 busy codes, 100 scans a second", BUSY, 200, 1, most=9),
    Case(f"20 busy codes, {CHUNK} of any at a time", BUSY, CHUNK, 2),
    Case("1,000 even codes, 100 scans a second", EVEN, 200, 1),
    Case("sparse: alone, the 10th of its day", Stage(1, 9), 1, 6, most=16),
    Case("alone, on a day of 500", Stage(1, 500), 1, 6),
    Case("alone, on a day of 5,000", HOT, 1, 6),
)
MOST_CPU: Final = 1.0  # of the hot code's fold, in bare writes

# The size of a hot code's day: scans that it has already.
GROWTH: Final = (0, 10, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)

# Scans a second, and how many windows of 2 s are measured.
RATES: Final = ((0.4, HOT, 20), (0.4, BUSY, 20), (10, HOT, 5), (10, BUSY, 5), (100, SPREAD, 1), (100, BUSY, 1))


class Counting:
    """Measures on stages, each of which is set once."""

    def __init__(self, dynamodb: Any, meter: Meter) -> None:
        self._dynamodb, self._meter = dynamodb, meter
        self._scenes: dict[Stage, Scene] = {}

    def scene(self, stage: Stage) -> Scene:
        if stage not in self._scenes:
            scene = Scene(self._dynamodb, stage.codes, time.time_ns() // 1_000_000, stage.slots)
            scene.live_through([scan for place in scene.places for scan in scene.day(place, stage.each)])
            scene.store_past()
            self._scenes[stage] = scene
        return self._scenes[stage]

    def case(self, case: Case) -> tuple[Cost, Cpu]:
        scene = self.scene(case.stage)
        spent = cost(scene, self._meter, [at_once(scene, case.batch) for _ in range(case.batches)])
        rounds = ([at_once(scene, case.batch) for _ in range(case.batches)] for _ in range(ROUNDS))
        return spent, cpu(scene, rounds)

    def rate(self, scans_a_second: float, stage: Stage, count: int) -> Sequence[Cell]:
        scene = self.scene(stage)
        batches: list[Batch] = list(windows(scene, scans_a_second, count))
        spent = cost(scene, self._meter, batches)
        used = cpu(scene, (list(windows(scene, scans_a_second, count)) for _ in range(ROUNDS)))
        per = spent.scans / len(batches), spent.scans / spent.transactions
        return scans_a_second, stage.codes, *per, spent.write, *_parts(spent), spent.read, *_cpu(used)

    def days(self) -> Iterator[Sequence[Cell]]:
        scene, lived = self.scene(Stage(1, 0)), 0
        (place,) = scene.places
        link, day = r.link_scope(place.link.number), day_of(scene.begun)
        for scans in GROWTH:
            scene.live_through(scene.day(place, scans - lived))
            scene.store_past()
            lived = scans
            sizes = scene.bytes_of(link, day), scene.bytes_of(r.ORGANIZATION_SCOPE, day)
            alone, together = (cost(scene, self._meter, [at_once(scene, batch)]) for batch in (1, CHUNK))
            yield scans, *sizes, together.write, alone.write


def measure() -> Sequence[Section]:
    with apart.tables() as dynamodb, metered(dynamodb) as meter:
        counting = Counting(dynamodb, meter)
        return [by_case(counting), by_day(counting), by_rate(counting)]


def by_case(counting: Counting) -> Section:
    found = [(case, *counting.case(case)) for case in CASES]
    limits = [
        Limit(f"{case.name}: write units a scan", spent.write, case.most) for case, spent, _ in found if case.most
    ]
    hot = found[0][2]
    limits.append(Limit(f"{CASES[0].name}: CPU of the fold a scan, x a bare put_item", hot.fold / hot.put, MOST_CPU))
    return Section(
        name="fold",
        title="Counting a scan",
        columns=("", "write units", *PARTS, "read units", "CPU, ms", "x put_item"),
        rows=[(case.name, spent.write, *_parts(spent), spent.read, *_cpu(used)) for case, spent, used in found],
        limits=limits,
        note=(
            "All figures are for one scan, and every visitor is new. The hot code has 5,000 scans on this day so far, "
            "the busy ones 500 each, the even ones 10. *Index*: the entry that lists and the sweep go by. *CPU* is "
            "this process's time for the fold, from the stream's images to the answered transaction, with the SDK and "
            "HTTP and without storage; *x put_item* compares it with the SDK's bare write of the same scan, in turns "
            "with it."
        ),
    )


def by_day(counting: Counting) -> Section:
    return Section(
        name="fold-days",
        title="What a scan costs as its day grows",
        columns=("scans so far", "link's day, bytes", "organization's day", f"units, {CHUNK} at once", "units, alone"),
        rows=list(counting.days()),
        note=(
            "Write units a scan of one code, the redirect's and the index included. A day names at most 100 values of "
            "each kind, so it stops growing."
        ),
    )


def by_rate(counting: Counting) -> Section:
    per_window = ("scans a second", "codes", "scans a window", "scans a transaction")
    return Section(
        name="fold-rates",
        title="Counting by the rate of scans",
        columns=(*per_window, "write units", *PARTS, "read units", "CPU, ms", "x put_item"),
        rows=[counting.rate(*rate) for rate in RATES],
        note=(
            "For one scan, on the days of the first table. Scans come at random, cut every 2 s as the stream does by "
            "default (`FoldWindowSeconds`); a window without any is none. One code with 100 scans a second has two "
            "slots."
        ),
    )


def _parts(spent: Cost) -> list[float]:
    return [spent.of(*parts) for parts in PARTS.values()]


def _cpu(used: Cpu) -> tuple[float, float]:
    return used.fold, used.fold / used.put


if __name__ == "__main__":
    outcome.main(measure)
