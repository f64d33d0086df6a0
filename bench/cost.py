"""What running the stack on AWS costs, from what the other benchmarks measured: `.venv/bin/python -m bench.cost`.

It measures nothing: it reads `bench/results.json`, so it comes last in `make bench`. Prices are AWS's lists
(`bench.prices`), what cannot be measured here is stated (`bench.assumptions`), the way from one to the other is in
`bench.usage` and `bench.billing`.
"""

from collections.abc import Iterable, Sequence
from math import inf
from typing import Final

from bench import billing, burst, outcome, results, usage
from bench import cost_notes as notes
from bench import figures as reckoned
from bench.assumptions import BUSY_KEYS, GIVEN, IDLE_KEYS, Traffic
from bench.billing import Usage
from bench.measured import Measured
from bench.outcome import Cell, Section
from bench.prices import REGIONS, SERVICES, US_EAST_1, Item, Price
from bench.savings import CHANGES, Case
from bench.usage import Figures

MILLION: Final = 1e6
LEVELS: Final = (
    Traffic("10 thousand", 1e4, fold=reckoned.SPARSE, slug_reads=1.0, cold=0.2, codes=30),
    Traffic("1 million", 1e6, fold=reckoned.SLOW, slug_reads=0.9, cold=0.01, codes=20),
    Traffic("1 billion", 1e9, fold=reckoned.BUSY, slug_reads=0.1, cold=0.001, codes=1_000),
)
NAMES: Final = [level.name for level in LEVELS]
HOME: Final = "us-east-1"


def measure() -> Sequence[Section]:
    found = reckoned.figures(Measured(results.sections()))
    return [
        scans_section(found),
        reads_section(found),
        idle_section(found),
        savings_section(found),
        burst.section(found),
        prices_section(),
        traffic_section(),
        assumptions_section(),
    ]


def scans_section(found: Figures) -> Section:
    """Dollars a million scans, by service, at each level; then whole months."""
    bills = [billing.bill(usage.scanned(level, found), US_EAST_1) for level in LEVELS]
    millions = [level.scans / MILLION for level in LEVELS]
    rows: list[list[Cell]] = [
        _line(service, (bill.get(service, 0.0) / n for bill, n in zip(bills, millions, strict=True)))
        for service in SERVICES
        if any(service in bill for bill in bills)
    ]
    clock = billing.total(usage.idle(found, BUSY_KEYS.value), US_EAST_1)
    months = [usage.month(level, found) for level in LEVELS]
    rows += [
        _line("**a million scans**", (sum(bill.values()) / n for bill, n in zip(bills, millions, strict=True))),
        ["the largest parts", *map(largest, bills)],
        _line("a month's scans", (sum(bill.values()) for bill in bills)),
        _line("a month of what is there without scans", (clock for _ in LEVELS)),
        *(
            _line(f"**a month in {region}**", (billing.total(month, prices) for month in months))
            for region, prices in REGIONS.items()
        ),
    ]
    title = "What a million scans cost, in dollars"
    return Section("cost", title, ("service", *(f"at {name} a month" for name in NAMES)), rows, note=notes.SCANS)


def _line(what: str, dollars: Iterable[float]) -> list[Cell]:
    """A row of amounts of money: to the cent, and from a thousand on to the dollar."""
    return [what, *(f"{each:,.0f}" if each >= 1000 else f"{each:.2f}" for each in dollars)]


def largest(bill: dict[str, float]) -> str:
    """The three services that cost the most, with their shares."""
    everything = sum(bill.values())
    first = sorted(bill.items(), key=lambda pair: -pair[1])[:3]
    return ", ".join(f"{service} {dollars / everything:.0%}" for service, dollars in first)


