"""How soon events reach a receiver that is well, alone and beside one that is dead and one that takes 2 seconds.

    .venv/bin/python -m bench.events [scans]

Real scans through the door of a fresh local stack, from 16 clients: first with the healthy endpoint alone, then with
all three. Receivers are real HTTP servers on loopback. The lag is from a redirect's answer to its webhook's arrival.
It ends when every event of both halves has reached the healthy receiver and those of the second the slow one; it says
what came twice, and whether a repeat was the same to the byte. Absolute times are this machine's; the ratio is meant.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from infra.local import LocalStack
from infra.ministack import free_port
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.receivers import Receiver, receiving, takes

CLIENTS = 16
LINKS = 20
SLOW_SECONDS = 2
PATIENCE_SECONDS = 1_800


class Lags(NamedTuple):
    """In seconds: from the first scan's beginning to the last scan's answer, and to the last event's arrival; of
    events, from their scans' answers on."""

    scanning: float
    all_told: float
    median: float
    p99: float


def main() -> int:
    scans = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with (
        tempfile.TemporaryDirectory() as folder,
        receiving() as healthy,
        receiving(takes(SLOW_SECONDS)) as slow,
        LocalStack(Path(folder), fresh=True, settings={"CreatesPerHour": "1000"}) as stack,
    ):
        client = Client(stack.url, stack.api_key)
        slugs = [client.create(f"bench {n}")["slug"] for n in range(LINKS)]
        client.close()
        _endpoint(stack, healthy.url)
        alone = _round(stack, slugs, scans, healthy, "alone")
        _endpoint(stack, slow.url)
        _endpoint(stack, f"http://127.0.0.1:{free_port()}/")
        beside = _round(stack, slugs, scans, healthy, "beside a dead and a slow one")
        caught_up = _wait(lambda: len(slow.events()) == scans)
        print(f"the slow receiver had all of its {scans:,} events {caught_up:.0f} s later")
    _compare(alone, beside)
    return _check(healthy, 2 * scans) + _check(slow, scans)


def _endpoint(stack: LocalStack, url: str) -> None:
    client = Client(stack.url, stack.api_key)
    answer = client.api("POST", "/v1/webhooks", {"url": url, "events": ["scan.created"]})
    client.close()
    if answer.status != 200:
        raise RuntimeError(answer.text)


def _round(stack: LocalStack, slugs: Sequence[str], scans: int, healthy: Receiver, name: str) -> Lags:
    before = len(healthy.events())
    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as visitors:
        answered = [
            at for part in visitors.map(lambda n: _visit(stack, slugs, n, scans), range(CLIENTS)) for at in part
        ]
    scanned = time.monotonic()
    _wait(lambda: len(healthy.events()) == before + scans)
    first = {got.event: got.at for got in reversed(healthy.got)}
    arrived = sorted(first.values())[before:]
    # Events carry no trace of the request that they come from; in order, they are told no earlier than this.
    lags = sorted(max(0.0, at - answer) for at, answer in zip(arrived, sorted(answered), strict=True))
    found = Lags(scanned - started, arrived[-1] - started, statistics.median(lags), lags[int(len(lags) * 0.99)])
    print(f"{name}: {found}", flush=True)
    return found


def _visit(stack: LocalStack, slugs: Sequence[str], first: int, scans: int) -> list[float]:
    client, answered = Client(stack.url), list[float]()
    for n in range(first, scans, CLIENTS):
        address = f"198.51.{n // 250 % 250}.{n % 250}:4711"
        answer = client.scan(slugs[n % len(slugs)], IPHONE_SAFARI, CloudFront_Viewer_Address=address)
        if answer.status != 302:
            raise RuntimeError(answer.text)
        answered.append(time.monotonic())
    client.close()
    return answered


def _wait(until: Callable[[], bool]) -> float:
    """Wait for something; return for how many seconds."""
    started = time.monotonic()
    while not until():
        if time.monotonic() - started > PATIENCE_SECONDS:
            raise RuntimeError("it does not come")
        time.sleep(0.1)
    return time.monotonic() - started


def _compare(alone: Lags, beside: Lags) -> None:
    print(f"\n{'':<34}{'alone':>10}{'beside':>10}{'ratio':>8}")
    rows = {
        "all scans answered, s": "scanning",
        "all events at the healthy one, s": "all_told",
        "lag of an event, median, s": "median",
        "lag of an event, p99, s": "p99",
    }
    for name, field in rows.items():
        one, other = getattr(alone, field), getattr(beside, field)
        print(f"{name:<34}{one:>10.2f}{other:>10.2f}{other / one:>8.2f}")


def _check(receiver: Receiver, events: int) -> int:
    """Print what came twice; 1 when anything is missing or a repeat was another body."""
    bodies: dict[str, set[bytes]] = {}
    for got in receiver.got:
        bodies.setdefault(got.event, set()).add(got.body)
    other = sum(len(each) > 1 for each in bodies.values())
    print(
        f"{len(bodies):,} events of {events:,}, {len(receiver.got) - len(bodies):,} repeats, {other} with another body"
    )
    return int(len(bodies) != events or other > 0)


if __name__ == "__main__":
    sys.exit(main())
