"""What a month uses of AWS: from measured figures and what is taken for granted, to `bench.billing`'s usage. Pure.

scans .... API Gateway -> Redirect -> one write ... stream -> Fold -> transactions ... streams -> Events
clock .... Tick, Slow, Sweep and Recount, whether anybody scans or not; Lambda asks three queues all the time
stored ... scans, their index entries, visitors and rollups, at what a month holds once the oldest of them expire
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench import assumptions as given
from bench import stack
from bench.assumptions import MONTH_HOURS, Traffic
from bench.billing import GB, Usage, added, duration_ms, invocations, stored, times
from bench.prices import Item
from chalicelib.services.counting import CHUNK

DAYS: Final = MONTH_HOURS / 24
MOST_IN_BATCH: Final = 1000  # of the fold, as its function has it
MOST_TOLD: Final = 100  # of one batch of the events, as its function has it
LIFETIMES: Final = 2  # written by a transaction at least: the link's and the organization's
INDEX_ENTRY_BYTES: Final = 130  # keys of the table and of the index
REQUEST: Final[Usage] = {  # to API Gateway, and its line in the access log
    Item.API_CALLS: 1.0,
    Item.LOGS_GB: given.ACCESS_LOG.value / GB,
    Item.LOGS_KEPT_GB: given.ACCESS_LOG.value * given.LOGS_COMPRESSED.value / GB,
}


@dataclass(frozen=True)
class Read:
    """An answer of the API: calls of DynamoDB, read units and CPU, beside those of its key."""

    name: str
    calls: float
    reads: float
    cpu_ms: float


@dataclass(frozen=True)
class Folded:
    """What counting takes, of each scan: write units with the scan's own and its index entry's, read units, CPU."""

    writes: float
    reads: float
    cpu_ms: float


@dataclass(frozen=True)
class Clocked:
    """Runs by the clock: how many in a month, and what one takes; `waits_ms` is beside waiting for calls."""

    function: str
    runs: float
    calls: float
    reads: float
    writes: float
    queue_calls: float
    waits_ms: float


@dataclass(frozen=True)
class Aside:
    """What goes on beside: calls of DynamoDB, read and write units."""

    calls: float
    reads: float
    writes: float


@dataclass(frozen=True)
class Figures:
    """All that was measured; milliseconds are of a whole core of the machine that measured.

    `slug` is a slug that is read, `told` a batch of events that nobody wants to be told of, `key` what precedes each
    answer of the API, `swept` the sweep's look at each scan.
    """

    redirect_cpu_ms: float
    call_cpu_ms: float
    fold: Mapping[str, Folded]
    slug: Aside
    told: Aside
    key: Aside
    swept: Aside
    init_ms: Mapping[str, float]
    item_bytes: Mapping[str, float]
    reads: Sequence[Read]
    clock: Sequence[Clocked]


def month(traffic: Traffic, figures: Figures) -> dict[Item, float]:
    """Everything of a month: scans, and what there is without them."""
    return added(scanned(traffic, figures), idle(figures, given.BUSY_KEYS.value))


def scanned(traffic: Traffic, figures: Figures) -> dict[Item, float]:
    """What comes with scans: their way, counting them, telling of them, looking after them, and keeping them."""
    return added(
        redirects(traffic, figures),
        folds(traffic, figures),
        events(traffic, figures),
        nets(traffic, figures),
        kept(traffic, figures),
    )


def run(function: str, number: float, cpu_ms: float, waits_ms: float, figures: Figures, cold: float = 0.0) -> Usage:
    """So many invocations of a function, some of them cold, with their logs."""
    megabytes = stack.megabytes(function)
    warm_ms = duration_ms(cpu_ms * given.CORE.value, megabytes, waits_ms)
    logs = number * (given.PLATFORM_LOG.value + given.OWN_LOG.value) / GB
    cold_ms = warm_ms + duration_ms(figures.init_ms.get(function, 0.0) * given.CORE.value, megabytes, 0)
    return added(
        invocations(number * (1 - cold), warm_ms, megabytes),
        invocations(number * cold, cold_ms, megabytes) if cold else {},
        {Item.LOGS_GB: logs, Item.LOGS_KEPT_GB: logs * given.LOGS_COMPRESSED.value},
    )


def redirects(traffic: Traffic, figures: Figures) -> dict[Item, float]:
    """A scan's way: one call of the API, one invocation, one write; its units are in those of the fold."""
    cpu_ms = figures.redirect_cpu_ms + traffic.slug_reads * figures.call_cpu_ms
    waits_ms = (1 + traffic.slug_reads) * given.CALL_MS.value
    each = {
        **REQUEST,
        Item.READS: traffic.slug_reads * figures.slug.reads,
        Item.TRANSFER_GB: given.REDIRECT_BYTES.value / GB,
    }
    return added(times(each, traffic.scans), run("Redirect", traffic.scans, cpu_ms, waits_ms, figures, traffic.cold))


