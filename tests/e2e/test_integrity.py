"""The recount on the running stack: through its schedule, its queue and its function, while scans arrive."""

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, day_of, iso_day, parse_day
from chalicelib.core.rollups import Rollup, link_scope
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.store import rollup_bodies
from infra import aws
from infra.local import LocalStack
from tests.e2e.agents import HUMANS, IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.observed import books, eventually, invoke, is_all_counted, items, stored, write_scans
from tests.e2e.organizations import Tenant, new_tenant, run
from tests.world import now_ms

SENDERS = 3
LINKS = 2
NOBODY_COUNTED = 7
SCHEDULED = json.loads((Path(__file__).parent.parent / "events" / "schedule.json").read_text())


@pytest.fixture
def tenant(stack: LocalStack) -> Tenant:
    """An organization in which nothing else happens."""
    return new_tenant(stack)


@pytest.fixture
def owner(stack: LocalStack, tenant: Tenant) -> Iterator[Client]:
    connected = Client(stack.url, tenant.api_key)
    yield connected
    connected.close()


class Senders:
    """Scans of a few links, one after the other in each thread, until `stop`; then `sent` is how many, by slug."""

    def __init__(self, stack: LocalStack, slugs: list[str]) -> None:
        self._stack, self._slugs, self._over = stack, slugs, threading.Event()
        self._begun: Counter[str] = Counter()

    @contextmanager
    def sending(self) -> Iterator[None]:
        with ThreadPoolExecutor(SENDERS) as threads:
            sends: list[Future[Counter[str]]] = [threads.submit(self._send, n) for n in range(SENDERS)]
            try:
                yield
            finally:
                self._over.set()
        self.sent = sum((send.result() for send in sends), Counter[str]())

    def _send(self, seed: int) -> Counter[str]:
        chance, client, sent = random.Random(seed), Client(self._stack.url), Counter[str]()
        while not self._over.is_set():
            slug, agent = chance.choice(self._slugs), HUMANS[chance.choice(list(HUMANS))][0]
            address = f"198.51.100.{chance.randrange(1, 40)}:4711"
            assert client.scan(slug, agent, CloudFront_Viewer_Address=address).status == 302
            sent[slug] += 1
            self._over.wait(0.05)
        client.close()
        return sent


def _corrupt(stack: LocalStack, partition: str, change: Callable[[Rollup], object] | None) -> str:
    """Change the newest day in a rollup's partition (None: into garbage) as no fold would; return the day."""
    days: list[str] = []
    assert eventually(lambda: _corrupted(stack, partition, change, days))
    return days[-1]


def _corrupted(stack: LocalStack, partition: str, change: Callable[[Rollup], object] | None, days: list[str]) -> bool:
    """Whether nobody folded into it meanwhile: nothing else shall be wrong with it."""
    found = [item for item in items(stack, "ROLLUPS_TABLE") if item["pk"]["S"] == partition]
    newest = max((item for item in found if item["sk"]["S"] != "lifetime"), key=lambda item: str(item["sk"]["S"]))
    days.append(newest["sk"]["S"])
    body = b"garbage"
    if change is not None:
        day = parse_day(newest["sk"]["S"])
        rollup = rollup_bodies.unpacked(newest["body"]["B"], day)
        change(rollup)
        body = rollup_bodies.packed(rollup, day)
    dynamodb = aws.clients(stack.aws_endpoint)("dynamodb")
    try:
        dynamodb.put_item(
            TableName=stack.environment["ROLLUPS_TABLE"],
            Item={**newest, "body": {"B": body}, "version": {"N": str(random.randrange(2**53))}},
            ConditionExpression="version = :read",
            ExpressionAttributeValues={":read": newest["version"]},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _too_many(rollup: Rollup) -> None:
    rollup[r.TOTAL][""] += NOBODY_COUNTED


def _integrity(owner: Client) -> dict[str, Any]:
    answer = owner.api("GET", "/v1/integrity")
    assert answer.status == 200, answer.text
    known: dict[str, Any] = answer.json
    return known


def _recounted(stack: LocalStack, tenant: Tenant, owner: Client, day: str) -> dict[str, Any]:
    """Recount a day through the queue and the jobs function; return its report."""
    run(stack, "tests.e2e.recounts", str(tenant.organization), day)
    assert eventually(lambda: day not in _integrity(owner)["in_progress"], seconds=120)
    report: dict[str, Any] = next(report for report in _integrity(owner)["reports"] if report["day"] == day)
    return report


def test_what_is_corrupted_while_scans_arrive_is_mended_exactly_and_reported(
    stack: LocalStack, tenant: Tenant, owner: Client
) -> None:
    codes = [owner.create(f"integrity {n}") for n in range(LINKS)]
    partition = f"{tenant.organization}#{link_scope(ids.parse(codes[0]['id']) or 0)}#0"
    senders = Senders(stack, [code["slug"] for code in codes])
    with senders.sending():
        assert eventually(lambda: owner.scans(codes[0])["scans"]["total"] >= 10)
        day = _corrupt(stack, partition, _too_many)
        # A link may be too busy at a moment, and is reported as unchecked then.
        assert eventually(lambda: _recounted(stack, tenant, owner, day)["drift"]["scans"] > 0, seconds=120)
    assert eventually(lambda: is_all_counted(stack, tenant.organization))
    report = _recounted(stack, tenant, owner, day)
    totals = {code["slug"]: owner.scans(code)["scans"]["total"] for code in codes}
    assert totals == senders.sent
    assert owner.scans(codes[0])["analytics"]["window_total"] == senders.sent[codes[0]["slug"]]
    whole = books(stack, tenant.organization)[tenant.organization, r.ORGANIZATION_SCOPE, r.LIFETIME]
    assert r.amount(whole, r.TOTAL) == senders.sent.total()
    assert report["drift"] == {"rollups": 1, "visitors": 0, "scans": NOBODY_COUNTED}
    assert (report["repaired"], report["unchecked"], report["links"]) == (1, 0, LINKS)
    assert report["scans"] == senders.sent.total()


def test_the_night_mends_yesterday(stack: LocalStack, tenant: Tenant, owner: Client) -> None:
    code = owner.create("last night")
    link, yesterday = ids.parse(code["id"]) or 0, day_of(now_ms()) - 1
    keys = [ScanKey(tenant.organization, link, 0, yesterday * DAY_MS + n, f"{n:016x}") for n in range(9)]
    facts = [Facts(f"address {n % 3}", "agent", country="GB") for n in range(9)]
    arrivals = [Arrival(key, fact, Unjudged(IPHONE_SAFARI)) for key, fact in zip(keys, facts, strict=True)]
    write_scans(stack, map(stored, arrivals))
    assert eventually(lambda: is_all_counted(stack, tenant.organization))
    right = books(stack, tenant.organization)
    assert _corrupt(stack, f"{tenant.organization}#{link_scope(link)}#0", None) == iso_day(yesterday)
    invoke(stack, "chalicelib.functions.recount.handler", SCHEDULED)
    assert eventually(lambda: bool(_integrity(owner)["reports"]), seconds=120)
    known = _integrity(owner)
    assert books(stack, tenant.organization) == right
    assert (known["days_checked"], known["reports"][0]["day"]) == (1, iso_day(yesterday))
    assert known["reports"][0]["drift"] == {"rollups": 1, "visitors": 0, "scans": 9}
    assert known["reports"][0]["repaired"] == 1
