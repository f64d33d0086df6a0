"""One link from 10 to 300,000 scans a second: its slots, and the load of DynamoDB's busiest partitions.

    .venv/bin/python -m bench.hot_code      (`--json`)

Slots grow by the product's own code (`bench/hot_growth.py`). Units come from the sizes of items that the real
redirect, fold and rollups make, by DynamoDB's rules (`bench/capacity.py`). Keys are the product's own: a partition here
is one partition key, which is what DynamoDB isolates in the end when a table is hot; until it has, throttling begins
earlier. Whatever else stands before the table (quotas of API Gateway and Lambda, the write limit of the table) is
assumed to be raised. What is in bold is more than a partition takes, or lasts longer than it may.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final, NamedTuple

from bench import capacity, outcome
from bench.capacity import PARTITION_READS, PARTITION_WRITES
from bench.hot_growth import FOLD_LAG, SPILL_LAG, Growth, grow
from bench.hot_items import Sizes, sizes_of
from bench.outcome import Cell, Limit, Section
from bench.scene import Scene
from chalicelib import ids
from chalicelib.core.days import day_of, month_of
from chalicelib.core.links import Link
from chalicelib.core.rollups import link_scope
from chalicelib.core.scans import index_partition, partition
from chalicelib.core.slots import home
from chalicelib.services import links
from chalicelib.services.counting import CHUNK, RECENT_MS
from chalicelib.store import rollups
from chalicelib.store.scans import SETTLED_IN_A_ROW
from chalicelib.store.slots import AT_ONCE, FEW
from tests.world import now_ms, prepare_environment, world

RATES: Final = (10, 100, 1_000, 10_000, 100_000, 300_000)
# Assumed: one commit of the fold, with its reads; one page of a query; what the stream gathers.
COMMIT_SECONDS: Final = 0.1
QUERY_SECONDS: Final = 0.01
WINDOW_SECONDS: Final = 2
REQUEST_SECONDS: Final = 29
# The spill queue's: it gives a message up, to its dead letters, after 240 times 6 minutes (infra/template/queues.yaml).
GIVEN_UP_SECONDS: Final = 240 * 360
READERS: Final = (1, 10, 100)
# An organization of many links, none of which is hot.
LINKS: Final = (10, 50, 100, 200)
SCANS_OF_EACH: Final = 50


class Load(NamedTuple):
    """What the busiest partitions take a second when nothing grows any more, and what a read of the link costs.

    `lane` is the share of its time that the fold of one slot's shard works. `read` is in units of the busiest scans
    partition, `read_seconds` the time of its queries, of scans and of days.
    """

    scans: float
    by_day: float
    rollups: float
    owner: float
    lane: float
    read: float
    read_seconds: float


def load(sizes: Sizes, scans_a_second: float, slots: int, busiest: float) -> Load:
    """The load of a link with so many slots, the busiest of which got `busiest` scans in a second."""
    mean = scans_a_second / slots
    commits = ceil(mean * WINDOW_SECONDS / CHUNK) / WINDOW_SECONDS  # a batch of one slot's shard, cut into chunks
    waiting = mean * WINDOW_SECONDS * 2  # while one batch is gathered, another is folded
    looked_at = min(mean * RECENT_MS / 1000, waiting + 2 * SETTLED_IN_A_ROW) * sizes.counted
    return Load(
        scans=busiest * sizes.scan_units,
        by_day=busiest,
        rollups=commits * sizes.commit_units,
        owner=slots / WINDOW_SECONDS * 2 * capacity.read(0),  # the link's terms and the organization's, once a batch
        lane=commits * COMMIT_SECONDS,
        read=capacity.read(round(looked_at)),
        read_seconds=2 * ceil(slots / (AT_ONCE if slots > FEW else 1)) * QUERY_SECONDS,
    )


def most_in_one(partitions: Iterable[str]) -> int:
    """How many of these keys lie in the fullest partition."""
    return max(Counter(partitions).values(), default=0)


def shared(link: Link, slots: int, ms: int) -> tuple[int, int, int]:
    """How many of a link's slots meet in one partition of the scans table, of its index, of the rollups."""
    organization, number = link.organization, link.number
    return (
        most_in_one(partition(organization, number, month_of(ms), slot) for slot in range(slots)),
        most_in_one(index_partition(organization, day_of(ms), home(number, slot)) for slot in range(slots)),
        most_in_one(rollups.partition(organization, link_scope(number), slot) for slot in range(slots)),
    )


class Row(NamedTuple):
    """One link: how its slots grew, and what its partitions take then."""

    scans_a_second: int
    growth: Growth
    load: Load
    shared: tuple[int, int, int]

    @property
    def writes(self) -> tuple[float, float, float]:
        """Units that the busiest partition of the table, of its index and of the rollups takes. What slots share would
        add up; they share nothing, or the factors would show it."""
        in_table, in_index, in_rollups = self.shared
        return self.load.scans * in_table, self.load.by_day * in_index, self.load.rollups * in_rollups


def row(scene: Scene, sizes: Sizes, scans_a_second: int) -> Row:
    """Run a new link at a rate."""
    new = links.NewLink("https://example.com/hot", (), slug=f"hot-{scans_a_second}")
    link = links.seed(scene.caller, new, scene.begun)
    growth = grow(link, scans_a_second, PARTITION_WRITES / sizes.scan_units, scene.begun)
    at_end = load(sizes, scans_a_second, growth.slots, growth.busiest)
    return Row(scans_a_second, growth, at_end, shared(link, growth.slots, scene.begun))