def folds(traffic: Traffic, figures: Figures) -> dict[Item, float]:
    """Counting: batches as the window gathers them, transactions of CHUNK scans at most."""
    folded = figures.fold[traffic.fold]
    batch = given.gathered(traffic.a_second, stack.window_seconds(), MOST_IN_BATCH)
    waits_ms = max(1.0, batch / CHUNK) * (given.TRANSACTION_MS.value + 4 * given.CALL_MS.value)
    each = {Item.WRITES: folded.writes, Item.READS: folded.reads}
    return added(
        times(each, traffic.scans),
        run("Fold", traffic.scans / batch, folded.cpu_ms * batch, waits_ms, figures, traffic.cold),
    )


def events(traffic: Traffic, figures: Figures) -> dict[Item, float]:
    """Looking who wants to be told, where nobody does: woken by scans that were counted, and by lifetimes."""
    window = stack.window_seconds()
    counted = traffic.scans / given.gathered(traffic.a_second, window, MOST_TOLD)
    written = LIFETIMES / min(CHUNK, given.gathered(traffic.a_second, window))
    lifetimes = traffic.scans * written / given.gathered(traffic.a_second * written, window, MOST_TOLD)
    number, cpu_ms = counted + lifetimes, figures.told.calls * figures.call_cpu_ms
    waits_ms = figures.told.calls * given.CALL_MS.value
    return added(
        {Item.READS: number * figures.told.reads}, run("Events", number, cpu_ms, waits_ms, figures, traffic.cold)
    )


def nets(traffic: Traffic, figures: Figures) -> dict[Item, float]:
    """What looks at every scan again: the sweep, within minutes, and the recount, at night."""
    recounted = figures.item_bytes["scans"] / 4096  # whole pages of a query, consistent
    return times({Item.READS: figures.swept.reads + recounted, Item.WRITES: figures.swept.writes}, traffic.scans)


def kept(traffic: Traffic, figures: Figures) -> dict[Item, float]:
    """What is stored, with its copies for recovery."""
    scans = traffic.scans * given.MONTHS_KEPT.value
    visitors = traffic.scans * given.VISITORS.value * given.VISITOR_MONTHS.value
    rollups = traffic.codes * DAYS * given.MONTHS_KEPT.value
    gigabytes = (
        stored(scans, figures.item_bytes["scans"])
        + stored(scans, INDEX_ENTRY_BYTES)
        + stored(visitors, figures.item_bytes["visitors"])
        + stored(rollups, figures.item_bytes["rollups"])
    )
    return {Item.STORED_GB: gigabytes, Item.RECOVERY_GB: gigabytes}


def idle(figures: Figures, keys: float) -> dict[Item, float]:
    """What a month uses while nobody scans; `keys` are the pairs of a table and a role whose key is asked for."""
    polls = given.POLLED_QUEUES.value * given.POLLS.value * MONTH_HOURS * 60
    return added(
        *(clocked(it, figures) for it in figures.clock),
        {
            Item.QUEUE_CALLS: polls,
            Item.ALARMS: stack.alarms(),
            Item.METRICS: given.OWN_METRICS.value,
            Item.DASHBOARDS: stack.dashboards(),
            Item.KEY_CALLS: keys * MONTH_HOURS * 60 / given.KEY_MINUTES.value,
        },
    )


def clocked(it: Clocked, figures: Figures) -> dict[Item, float]:
    """A month of one function that runs by the clock."""
    units = {Item.READS: it.reads, Item.WRITES: it.writes, Item.QUEUE_CALLS: it.queue_calls}
    waits_ms = it.calls * given.CALL_MS.value + it.waits_ms
    cpu_ms = (it.calls + it.queue_calls) * figures.call_cpu_ms
    return added(times(units, it.runs), run(it.function, it.runs, cpu_ms, waits_ms, figures))


def answered(read: Read, figures: Figures, number: float) -> dict[Item, float]:
    """So many answers of one kind, to somebody whose key is looked up each time."""
    each = {
        **REQUEST,
        Item.READS: figures.key.reads + read.reads,
        Item.WRITES: figures.key.writes,
        Item.TRANSFER_GB: (given.READ_BYTES.value + given.HEAD_BYTES.value) / GB,
    }
    cpu_ms = figures.key.calls * figures.call_cpu_ms + read.cpu_ms
    waits_ms = (figures.key.calls + read.calls) * given.CALL_MS.value
    return added(times(each, number), run("APIHandler", number, cpu_ms, waits_ms, figures))
