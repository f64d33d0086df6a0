"""What folding batches of a stream costs: write units by what they are for, read units, transactions, and CPU."""

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bench import capacity
from bench.capacity import Item
from bench.meter import INDEX, SCAN, Meter
from bench.scene import Scene, image
from chalicelib.core.days import DAY_MS
from chalicelib.core.scans import Arrival
from chalicelib.services import counting

WINDOW_MS: Final = 2000  # what the stream gathers, unless a template says otherwise
MOST_RECORDS: Final = 1000  # of a batch of the stream

Batch = Sequence[Arrival]


@dataclass(frozen=True)
class Cost:
    """What so many scans cost, from the redirect's write to the last counter; `parts` are write units by PARTS."""

    scans: int
    parts: Counter[str]
    read: float
    transactions: int

    @property
    def write(self) -> float:
        """Write units a scan."""
        return sum(self.parts.values()) / self.scans

    def of(self, *parts: str) -> float:
        """Write units a scan, of some of the PARTS."""
        return sum(self.parts[part] for part in parts) / self.scans


class Cpu(NamedTuple):
    """Milliseconds of CPU a scan: of folding it, and of the SDK's bare `put_item` of the same scans."""

    fold: float
    put: float


def cost(scene: Scene, meter: Meter, batches: Iterable[Batch]) -> Cost:
    """Write batches as the redirect does, and fold each as the stream's function does."""
    scans, read, transactions, parts = 0, 0.0, 0, Counter[str]()
    for batch in batches:
        written = list(map(image, batch))
        scene.write(written)
        with meter.measuring():
            counting.settle_images(written)
        parts += meter.parts + _written(written)
        scans, read = scans + len(written), read + meter.read
        transactions += meter.calls["TransactWriteItems"]
    return Cost(scans, parts, read / scans, transactions)


def _written(items: Sequence[Item]) -> Counter[str]:
    """The redirect's one write of each scan, with its entry in the index."""
    return Counter({SCAN: sum(capacity.written(0, capacity.size(item)) for item in items), INDEX: len(items)})


def cpu(scene: Scene, rounds: Iterable[Sequence[Batch]]) -> Cpu:
    """The medians of rounds of a few batches each; bare writes and folds alternate."""
    found = [_cpu(scene, [list(map(image, batch)) for batch in batches]) for batches in rounds]
    return Cpu(statistics.median(it.fold for it in found), statistics.median(it.put for it in found))


def _cpu(scene: Scene, batches: Sequence[Sequence[Item]]) -> Cpu:
    scans, put, fold = sum(map(len, batches)), 0.0, 0.0
    for batch in batches:
        put += _milliseconds(lambda batch=batch: scene.write(batch))  # type: ignore[misc]
        fold += _milliseconds(lambda batch=batch: counting.settle_images(batch))  # type: ignore[misc]
    return Cpu(fold / scans, put / scans)


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def at_once(scene: Scene, scans: int) -> list[Arrival]:
    """A batch of so many scans within a window, each of any link, at the time that most are at."""
    noon = scene.begun + DAY_MS // 2
    return [scene.scan(scene.anywhere(), noon + n * WINDOW_MS // scans) for n in range(scans)]


def windows(scene: Scene, scans_a_second: float, count: int) -> Iterator[list[Arrival]]:
    """So many batches of scans that come at a rate, each by itself, as the stream cuts them: by the window, and by the
    records of a batch. A window in which nothing comes is none."""
    chance = random.Random(count)  # noqa: S311 - the same arrivals for everybody
    ms, end = float(scene.begun + DAY_MS // 2), 0.0
    batch: list[Arrival] = []
    while count:
        ms += chance.expovariate(scans_a_second) * 1000
        if batch and (ms >= end or len(batch) == MOST_RECORDS):
            yield batch
            batch, count = [], count - 1
        if ms >= end:
            end = ms - ms % WINDOW_MS + WINDOW_MS
        batch.append(scene.scan(scene.anywhere(), int(ms)))