def marked(amount: float, limit: float) -> str:
    """A number as the tables show it, bold when it is over its limit."""
    text = f"{amount:,.0f}" if amount >= 10 or amount == int(amount) else f"{amount:,.1f}"
    return f"**{text}**" if amount > limit else text


def span(seconds: float) -> str:
    """A time as one reads it, bold when the spill queue has given messages up by then."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds <= GIVEN_UP_SECONDS else f"**{seconds / 3600:.1f} h**"


def growth_cells(sizes: Sizes, found: Row) -> list[Cell]:
    rate, growth, takes = found.scans_a_second, found.growth, PARTITION_WRITES / sizes.scan_units
    needed = 1 << ceil(rate / takes - 1).bit_length()
    drained = growth.calm + growth.backlog / (takes - rate / growth.slots) if growth.spilled else 0
    return [
        rate,
        marked(rate * sizes.scan_units, PARTITION_WRITES),
        needed,
        growth.slots,
        span(growth.seconds),
        growth.spilled,
        span(growth.calm),
        span(drained),
    ]


def load_cells(found: Row) -> list[Cell]:
    return [
        found.scans_a_second,
        found.growth.slots,
        *(marked(units, PARTITION_WRITES) for units in found.writes),
        marked(found.load.owner, PARTITION_READS),
        f"{found.load.lane:.0%}",
    ]


def read_cells(found: Row) -> list[Cell]:
    readers = [marked(found.load.read * n, PARTITION_READS) for n in READERS]
    return [
        found.scans_a_second,
        found.growth.slots,
        *readers,
        marked(found.load.read_seconds, REQUEST_SECONDS),
    ]


def organization_cells(now_ms: int, count: int) -> list[Cell]:
    """Links of one slot each: how many scans a second meet in one partition of the index."""
    homes = [index_partition(1, day_of(now_ms), home(ids.new(now_ms), 0)) for _ in range(count)]
    scans = count * SCANS_OF_EACH
    fullest = most_in_one(homes) * SCANS_OF_EACH
    return [count, scans, len(set(homes)), marked(fullest, PARTITION_WRITES)]


def assumptions(sizes: Sizes) -> str:
    """What the tables rest on, as their note."""
    return (
        f"A scan: {sizes.pending} bytes pending, {sizes.counted} counted: {sizes.scan_units} write units, "
        f"{sizes.longest_units} with the longest user agent ({sizes.longest:,} bytes). "
        f"A busy slot's day: {sizes.day:,} bytes, its lifetime {sizes.lifetime}: {sizes.commit_units} units a commit "
        f"of up to {CHUNK} scans. Its organization's day: {sizes.organization_day:,}.\n\n"
        f"Assumed: the fold hears of a second {FOLD_LAG} s later, the spill queue's function {SPILL_LAG} s; "
        f"a commit takes {COMMIT_SECONDS * 1000:.0f} ms, a page of a query {QUERY_SECONDS * 1000:.0f}; "
        f"one shard for each slot; Poisson arrivals at a steady rate. "
        f"Limits of a partition: {PARTITION_WRITES:,} write and {PARTITION_READS:,} read units a second."
    )


def growing(sizes: Sizes, rows: Sequence[Row]) -> Section:
    columns = "scans a second | units in one slot | slots needed | slots grown to | after"
    columns += " | refused at first, spilled | none refused after | all written after"
    cells = [growth_cells(sizes, found) for found in rows]
    return Section("hot-growing", "One hot code: how it grows", columns.split(" | "), cells, (), assumptions(sizes))


def grown(rows: Sequence[Row]) -> Section:
    columns = "scans a second | slots | scans table, write units | index, write units | rollups, write units"
    columns += " | organization's items, read units | fold of a shard at work"
    title = "One hot code, grown: the busiest partition in its busiest second"
    limits = [
        Limit("write units a second of any partition", max(max(found.writes) for found in rows), PARTITION_WRITES),
        Limit("share of its time that the fold of a shard works", max(found.load.lane for found in rows), 1),
    ]
    return Section("hot-partitions", title, columns.split(" | "), list(map(load_cells, rows)), limits)


def readers(rows: Sequence[Row]) -> Section:
    columns = ["scans a second", "slots", *(f"{n} reads a second" for n in READERS), "seconds a read"]
    title = "One hot code: read units of the busiest scans partition while it is read"
    return Section("hot-readers", title, columns, list(map(read_cells, rows)))


def organizations(now_ms: int) -> Section:
    columns = ["links", "scans a second", "homes", "fullest index partition, write units"]
    title = f"An organization of links with one slot and {SCANS_OF_EACH} scans a second each"
    rows = [organization_cells(now_ms, count) for count in LINKS]
    note = "This varies by a link or two from run to run, because links' numbers are random."
    return Section("hot-organization", title, columns, rows, (), note)


def measure() -> Sequence[Section]:
    """The sections `hot-growing`, `hot-partitions`, `hot-readers` and `hot-organization`."""
    prepare_environment()
    with world() as fresh:
        scene = Scene(fresh.dynamodb, 1, now_ms())
        sizes = sizes_of(scene)
        rows = [row(scene, sizes, rate) for rate in RATES]
    return [growing(sizes, rows), grown(rows), readers(rows), organizations(scene.begun)]


if __name__ == "__main__":
    outcome.main(measure)
