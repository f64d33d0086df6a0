"""What a minute of a burst costs, when everybody scans one code: pure reckoning, printed by `bench.cost`.

Of what `docs/operations.md` plans to change for it, the edge can be had by a setting; the rest is written there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bench import billing, savings, usage
from bench import figures as reckoned
from bench.assumptions import Traffic
from bench.outcome import Cell, Section
from bench.prices import SERVICES, US_EAST_1
from bench.savings import Case
from bench.usage import Figures

RATES: Final = (1_000, 10_000, 100_000, 300_000)
# A process that answers a hundred a second reads the slug every five seconds.
SLUG_READS: Final = 0.002
COLD: Final = 0.002

NOTE: Final = """\
us-east-1, list prices of the first tier, without the Lambda functions that are started and have nothing to do yet. All
scans are of one code, by people who are new. Storage is a year's of the scans and 400 days' of the visitors of that
minute. CloudFront in front is `EDGE=1`; the function URL is part of the plan above, and not there."""


@dataclass(frozen=True)
class Burst(Traffic):
    """A minute of so many scans a second."""

    rate: float = 0.0

    @property
    def a_second(self) -> float:
        return self.rate


def section(found: Figures) -> Section:
    """Dollars a minute, by service, at each rate."""
    cases = [_case(rate, found) for rate in RATES]
    bills = [billing.bill(case.used, US_EAST_1) for case in cases]
    rows = [
        _line(service, (bill.get(service, 0.0) for bill in bills))
        for service in SERVICES
        if any(service in bill for bill in bills)
    ]
    rows += [
        _line("**a minute, as it is**", (sum(bill.values()) for bill in bills)),
        _line("with CloudFront in front", (billing.total(savings.edge(case), US_EAST_1) for case in cases)),
        _line(
            "redirects by CloudFront and a function URL",
            (billing.total(savings.function_url(case), US_EAST_1) for case in cases),
        ),
    ]
    columns = ("service", *(f"{rate:,} a second" for rate in RATES))
    return Section("cost-burst", "What a minute of a burst costs, in dollars", columns, rows, note=NOTE)


def _case(rate: int, found: Figures) -> Case:
    minute = Burst(f"{rate:,}", rate * 60, reckoned.HOT, SLUG_READS, COLD, codes=1, rate=rate)
    return Case(minute, usage.scanned(minute, found), found, US_EAST_1)


def _line(what: str, dollars: Iterable[float]) -> list[Cell]:
    return [what, *(f"{each:.2f}" for each in dollars)]
