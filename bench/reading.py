"""Whether reading grows with the scans of a link: `.venv/bin/python -m bench.reading` (`--json`).

Two links of one organization have 100,000 and 1,000,000 scans in the 365 days up to now. The real application answers
in this process; DynamoDB is the embedded one, over HTTP, in another. Their rollups come from the pure fold
(`bench/year.py`); of raw scans only those are stored that are on a page that is read.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

from bench import outcome
from bench.outcome import Cell, Limit, Section
from bench.year import DAYS, Counted, Link, Year, years
from infra import aws
from infra.embedded.ministack import MiniStack
from tests.world import prepare_environment, table_requests

prepare_environment()

from app import app  # noqa: E402 - settings come first
from bench.watched import Watched, watching  # noqa: E402
from chalicelib.core.days import DAY_MS, QUARTER_MS, iso_day  # noqa: E402
from chalicelib.core.rollups import ORGANIZATION_SCOPE  # noqa: E402
from chalicelib.services import accounts  # noqa: E402
from chalicelib.store import scans  # noqa: E402
from tests.services import stored  # noqa: E402
from tests.services.account import new_account  # noqa: E402

SIZES: Final = (100_000, 1_000_000)
ROUNDS: Final = 31
PAGE: Final = 50
TWO_MINUTES_MS: Final = 120_000

GROWTH: Final = 1.3
FAR: Final = 2.0
REQUESTS: Final = 5

ANALYTICS: Final = "/v1/qrcodes/{code_id}/analytics"
SERIES: Final = f"{ANALYTICS}/timeseries"
LISTING: Final = f"{ANALYTICS}/scans"

SUMMARY, BY_DAY, DYNAMIC = HELD = ("summary of a year", "a year by day", "`dynamic`, 365 days")
FIRST, BY_NUMBER, BY_CURSOR = ("first page of scans", "last page, by number", "last page, by cursor")

NOTE: Final = f"""\
Calls of the real application, in process; the embedded DynamoDB answers over HTTP, with 1 MB a page as DynamoDB does.
Left out is the key check: the key, its organization and the minute's limit, which are asked for before the code of a
route begins. Read units are computed from the sizes of items. CPU is that of the process that answers, the median of
{ROUNDS} calls, the links in turn; what it is held to is the median of the rounds' ratios. The clock stands at 23:58 of
the last day: in the last minute of a month, and in the first two of the next, a second partition is asked for what is
pending, which is one request more."""


@dataclass(frozen=True)
class Ask:
    """A GET request: the route, the link in its path, and the query."""

    route: str
    link: int
    query: Mapping[str, str | int]

    def event(self, key: str) -> dict[str, Any]:
        """The request as API Gateway hands it over."""
        (name,) = [part[1:-1] for part in self.route.split("/") if part.startswith("{")]
        return {
            "requestContext": {
                "httpMethod": "GET",
                "resourcePath": self.route,
                "domainName": "qz.example",
                "identity": {"sourceIp": "203.0.113.1"},
            },
            "headers": {"authorization": f"Bearer {key}"},
            "pathParameters": {name: str(self.link)},
            "multiValueQueryStringParameters": {name: [str(value)] for name, value in self.query.items()},
            "stageVariables": None,
            "body": None,
        }


@dataclass
class Cost:
    """What an answer costs: `watched` once, milliseconds of CPU and of waiting many times."""

    watched: Watched = field(default_factory=Watched)
    cpu: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, float]:
        """CPU in milliseconds."""
        return {
            "requests": len(self.watched.operations),
            "read units": self.watched.units,
            "bytes": self.watched.received,
            "CPU": statistics.median(self.cpu),
        }


Costs = dict[str, list[Cost]]  # by the name of an answer, in the order of SIZES


class Scene:
    """An organization with two links, and the application that answers for them."""

    def __init__(self) -> None:
        account = new_account()
        self.last_day = time.time_ns() // 1_000_000 // DAY_MS - 1
        self.now_ms = (self.last_day + 1) * DAY_MS - TWO_MINUTES_MS
        self.key = accounts.create_key(account.organization, account.caller.member, self.now_ms)
        numbers = [account.other().link.number for _ in SIZES]
        self.links = [Link(account.organization, number, self.last_day, n) for number, n in zip(numbers, SIZES)]  # noqa: B905
        self.years = years(self.links)
        for year in self.years:
            _store(year)

    def asks(self, link: Link, year: Year) -> dict[str, Ask]:
        """Everything that is asked for of a link, by its name."""
        span: dict[str, str | int] = {"start_date": iso_day(link.first_day), "end_date": iso_day(link.last_day)}
        pages = year.scans // PAGE  # the last one that is full: what is left is less work
        before = self.answer(Ask(LISTING, link.number, span | {"page": pages - 1}))["pagination"]
        asked: dict[str, tuple[str, dict[str, str | int]]] = {
            SUMMARY: (ANALYTICS, span),
            BY_DAY: (SERIES, span),
            DYNAMIC: ("/v1/dynamic/{code_id}/scans", {"days": DAYS}),
            **{f"a year by {cut}": (SERIES, span | {"interval": cut}) for cut in ("hour", "month")},
            FIRST: (LISTING, span),
            BY_NUMBER: (LISTING, span | {"page": pages}),
            BY_CURSOR: (LISTING, span | {"cursor": before["next_cursor"]}),
        }
        return {name: Ask(route, link.number, query) for name, (route, query) in asked.items()}

    def answer(self, ask: Ask) -> Any:
        """What the application answers. Raises RuntimeError unless it is 200."""
        answered = app(ask.event(self.key), None)
        if answered["statusCode"] != 200:
            raise RuntimeError(f"{ask}: {answered}")
        return json.loads(answered["body"])

    def costs(self) -> Costs:
        """What every answer costs, with the clock where it stands."""
        with mock.patch("chalicelib.api.requests.now_ms", return_value=self.now_ms):
            asked = [self.asks(link, year) for link, year in zip(self.links, self.years, strict=True)]
            found: Costs = {name: [Cost() for _ in SIZES] for name in asked[0]}
            for _ in range(ROUNDS):
                for name, costs in found.items():
                    for asks, cost in zip(asked, costs, strict=True):
                        self._time(asks[name], cost)
            for name, costs in found.items():
                for asks, cost in zip(asked, costs, strict=True):
                    with watching() as cost.watched:
                        self.answer(asks[name])
        return found

    def _time(self, ask: Ask, cost: Cost) -> None:
        event = ask.event(self.key)
        cpu, wall = time.process_time(), time.perf_counter()
        app(event, None)
        spent = time.process_time() - cpu
        cost.cpu.append(spent * 1000)
        cost.waits.append((time.perf_counter() - wall - spent) * 1000)


def _store(year: Year) -> None:
    """Store what a link's answers are made of: its rollups, and the scans of the pages that are read."""
    stored.write({key: rollup for key, rollup in year.rollups.items() if key.scope != ORGANIZATION_SCOPE})
    first, last = _through(year.first, PAGE + 1), _through(year.last[::-1], 3 * PAGE)
    scans.put_all(stored.settled(key, facts) for key, facts in first + last)