def reads_section(found: Figures) -> Section:
    """Dollars a million answers of each kind, by service."""
    bills = [billing.bill(usage.answered(read, found, MILLION), US_EAST_1) for read in found.reads]
    services = [service for service in SERVICES if any(service in bill for bill in bills)]
    rows = [
        _line(read.name, [*(bill.get(service, 0.0) for service in services), sum(bill.values())])
        for read, bill in zip(found.reads, bills, strict=True)
    ]
    title = "What a million reads of the API cost, in dollars"
    return Section("cost-reads", title, ("answer", *services, "all"), rows, note=notes.READS)


def idle_section(found: Figures) -> Section:
    """Dollars a month of a stack that nobody uses, by what they are for."""
    parts: list[tuple[str, Usage]] = [
        (f"`{it.function}`, {it.runs:,.0f} runs", usage.clocked(it, found)) for it in found.clock
    ]
    rest = usage.idle(found, IDLE_KEYS.value)
    for item, what in IDLE_PARTS.items():
        ours = sum(part.get(item, 0.0) for _, part in parts)
        parts.append((what, {item: rest[item] - ours}))
    free = billing.beyond_free(rest, US_EAST_1)
    parts += [("**all of a month**", rest), ("beyond AWS's standing allowances", free)]
    rows = [_line(what, [billing.total(part, US_EAST_1)]) for what, part in parts]
    title = "What a month costs while nobody scans, in dollars"
    return Section("cost-idle", title, ("what", HOME), rows, note=notes.IDLE)


IDLE_PARTS: Final = {
    Item.QUEUE_CALLS: "Lambda looking into three empty queues",
    Item.ALARMS: "alarms",
    Item.METRICS: "metrics of our own",
    Item.DASHBOARDS: "the dashboard",
    Item.KEY_CALLS: "KMS, for the keys of tables",
}


def savings_section(found: Figures) -> Section:
    """Dollars a month of each level if something were otherwise."""
    cases = [Case(level, usage.month(level, found), found, US_EAST_1) for level in LEVELS]
    rows = [_line("**as it is**", (billing.total(case.used, US_EAST_1) for case in cases))]
    rows += [_line(change.what, (billing.total(change.used(case), US_EAST_1) for case in cases)) for change in CHANGES]
    title = "What a month would cost if, in dollars"
    return Section("cost-savings", title, ("what if", *NAMES), rows, note=notes.SAVINGS)


def prices_section() -> Section:
    """The lists."""
    rows: list[list[Cell]] = []
    for item in Item:
        cells = [cell for prices in REGIONS.values() for cell in (tiers(prices[item]), prices[item].listed)]
        rows.append([item, f"{US_EAST_1[item].per:,.0f}", *cells, number(US_EAST_1[item].free)])
    columns = ("what", "dollars for", *(cell for region in REGIONS for cell in (region, "list of")), "always free")
    return Section("cost-prices", "AWS's list prices", columns, rows, note=notes.PRICES)


def tiers(price: Price) -> str:
    """A price in words: `3.5 to 333 million, then 2.8`."""
    parts = [
        f"{dollars:.10f}".rstrip("0") + (f" to {number(up_to)}" if up_to < inf else "")
        for up_to, dollars in price.tiers
    ]
    return ", then ".join(parts)


def number(amount: float) -> str:
    """A large number in words; nothing for none."""
    for size, word in ((1e9, " billion"), (MILLION, " million")):
        if amount >= size:
            return f"{amount / size:g}{word}"
    return f"{amount:,.0f}" if amount else ""


def traffic_section() -> Section:
    columns = ("scans a month", "a second", "counted as", "slugs read", "cold starts", "codes scanned a day")
    rows: list[list[Cell]] = [
        [it.name, it.a_second, it.fold, f"{it.slug_reads:.0%}", f"{it.cold:.1%}", it.codes] for it in LEVELS
    ]
    return Section("cost-traffic", "The traffic that is reckoned with", columns, rows)


def assumptions_section() -> Section:
    return Section(
        "cost-assumptions", "What is taken for granted", ("what", "value", "why"), [it.cells for it in GIVEN]
    )


if __name__ == "__main__":
    outcome.main(measure)
