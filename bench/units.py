"""How many DynamoDB units a scan, its counting and a read cost: `.venv/bin/python -m bench.units` (`--json`).

The real redirect, fold and API code runs on moto; units are computed from the sizes of the items that each call
touches, by DynamoDB's rules (`bench/capacity.py`), because no emulator bills plain writes by size.
"""

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from chalice.test import Client

from bench import capacity
from bench.capacity import Item
from tests.world import World, prepare_environment, world

prepare_environment()

from app import app  # noqa: E402 - settings come first
from chalicelib import redirect  # noqa: E402
from chalicelib.core.scans import Scan  # noqa: E402
from chalicelib.services import accounts, counting, links, sweeping  # noqa: E402
from chalicelib.store import scans  # noqa: E402

DAY_MS = 86_400_000
DAYS = 365
SCANS_A_DAY = 10
VISITORS = 200
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
PLACES = (("GB", "ENG", "England", "Leeds"), ("IE", "D", "Dublin", "Dublin"), ("US", "CA", "California", "Oakland"))


class Meter:
    """Adds up units while it is `running`; everything else is free."""

    def __init__(self, dynamodb: Any, call: Callable[..., Any]) -> None:
        self._dynamodb, self._call = dynamodb, call
        self.running, self.read, self.write = False, 0.0, 0

    def observe(self, client: Any, operation: str, request: dict[str, Any]) -> Any:
        if not self.running or client.meta.service_model.service_name != "dynamodb":
            return self._call(client, operation, request)
        self.running = False
        actions = _actions(operation, request)
        before = [self._item(*action) for action in actions]
        answer = self._call(client, operation, request)
        transactional = operation == "TransactWriteItems"
        self.write += sum(
            _written(old, self._item(*it), transactional) for old, it in zip(before, actions, strict=True)
        )
        self.read += _read(operation, request, answer)
        self.running = True
        return answer

    def _item(self, table: str, key: Item) -> Item:
        found: Item = self._dynamodb.get_item(TableName=table, Key=key).get("Item", {})
        return found


def _actions(operation: str, request: dict[str, Any]) -> list[tuple[str, Item]]:
    """The table and key of everything that a call writes."""
    single = operation in ("PutItem", "UpdateItem", "DeleteItem")
    writes = [request] if single else [w for it in request.get("TransactItems", []) for w in it.values()]
    return [
        (w["TableName"], {name: v for name, v in w.get("Key", w.get("Item", {})).items() if name in ("pk", "sk")})
        for w in writes
    ]


def _written(old: Item, new: Item, transactional: bool) -> int:
    """A write's units, with one for an entry of the index that comes or goes."""
    units = capacity.written(capacity.size(old), capacity.size(new), transactional)
    return units + (old.get("day") != new.get("day"))


def _read(operation: str, request: dict[str, Any], answer: dict[str, Any]) -> float:
    consistent = bool(request.get("ConsistentRead"))
    if operation == "GetItem":
        return capacity.read(capacity.size(answer.get("Item", {})), consistent)
    if operation == "Query":
        return capacity.read(sum(map(capacity.size, answer["Items"])), consistent)
    if operation == "BatchGetItem":  # all of ours are consistent; an absent item costs a unit as well
        asked = sum(len(table["Keys"]) for table in request["RequestItems"].values())
        found = [item for table in answer["Responses"].values() for item in table]
        return sum(capacity.read(capacity.size(item)) for item in found) + asked - len(found)
    return 0


