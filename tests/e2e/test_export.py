"""Exports beyond 5 MB: ordered, written by the job, and fetched from where the status leads."""

import csv
import io
import json
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS
from infra import aws
from infra.local import LocalStack
from infra.resume import tick
from tests.e2e import organizations
from tests.e2e.conftest import Answer, Client
from tests.e2e.observed import Item, eventually, invoke
from tests.e2e.past import CITIES
from tests.world import now_ms

SCANS = 5_600  # of a kilobyte each: more than an answer takes, and more than a part of an upload
MOST_BYTES = 5_000_000
FIELDS = ["id", "timestamp", "country", "region", "city", "device", "browser", "is_unique"]


@pytest.fixture(scope="module")
def code(stack: LocalStack) -> dict[str, Any]:
    """A code with a large past."""
    connected = Client(stack.url, stack.api_key)
    made = connected.create("exported")
    connected.close()
    numbers = [ids.parse(stack.organization), ids.parse(made["id"]), SCANS]
    organizations.run(stack, "tests.e2e.past", *map(str, numbers))
    return made


def order(client: Client, code: Mapping[str, Any], kind: str) -> Answer:
    answer = client.api("GET", f"/v1/qrcodes/{code['id']}/analytics/export?format={kind}")
    assert answer.status == 202, answer.text[:200]
    assert answer.headers["location"] == answer.json["status_url"]
    return answer


def finished(client: Client, status_url: str) -> Answer:
    """The status of an order once it is done. It is a 200 until then."""
    path, seen = urlsplit(status_url).path, list[Answer]()

    def is_done() -> bool:
        seen.append(client.api("GET", path))
        return seen[-1].status != 200

    assert eventually(is_done, seconds=120)
    assert seen[-1].status == 303, seen[-1].text
    return seen[-1]


def fetched(url: str) -> tuple[Mapping[str, str], bytes]:
    """What a signed URL gives to anybody."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return dict(answer.headers), answer.read()


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_large_export_is_ordered_and_fetched(client: Client, code: dict[str, Any], kind: str) -> None:
    ordered = order(client, code, kind)
    done = finished(client, ordered.json["status_url"])
    assert (done.json["status"], done.json["scans_written"], done.json["scans_total"]) == ("done", SCANS, SCANS)
    headers, body = fetched(done.headers["location"])
    assert len(body) > MOST_BYTES
    assert f'.{kind}"' in headers["Content-Disposition"]
    if kind == "json":
        rows, cities = json.loads(body), list(CITIES)
    else:
        rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        cities = [f"'{city}" if city.startswith("=") else city for city in CITIES]
    assert len(rows) == len({row["id"] for row in rows}) == SCANS
    assert all(list(row) == FIELDS for row in rows)
    assert [row["timestamp"] for row in rows] == sorted(row["timestamp"] for row in rows)
    assert all(row["city"] == cities[n % len(cities)] for n, row in enumerate(rows))


def _running(stack: LocalStack, created_ms: int, **more: dict[str, Any]) -> tuple[Item, str]:
    """An order for a file of a link without scans, as it is stored, and the key of the file."""
    organization, number = ids.parse(stack.organization) or 0, ids.new(now_ms())
    wanted = {"link": 1, "first": 0, "end": created_ms, "total": 0, "scans": 0, "created": created_ms, "touched": 0}
    item = {"pk": {"S": f"{organization}"}, "sk": {"S": f"export#{number}"}, "expires": {"N": "9999999999"}, **more}
    item |= {name: {"N": f"{value}"} for name, value in wanted.items()}
    item |= {"format": {"S": "csv"}, "shape": {"S": "qrcodes"}, "filename": {"S": "x.csv"}, "state": {"S": "running"}}
    return item, f"{organization}/{number}/x.csv"


def _worked_on(stack: LocalStack, item: Item) -> str:
    """The state of an order that nobody has told the job of, once the sweep has, and the job has worked on it."""
    dynamodb, table = aws.clients(stack.aws_endpoint)("dynamodb"), stack.environment["OBJECTS_TABLE"]
    dynamodb.put_item(TableName=table, Item=item)
    key = {name: item[name] for name in ("pk", "sk")}
    invoke(stack, "chalicelib.functions.sweep.handler", tick())

    def state() -> str:
        return str(dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]["state"]["S"])

    assert eventually(lambda: state() != "running")
    return state()


def test_a_file_whose_parts_got_lost_is_begun_anew(stack: LocalStack) -> None:
    lost: Item = {"upload": {"S": "lost"}, "etags": {"S": "one"}, "ended": {"BOOL": True}}
    item, key = _running(stack, now_ms(), **lost)
    assert _worked_on(stack, item) == "done"
    bucket = stack.environment["EXPORTS_BUCKET"]
    assert aws.clients(stack.aws_endpoint)("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def test_an_order_that_is_given_up_leaves_no_parts(stack: LocalStack) -> None:
    s3, bucket = aws.clients(stack.aws_endpoint)("s3"), stack.environment["EXPORTS_BUCKET"]
    item, key = _running(stack, now_ms() - 2 * DAY_MS)
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    assert _worked_on(stack, {**item, "upload": {"S": upload}}) == "failed"
    left = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    assert upload not in [it["UploadId"] for it in left]
