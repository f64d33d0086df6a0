"""What a month would cost if something were otherwise: each as what is used then. Pure."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bench import assumptions as given
from bench import billing, stack, usage
from bench.assumptions import Traffic
from bench.billing import GB, Usage
from bench.prices import Item, Prices
from bench.usage import Figures


class Case(NamedTuple):
    """One month: its traffic, what it uses as it is, and what that was reckoned from."""

    traffic: Traffic
    used: Usage
    figures: Figures
    prices: Prices


class Change(NamedTuple):
    """Something else than what is; `used` is what a month uses then."""

    what: str
    used: Callable[[Case], Usage]


def http_api(case: Case) -> Usage:
    return _moved(case.used, Item.API_CALLS, Item.HTTP_API_CALLS)


def function_url(case: Case) -> Usage:
    """Redirects by CloudFront from a function URL, which costs nothing beside the invocation."""
    through_edge = _moved(case.used, Item.API_CALLS, Item.EDGE_CALLS)
    return _moved(through_edge, Item.TRANSFER_GB, Item.EDGE_GB)


def edge(case: Case) -> Usage:
    """A distribution in front, which also tells country and city: each request of it is one of the API's too."""
    with_edge = {**case.used, Item.EDGE_CALLS: case.used[Item.API_CALLS]}
    return _moved(with_edge, Item.TRANSFER_GB, Item.EDGE_GB)


def provisioned(case: Case) -> Usage:
    used = dict(case.used)
    for units, hours in ((Item.WRITES, Item.WRITE_HOURS), (Item.READS, Item.READ_HOURS)):
        used[hours] = billing.capacity_hours(used.pop(units), given.UTILISED.value)
    return used


def kept_a_quarter(case: Case) -> Usage:
    """Raw scans for three months: what is stored of them is a quarter of a year's."""
    scans = case.traffic.scans * given.MONTHS_KEPT.value
    sizes = (case.figures.item_bytes["scans"], usage.INDEX_ENTRY_BYTES)
    gone = 0.75 * sum(billing.stored(scans, size) for size in sizes)
    return billing.added(case.used, {Item.STORED_GB: -gone, Item.RECOVERY_GB: -gone})


def no_recovery(case: Case) -> Usage:
    return _without(case.used, Item.RECOVERY_GB)


def no_platform_logs(case: Case) -> Usage:
    """Lambda's own lines switched off (`SystemLogLevel: WARN`, which wants logs in JSON)."""
    gone = case.used[Item.INVOCATIONS] * given.PLATFORM_LOG.value / GB
    return billing.added(case.used, {Item.LOGS_GB: -gone, Item.LOGS_KEPT_GB: -gone * given.LOGS_COMPRESSED.value})


def no_access_log(case: Case) -> Usage:
    """Without `AccessLogs`."""
    gone = case.used[Item.API_CALLS] * given.ACCESS_LOG.value / GB
    return billing.added(case.used, {Item.LOGS_GB: -gone, Item.LOGS_KEPT_GB: -gone * given.LOGS_COMPRESSED.value})


def own_keys(case: Case) -> Usage:
    """Tables encrypted with DynamoDB's own key, for which KMS is not asked."""
    return _without(case.used, Item.KEY_CALLS)


def slow_looks_first(case: Case) -> Usage:
    """`Slow` asks how many messages there are, rather than wait a second for one."""
    waiting = next(it for it in case.figures.clock if it.function == "Slow")
    seconds = waiting.runs * (waiting.waits_ms - given.CALL_MS.value) / 1000
    return billing.added(case.used, {Item.GB_SECONDS: -seconds * stack.megabytes("Slow") / 1024})


def free_dashboard(case: Case) -> Usage:
    """The dashboard as one of the three that AWS gives every account."""
    return _without(case.used, Item.DASHBOARDS)


def allowances(case: Case) -> Usage:
    return billing.beyond_free(case.used, case.prices)


CHANGES: Sequence[Change] = (
    Change("an HTTP API instead of the REST API", http_api),
    Change("redirects by CloudFront and a function URL", function_url),
    Change("CloudFront in front of the REST API", edge),
    Change("provisioned capacity, 70% of it used", provisioned),
    Change("raw scans kept for 3 months instead of 12", kept_a_quarter),
    Change("no point-in-time recovery", no_recovery),
    Change("no START, END and REPORT lines", no_platform_logs),
    Change("no access log", no_access_log),
    Change("tables under DynamoDB's own key", own_keys),
    Change("`Slow` looks whether anything waits", slow_looks_first),
    Change("the dashboard is one of an account's first three", free_dashboard),
    Change("AWS's standing allowances, all of them unused", allowances),
)


def _moved(used: Usage, item: Item, other: Item) -> dict[Item, float]:
    moved = dict(used)
    moved[other] = moved.get(other, 0.0) + moved.pop(item)
    return moved


def _without(used: Usage, item: Item) -> dict[Item, float]:
    return {each: amount for each, amount in used.items() if each is not item}
