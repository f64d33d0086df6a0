"""How soon events reach a receiver that is well, alone and beside one that is dead and one that takes 2 seconds.

    .venv/bin/python -m bench.events [scans]       (`--json`)

Real scans through the door of a fresh local stack, five a second from 16 clients: first with the healthy endpoint
alone, then with all three, a few while the others turn out to be what they are, and as many as before from then on.
Receivers are real HTTP servers on loopback. The lag is from a redirect's answer to its webhook's arrival. One thread of
the embedded AWS hands out everything, no more than ten messages between two batches of stream records: with many more
scans a second its own backlog would be what is measured.

It ends when every event has reached the healthy receiver, and those of the last two rounds the slow one; then it is
seen what is missing, what came twice, and whether a repeat was the same to the byte.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench import outcome
from bench.crowd import CLIENTS, at_once, percentile, wait
from bench.outcome import Limit, Section
from infra import aws
from infra.embedded.ministack import free_port
from infra.local import STACK, LocalStack
from infra.people import IPHONE
from infra.resume import tick
from tests.e2e.conftest import Client
from tests.e2e.receivers import Got, Receiver, receiving, takes

SCANS: Final = 75
SCANS_A_SECOND: Final = 5
FIRST: Final = 20  # while functions start, and while receivers turn out to be what they are
LINKS: Final = 20
SLOW_SECONDS: Final = 2
PATIENCE_SECONDS: Final = 1_800
# Without the slow lane a batch of ten would wait for the slow one: 2 s, where a healthy one takes some hundredths.
MOST_BESIDE: Final = 4


class Lags(NamedTuple):
    """In seconds: from the last scan's answer to the last event's arrival; of events, from their scans' answers on."""

    last: float
    median: float
    p99: float


class Came(NamedTuple):
    """Of the events that a receiver should have: how many never came, came again, and came again with another body."""

    lost: int
    repeats: int
    altered: int


def measure() -> Sequence[Section]:
    """The section `events`."""
    scans = next((int(given) for given in sys.argv[1:] if given.isdigit()), SCANS)
    with (
        tempfile.TemporaryDirectory() as folder,
        receiving() as healthy,
        receiving(takes(SLOW_SECONDS)) as slow,
        LocalStack(Path(folder) / "state", fresh=True, settings={"CreatesPerHour": "1000"}) as stack,
    ):
        owner = Client(stack.url, stack.api_key)
        slugs = [owner.create(f"bench {n}")["slug"] for n in range(LINKS)]
        _endpoint(owner, healthy.url)
        _round(stack, slugs, FIRST, healthy)
        alone = _round(stack, slugs, scans, healthy)
        _endpoint(owner, slow.url)
        _endpoint(owner, f"http://127.0.0.1:{free_port()}/")
        turning_out = _round(stack, slugs, FIRST, healthy)
        beside = _round(stack, slugs, scans, healthy)
        owner.close()
        _wake_slow_lane(stack)
        wait(lambda: len(slow.events()) >= FIRST + scans, PATIENCE_SECONDS)
    found = [came(healthy.got, 2 * (FIRST + scans)), came(slow.got, FIRST + scans)]
    return [_section(scans, (alone, turning_out, beside), found)]


def _wake_slow_lane(stack: LocalStack) -> None:
    """What the clock does every minute, now that nothing is measured any more."""
    of = aws.clients(stack.aws_endpoint)
    slow = of("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId="Slow")
    name = slow["StackResourceDetail"]["PhysicalResourceId"]
    of("lambda").invoke(FunctionName=name, Payload=json.dumps(tick()))


def came(got: Sequence[Got], events: int) -> Came:
    """What became of so many events, by what a receiver got."""
    bodies: dict[str, set[bytes]] = {}
    for each in got:
        bodies.setdefault(each.event, set()).add(each.body)
    altered = sum(len(each) > 1 for each in bodies.values())
    return Came(events - len(bodies), len(got) - len(bodies), altered)


def _endpoint(owner: Client, url: str) -> None:
    answer = owner.api("POST", "/v1/webhooks", {"url": url, "events": ["scan.created"]})
    if answer.status != 200:
        raise RuntimeError(answer.text)


def _round(stack: LocalStack, slugs: Sequence[str], scans: int, healthy: Receiver) -> Lags:
    before = len(healthy.events())
    started = time.monotonic()
    answered = sorted(at_once(lambda n: _visit(stack, slugs, started, range(n, scans, CLIENTS))))
    wait(lambda: len(healthy.events()) == before + scans, PATIENCE_SECONDS)
    first = {got.event: got.at for got in reversed(healthy.got)}
    arrived = sorted(first.values())[before:]
    # Events carry no trace of the request that they come from; in order, they are told no earlier than this.
    lags = [max(0.0, at - answer) for at, answer in zip(arrived, answered, strict=True)]
    return Lags(lags[-1], statistics.median(lags), percentile(lags, 0.99))


def _visit(stack: LocalStack, slugs: Sequence[str], started: float, mine: Sequence[int]) -> list[float]:
    """One client's share of the scans, each at its time; when they were answered. Raises RuntimeError."""
    client, answered = Client(stack.url), list[float]()
    for n in mine:
        time.sleep(max(0.0, started + n / SCANS_A_SECOND - time.monotonic()))
        address = f"198.51.{n // 250 % 250}.{n % 250}:4711"
        answer = client.scan(slugs[n % len(slugs)], IPHONE, CloudFront_Viewer_Address=address)
        if answer.status != 302:
            raise RuntimeError(answer.text)
        answered.append(time.monotonic())
    client.close()
    return answered


def _section(scans: int, rounds: tuple[Lags, Lags, Lags], found: Sequence[Came]) -> Section:
    alone, _, beside = rounds
    names = {
        "answered to told, median, s": "median",
        "answered to told, p99, s": "p99",
        "last scan answered to last event told, s": "last",
    }
    rows = [(name, *(getattr(each, field) for each in rounds)) for name, field in names.items()]
    limits = [
        Limit("events lost", sum(each.lost for each in found), 0),
        Limit("repeats with another body", sum(each.altered for each in found), 0),
        Limit("median lag beside the others, x alone", beside.median / alone.median, MOST_BESIDE),
    ]
    note = (
        f"How soon the healthy receiver hears of {scans:,} scans, {SCANS_A_SECOND} a second by {CLIENTS} clients, on "
        "the local stack and the cores that all of it shares. "
        f"{sum(each.repeats for each in found):,} events came twice."
    )
    title = "Events, beside a receiver that is dead and one that takes 2 s"
    columns = ("", "alone", f"beside them, the first {FIRST}", "beside them")
    return Section("events", title, columns, rows, limits, note)


if __name__ == "__main__":
    outcome.main(measure)
