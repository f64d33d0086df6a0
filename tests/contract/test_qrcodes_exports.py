"""The `qrcodes` API's document: the export of a code's scans."""

import csv
import io
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from chalicelib import ids
from chalicelib.api.qrcodes_analytics import SCAN
from chalicelib.core.days import DAY_MS, parse_day
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import accounts, counting, exporting, links
from chalicelib.store import scans
from tests.api.calls import Answer, Caller, new_caller
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI
from tests.world import World, now_ms

NOON = parse_day("2026-01-31") * DAY_MS + DAY_MS // 2


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon of the last day of January 2026."""
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: NOON)
    monkeypatch.setattr(ids, "_last", 0)


@pytest.fixture
def code(caller: Caller) -> str:
    """The id of a code that was scanned three times in January, and by a bot."""
    body = {"name": "Poster", "destination_url": "https://example.com/"}
    spelled = str(caller.call("POST", "/v1/qrcodes", body).json["id"])
    cities = (("San Francisco", IPHONE_SAFARI), ("=HYPERLINK(1)", IPHONE_SAFARI), ("", IPHONE_SAFARI), ("", GOOGLEBOT))
    for n, (city, agent) in enumerate(cities):
        key = ScanKey(caller.organization, ids.parse(spelled) or 0, 0, NOON - (4 - n) * DAY_MS, f"{n + 1:016x}")
        facts = Facts("a", "x", country="US", region="CA", region_name="California", city=city)
        scans.put_new(Arrival(key, facts, Unjudged(agent)).attributes())
        counting.settle(scans.read([key]))
    return spelled


@pytest.fixture
def ordered(caller: Caller, code: str, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """The answer about an export that is too large to be built at once."""
    monkeypatch.setattr(exporting, "MOST_BYTES", 100)
    return caller.call("GET", f"/v1/qrcodes/{code}/analytics/export")


def _path(answer: Answer) -> str:
    return str(urlsplit(answer.json["status_url"]).path)


def _work(caller: Caller, answer: Answer) -> None:
    assert exporting.export(caller.organization, int(answer.json["id"]), NOON, lambda: False)


def test_a_csv_has_a_row_for_each_scan_with_the_documents_fields_in_order(caller: Caller, code: str) -> None:
    answer = caller.call(
        "GET", f"/v1/qrcodes/{code}/analytics/export?format=csv&start_date=2026-01-01&end_date=2026-01-31"
    )
    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    name = f"{code}_2026-01-01_2026-01-31.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    head, *rows = csv.reader(io.StringIO(answer.json))
    assert head == list(SCAN)
    assert [row[1:] for row in rows] == [
        ["2026-01-27T12:00:00Z", "US", "California", "San Francisco", "ios", "safari", "true"],
        ["2026-01-28T12:00:00Z", "US", "California", "'=HYPERLINK(1)", "ios", "safari", "false"],
        ["2026-01-29T12:00:00Z", "US", "California", "", "ios", "safari", "false"],
    ]


def test_a_json_export_is_what_the_list_of_scans_has(caller: Caller, code: str) -> None:
    answer = caller.call("GET", f"/v1/qrcodes/{code}/analytics/export?format=json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].endswith('.json"')
    assert answer.json == caller.call("GET", f"/v1/qrcodes/{code}/analytics/scans").json["data"]
    assert [list(row) for row in answer.json] == [list(SCAN)] * 3


def test_an_export_is_csv_of_the_last_thirty_days_unless_asked_otherwise(caller: Caller, code: str) -> None:
    answer = caller.call("GET", f"/v1/qrcodes/{code}/analytics/export")
    assert f'filename="{code}_2026-01-02_2026-01-31.csv"' in answer.headers["content-disposition"]


def test_an_export_holds_only_the_days_asked_for(caller: Caller, code: str) -> None:
    query = "format=json&start_date=2026-01-28&end_date=2026-01-28"
    answer = caller.call("GET", f"/v1/qrcodes/{code}/analytics/export?{query}")
    assert [row["timestamp"] for row in answer.json] == ["2026-01-28T12:00:00Z"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param("format=xml", "format", id="another format"),
        pytest.param("start_date=2026-02-01", "start_date", id="start after today"),
        pytest.param("end_date=tomorrow", "end_date", id="no date"),
    ],
)
def test_what_makes_no_sense_is_refused(caller: Caller, code: str, query: str, field: str) -> None:
    answer = caller.call("GET", f"/v1/qrcodes/{code}/analytics/export?{query}")
    assert (answer.status, answer.json["error"]["field"]) == (400, field)


def test_a_large_export_is_ordered_and_says_where_to_ask(caller: Caller, code: str, ordered: Answer) -> None:
    assert ordered.status == 202
    assert ordered.headers["location"] == ordered.json["status_url"]
    assert ordered.json == {
        "id": ordered.json["id"],
        "status": "running",
        "status_url": f"https://qz.example/v1/qrcodes/exports/{ordered.json['id']}",
        "scans_written": 0,
        "scans_total": 3,
        "created_at": "2026-01-31T12:00:00Z",
    }
    asked = caller.call("GET", _path(ordered))
    assert (asked.status, asked.json) == (200, ordered.json)
    assert int(asked.headers["retry-after"]) > 0
    assert caller.call("GET", f"/v1/qrcodes/{code}/analytics/export").json["id"] == ordered.json["id"]


def test_a_finished_export_leads_to_its_file(caller: Caller, code: str, world: World, ordered: Answer) -> None:
    _work(caller, ordered)
    answer = caller.call("GET", _path(ordered))
    assert (answer.status, answer.json["status"], answer.json["scans_written"]) == (303, "done", 3)
    assert answer.headers["location"] == answer.json["url"]
    where = urlsplit(answer.json["url"])
    assert "X-Amz-Signature=" in where.query
    key = where.path.removeprefix("/exports/")
    assert key.endswith(f"{code}_2026-01-02_2026-01-31.csv")
    assert len(world.s3.get_object(Bucket="exports", Key=key)["Body"].read().splitlines()) == 4


def _another(_: Caller) -> Caller:
    return new_caller("Other")


def _after_erasing(caller: Caller) -> Caller:
    links.erase(accounts.authenticate(caller.key), caller.call("GET", "/v1/qrcodes").json["data"][0]["id"], now_ms())
    return caller


@pytest.mark.parametrize("who", [_another, _after_erasing])
def test_an_export_is_not_found_by_others_nor_after_erasing(
    caller: Caller, ordered: Answer, who: Callable[[Caller], Caller]
) -> None:
    _work(caller, ordered)
    answer = who(caller).call("GET", _path(ordered))
    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("name", ["5", "none", "dc_1"])
def test_an_export_that_never_was_is_not_found(caller: Caller, name: str) -> None:
    assert caller.call("GET", f"/v1/qrcodes/exports/{name}").status == 404
