"""How many DynamoDB units a scan, its counting and a read cost: `.venv/bin/python -m bench.units`.

The real redirect, fold and API code runs on moto; units are computed from the sizes of the items that each call
touches, by DynamoDB's rules, because no emulator bills plain writes by size.

A write costs a unit for every 1 KB begun of the item before or after, whichever is larger, twice that in a
transaction, and one for each entry of the index that comes or goes. A read costs a unit for every 4 KB begun, half
when eventually consistent; a query adds its items up first.
"""

import contextlib
import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from math import ceil
from typing import Any

from tests.world import World, prepare_environment, world

TABLES = ("objects", "scans", "rollups", "visitors")
DAYS = 365
SCANS_A_DAY = 10
BATCH = 48  # services.counting.CHUNK
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
PLACES = (("GB", "ENG", "England", "Leeds"), ("IE", "D", "Dublin", "Dublin"), ("US", "CA", "California", "Oakland"))
Items = dict[tuple[str, ...], Any]


class Meter:
    """Adds up units while `running`; everything else is free."""

    def __init__(self, dynamodb: Any, call: Callable[..., Any]) -> None:
        self._dynamodb, self._call = dynamodb, call
        self.running, self.read, self.write = False, 0.0, 0

    def observe(self, client: Any, operation: str, request: dict[str, Any]) -> Any:
        if not self.running or client.meta.service_model.service_name != "dynamodb":
            return self._call(client, operation, request)
        self.running = False
        before = self._items()
        answer = self._call(client, operation, request)
        self.write += _written(before, self._items(), 2 if operation == "TransactWriteItems" else 1)
        self.read += _read(operation, request, answer)
        self.running = True
        return answer

    def _items(self) -> Items:
        pages = ((table, item) for table in TABLES for item in self._dynamodb.scan(TableName=table)["Items"])
        return {(table, item["pk"]["S"], item.get("sk", {}).get("S", "")): item for table, item in pages}


def size(item: dict[str, Any]) -> int:
    """The bytes of an item as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + _value_size(*next(iter(value.items()))) for name, value in item.items())


def _value_size(kind: str, value: Any) -> int:
    if kind == "N":
        return ceil(len(value.strip("-0.") or "0") / 2) + 1 + value.startswith("-")
    if kind in ("L", "SS"):
        return 3 + sum(1 + (_value_size(*next(iter(v.items()))) if kind == "L" else len(v)) for v in value)
    return 1 if kind == "BOOL" else len(value if kind == "B" else value.encode())


def _written(before: Items, after: Items, factor: int) -> int:
    units = 0
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old != new:
            units += factor * ceil(max(size(old or {}), size(new or {})) / 1024)
            units += key[0] == "scans" and ("day" in (old or {})) != ("day" in (new or {}))
    return units


def _read(operation: str, request: dict[str, Any], answer: dict[str, Any]) -> float:
    share = 1 if request.get("ConsistentRead") else 0.5
    if operation == "GetItem":
        return share * max(ceil(size(answer.get("Item", {})) / 4096), 1)
    if operation == "Query":
        return share * max(ceil(sum(map(size, answer["Items"])) / 4096), 1)
    if operation == "BatchGetItem":  # all of ours are consistent; an absent item costs a unit as well
        asked = sum(len(table["Keys"]) for table in request["RequestItems"].values())
        found = [item for table in answer["Responses"].values() for item in table]
        return sum(ceil(size(item) / 4096) for item in found) + asked - len(found)
    return 0


@contextlib.contextmanager
def metered(dynamodb: Any) -> Iterator[Meter]:
    from botocore.client import BaseClient

    real = BaseClient._make_api_call
    meter = Meter(dynamodb, real)
    BaseClient._make_api_call = lambda client, operation, request: meter.observe(client, operation, request)
    yield meter
    BaseClient._make_api_call = real


class Bench:
    """One organization with one link, on which steps are measured."""

    def __init__(self, fresh: World, meter: Meter) -> None:
        from chalicelib.services import accounts, links

        self.world, self.meter, self.rows = fresh, meter, dict[str, dict[str, float]]()
        self.now = time.time_ns() // 1_000_000
        self.start = self.now - (DAYS - 1) * 86_400_000
        organization, owner = accounts.create_organization("Bench", "owner@example.com", self.start)
        self.key = accounts.create_key(organization.number, owner.number, self.now)
        new = links.NewLink("https://example.com/spring", (), "Spring poster", "spring")
        self.link = links.seed(accounts.authenticate(self.key), new, self.start)

    def measure(self, what: str, step: Callable[[], object], per: int = 1) -> None:
        """Run a step and note its units, divided among `per` scans."""
        self.meter.read, self.meter.write, self.meter.running = 0, 0, True
        with contextlib.redirect_stdout(io.StringIO()):
            step()
        self.meter.running = False
        self.rows[what] = {"write": round(self.meter.write / per, 2), "read": round(self.meter.read / per, 2)}

    def scan(self, visitor: int, user_agent: str = IPHONE) -> None:
        """One request through the redirect."""
        from chalicelib import redirect

        country, region, name, city = PLACES[visitor % 3]
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
        with contextlib.redirect_stdout(io.StringIO()):
            redirect.handler(event, None)

    def fold(self) -> None:
        """Count what is pending, as a stream batch."""
        from chalicelib.services import counting

        pending = [item for item in self.world.dynamodb.scan(TableName="scans")["Items"] if "pending" in item]
        counting.settle_images(pending)

    def history(self) -> None:
        """Ten scans a day for a year, written with past times and folded."""
        from unittest import mock

        for day in range(DAYS - 1):
            for n in range(SCANS_A_DAY):
                at = self.start + day * 86_400_000 + n * 4_000_000
                with mock.patch("chalicelib.redirect.time.time_ns", return_value=at * 1_000_000):
                    self.scan((day * 7 + n) % 600)
            self.fold()

    def read(self, days: int) -> None:
        from chalice.test import Client

        from app import app

        with Client(app) as client:
            headers = {"Authorization": f"Bearer {self.key}"}
            answer = client.http.get(f"/v1/dynamic/{self.link.number}/scans?days={days}", headers=headers)
            if answer.status_code != 200:
                raise RuntimeError(answer.body)


def run(bench: Bench) -> dict[str, dict[str, float]]:
    from chalicelib import redirect

    bench.history()
    redirect._cache.clear()
    bench.measure("redirect, slug not in the cache", lambda: bench.scan(1000))
    bench.measure("redirect, slug in the cache", lambda: bench.scan(1001))
    bench.fold()
    bench.scan(1002)
    bench.measure("counting one scan alone", bench.fold)
    bench.scan(1003, "curl/8.5.0")
    bench.measure("counting one bot alone", bench.fold)
    for visitor in range(BATCH):
        bench.scan(2000 + visitor)
    bench.measure(f"counting, each of {BATCH} scans of one link at once", bench.fold, per=BATCH)
    for days in (30, DAYS):
        bench.measure(f"reading {days} days, nothing pending", lambda days=days: bench.read(days))  # type: ignore[misc]
    return bench.rows


def main() -> int:
    prepare_environment()
    with world() as fresh, metered(fresh.dynamodb) as meter:
        rows = run(Bench(fresh, meter))
    if "--json" in sys.argv:
        print(json.dumps(rows, indent=2))
        return 0
    print(f"{'':52}{'write units':>12}{'read units':>12}")
    for what, units in rows.items():
        print(f"{what:52}{units['write']:>12g}{units['read']:>12g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