def _through(found: Sequence[Counted], people: int) -> list[Counted]:
    """Whole quarter-hours from one end on, until they have so many scans of people."""
    humans = [key for key, facts in found if not facts.bot]
    quarter = humans[min(people, len(humans) - 1)].ms // QUARTER_MS
    rising = found[0][0] < found[-1][0]
    return [it for it in found if (it[0].ms // QUARTER_MS <= quarter if rising else it[0].ms // QUARTER_MS >= quarter)]


@contextmanager
def engine() -> Iterator[None]:
    """An embedded DynamoDB with our tables, which this process speaks to."""
    with tempfile.TemporaryDirectory() as folder:
        stack = MiniStack(Path(folder), Path(__file__).with_name("engine.py"))
        stack.start(0)
        try:
            stack.wait()
            os.environ.update(aws.environment(stack.endpoint))
            dynamodb = aws.clients(stack.endpoint)("dynamodb")
            for request in table_requests():
                dynamodb.create_table(**request)
            yield
        finally:
            stack.stop()


def growth(costs: Costs) -> Iterator[Limit]:
    """How an answer about ten times as many scans compares, and how many requests it takes."""
    for name in HELD:
        smaller, larger = (cost.figures for cost in costs[name])
        ratios = {figure: larger[figure] / smaller[figure] for figure in smaller} | {"CPU": paired(*costs[name])}
        for figure, ratio in ratios.items():
            yield Limit(f"{name}: {figure}, 1,000,000 beside 100,000 scans", ratio, GROWTH)
        yield Limit(f"{name}: requests beside the key check", larger["requests"], REQUESTS)


def paired(one: Cost, other: Cost) -> float:
    """The other's CPU beside the one's: the median over the rounds, in each of which both ran within a moment."""
    return statistics.median(theirs / ours for ours, theirs in zip(one.cpu, other.cpu, strict=True))


def distance(costs: Costs) -> Iterator[Limit]:
    """How the last pages of a million scans compare with the first."""
    first = costs[FIRST][-1].figures
    for name in (BY_NUMBER, BY_CURSOR):
        last = costs[name][-1].figures
        for figure in ("requests", "read units", "CPU"):
            yield Limit(f"{name}, of 1,000,000: {figure}, beside the first", last[figure] / first[figure], FAR)


def rows(costs: Costs) -> Iterator[list[Cell]]:
    for name, of_sizes in costs.items():
        for size, cost in zip(SIZES, of_sizes, strict=True):
            found = cost.figures
            yield [name, size, int(found["requests"]), found["read units"], found["bytes"] / 1000, found["CPU"]]


def measure() -> Sequence[Section]:
    with engine():
        costs = Scene().costs()
    columns = ("answer", "scans", "requests", "read units", "kB from DynamoDB", "CPU, ms")
    waits: list[list[Cell]] = [
        [name, *(statistics.median(cost.waits) for cost in of_sizes)] for name, of_sizes in costs.items()
    ]
    sizes = [f"of {size:,} scans, ms" for size in SIZES]
    return [
        Section("reading", "Reading", columns, list(rows(costs)), [*growth(costs), *distance(costs)], NOTE),
        Section("reading-engine", "Waiting for the embedded DynamoDB", ["answer", *sizes], waits),
    ]


if __name__ == "__main__":
    outcome.main(measure)