class Bench:
    """One organization with one link, on which steps are measured."""

    def __init__(self, fresh: World, meter: Meter) -> None:
        self.dynamodb, self.meter = fresh.dynamodb, meter
        self.rows: dict[str, dict[str, float]] = {}
        self.now = time.time_ns() // 1_000_000
        self.begun = self.now - (DAYS - 1) * DAY_MS
        organization, owner = accounts.create_organization("Bench", "owner@example.com", self.begun)
        self.key = accounts.create_key(organization.number, owner.number, self.now)
        new = links.NewLink("https://example.com/spring", (), "Spring poster", "spring")
        self.link = links.seed(accounts.authenticate(self.key), new, self.begun)

    def measure(self, what: str, step: Callable[[], object], per: int = 1) -> None:
        """Run a step and note its units, divided among `per` scans."""
        self.meter.read, self.meter.write, self.meter.running = 0, 0, True
        step()
        self.meter.running = False
        self.rows[what] = {"write": round(self.meter.write / per, 1), "read": round(self.meter.read / per, 1)}

    def scan(self, visitor: int, at_ms: int | None = None, user_agent: str = IPHONE) -> None:
        """One request through the redirect."""
        country, region, name, city = PLACES[visitor % len(PLACES)]
        headers = {
            "User-Agent": user_agent,
            "Accept-Language": "en-GB,en;q=0.9",
            "X-Origin-Secret": "origin-secret",
            "CloudFront-Viewer-Address": f"198.51.{visitor // 250}.{visitor % 250}:4711",
            "CloudFront-Viewer-Country": country,
            "CloudFront-Viewer-Country-Region": region,
            "CloudFront-Viewer-Country-Region-Name": name,
            "CloudFront-Viewer-City": city,
        }
        event = {
            "httpMethod": "GET",
            "headers": headers,
            "pathParameters": {"slug": "spring"},
            "requestContext": {"identity": {"sourceIp": "203.0.113.1"}},
        }
        at_ns = (self.now if at_ms is None else at_ms) * 1_000_000
        with mock.patch("chalicelib.redirect.time.time_ns", return_value=at_ns):
            redirect.handler(event, None)

    def pending(self, since_ms: int) -> list[Scan]:
        return scans.pending_since(self.link.organization, self.link.number, [0], since_ms, since_ms)

    def history(self) -> None:
        """Ten scans a day up to yesterday, folded; the scans themselves are dropped, since nothing reads them."""
        for day in range(DAYS - 1):
            begun = self.begun + day * DAY_MS
            for n in range(SCANS_A_DAY):
                self.scan((day * 7 + n) % VISITORS, begun + n * DAY_MS // SCANS_A_DAY)
            counted = self.pending(begun)
            counting.settle(counted)
            for scan in counted:
                key = {"pk": {"S": scan.key.partition}, "sk": {"S": scan.key.sort}}
                self.dynamodb.delete_item(TableName="scans", Key=key)

    def count(self, what: str, visitors: Sequence[int], user_agent: str = IPHONE) -> None:
        """Measure the counting of one batch of scans."""
        for visitor in visitors:
            self.scan(visitor, user_agent=user_agent)
        found = self.pending(self.now)
        self.measure(what, lambda: counting.settle(found), per=len(found))

    def read(self, days: int) -> None:
        path = f"/v1/dynamic/{self.link.number}/scans?days={days}"
        with Client(app) as client:
            answer = client.http.get(path, headers={"Authorization": f"Bearer {self.key}"})
        if answer.status_code != 200:
            raise RuntimeError(answer.body)


def run(bench: Bench) -> dict[str, dict[str, float]]:
    """Everything that is measured; 51 people, and a bot, are in the table when it is swept."""
    bench.history()
    redirect._cache.clear()
    bench.measure("redirect, slug not in the cache", lambda: bench.scan(1000))
    bench.measure("redirect, slug in the cache", lambda: bench.scan(1001))
    counting.settle(bench.pending(bench.now))
    bench.count("counting a scan alone", [1002])
    bench.count("counting a bot alone", [1003], user_agent="curl/8.5.0")
    bench.count(f"counting, each of {counting.CHUNK} at once", range(2000, 2000 + counting.CHUNK))
    at_ms = bench.now + 2 * sweeping.SETTLED_MS
    bench.measure("sweeping, each of 51", lambda: sweeping.sweep_organization(bench.link.organization, at_ms), per=51)
    bench.read(1)  # the key is looked up, and believed for 5 s
    for days in (7, 30, 365):
        bench.measure(f"reading {days} days", lambda days=days: bench.read(days))  # type: ignore[misc]
    return bench.rows


def bytes_an_item(dynamodb: Any) -> dict[str, int]:
    """The mean size of the items of each table that grows with scans, all of them counted."""
    found = {table: dynamodb.scan(TableName=table)["Items"] for table in ("scans", "rollups", "visitors")}
    return {table: sum(map(capacity.size, items)) // len(items) for table, items in found.items()}


@contextlib.contextmanager
def metered(dynamodb: Any) -> Iterator[Meter]:
    real = BaseClient._make_api_call
    meter = Meter(dynamodb, real)
    with mock.patch.object(BaseClient, "_make_api_call", lambda *arguments: meter.observe(*arguments)):
        yield meter


def main() -> int:
    with world() as fresh, metered(fresh.dynamodb) as meter, contextlib.redirect_stdout(io.StringIO()):
        rows, sizes = run(Bench(fresh, meter)), bytes_an_item(fresh.dynamodb)
    if "--json" in sys.argv:
        print(json.dumps({"units": rows, "bytes": sizes}, indent=2))
        return 0
    print(f"{'':36}{'write units':>12}{'read units':>12}")
    for what, units in rows.items():
        print(f"{what:36}{units['write']:>12g}{units['read']:>12g}")
    print("\nbytes an item: " + ", ".join(f"{table} {size}" for table, size in sizes.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
