"""8 processes and the stream fold the same scans in overlapping batches, some are killed: all is counted once."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from chalicelib import ids
from chalicelib.core.days import DAY_MS, HOUR_MS
from chalicelib.core.judging import Terms, judged
from chalicelib.core.scans import Arrival, Facts, Scan, ScanKey, Unjudged
from infra.local import LocalStack
from tests.core.histories import Scans, brute_force
from tests.e2e.agents import BOTS, HUMANS
from tests.e2e.conftest import Client
from tests.e2e.observed import books, eventually, held_back, is_all_counted, scan_items, stored, write_scans
from tests.e2e.organizations import environment, new_tenant

PROCESSES = 8
KILLED = 3
BATCHES_BEFORE_KILLED = 2
SCANS = 400
AGENTS = [agent for agent, *_ in HUMANS.values()] + list(BOTS.values())


def _arrivals(organization: int, links: Sequence[int], chance: random.Random) -> Iterator[Arrival]:
    """Scans as the redirect writes them: of a few days and hours, by a few people who come back."""
    now_ms = time.time_ns() // 1_000_000
    for _ in range(SCANS):
        ms = now_ms - chance.randrange(4) * DAY_MS - chance.randrange(4) * HOUR_MS - chance.randrange(60_000)
        agent = chance.randrange(len(AGENTS))
        facts = Facts(
            address=f"address{chance.randrange(25)}",
            agent=f"agent{agent}",
            country=chance.choice(["", "GB", "US"]),
            city=chance.choice(["", "London"]),
            referrer=chance.choice(["", "t.co"]),
            language=chance.choice(["en", "de"]),
        )
        key = ScanKey(organization, chance.choice(links), 0, ms, f"{chance.getrandbits(64):016x}")
        yield Arrival(key, facts, Unjudged(AGENTS[agent]))


def _expected(arrivals: Sequence[Arrival]) -> Scans:
    pending = [Scan(each.key, 1, 1, each.facts, each.unjudged) for each in arrivals]
    return {scan.key: judged(scan, Terms()).facts for scan in pending}


class _Folder:
    """A process that folds what it is handed."""

    def __init__(self, stack: LocalStack) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.folding"],
            env=environment(stack),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear("ready")

    def begin(self, seed: int, records: Sequence[Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"seed": seed, "records": records}) + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """Kill it some batches later, in the middle of one."""
        for _ in range(BATCHES_BEFORE_KILLED):
            self._hear("batch")
        self._process.kill()
        assert self.end() < 0, "it was done before it could be killed"

    def end(self) -> int:
        with self._process:
            assert self._process.stdout
            for _ in self._process.stdout:
                pass
        return self._process.returncode

    def _hear(self, word: str) -> None:
        assert self._process.stdout
        assert any(line.strip() == word for line in self._process.stdout), f"it ended before {word}"


def _fold(stack: LocalStack, seed: int, records: Sequence[Any], together: Barrier) -> None:
    """Fold all records in a process; the first few are killed, and others repeat their work from the start."""
    folder = _Folder(stack)
    together.wait()
    folder.begin(seed, records)
    if seed < KILLED:
        folder.kill()
        folder = _Folder(stack)
        folder.begin(seed, records)
    assert folder.end() == 0


def test_nothing_is_lost_or_counted_twice_by_8_processes_beside_the_stream(stack: LocalStack) -> None:
    tenant = new_tenant(stack)
    client = Client(stack.url, tenant.api_key)
    codes = [client.create(f"contended {n}") for n in range(3)]
    numbers = [number for code in codes if (number := ids.parse(code["id"])) is not None]
    arrivals = list(_arrivals(tenant.organization, numbers, random.Random(11)))
    written = [stored(arrived) for arrived in arrivals]
    records = [{"dynamodb": {"NewImage": item}} for item in written]
    together = Barrier(PROCESSES + 1)
    with ThreadPoolExecutor(PROCESSES) as processes:
        with held_back(stack, "fold"):
            write_scans(stack, written)
            ends = [processes.submit(_fold, stack, seed, records, together) for seed in range(PROCESSES)]
            together.wait()
        for end in ends:
            end.result()
    assert eventually(lambda: is_all_counted(stack, tenant.organization))
    expected = _expected(arrivals)
    kept = {ScanKey.of(item["pk"]["S"], item["sk"]["S"]): item for item in scan_items(stack, tenant.organization)}
    assert {key: item["counted"]["S"] for key, item in kept.items()} == {k: f.dumps() for k, f in expected.items()}
    assert books(stack, tenant.organization) == brute_force(expected)
    for code, number in zip(codes, numbers, strict=True):
        people = [facts for key, facts in expected.items() if key.link == number and not facts.bot]
        analytics = client.scans(code)["analytics"]
        assert analytics["window_total"] == len(people)
        assert analytics["unique_visitors"] == len({(facts.address, facts.agent) for facts in people})
    client.close()
