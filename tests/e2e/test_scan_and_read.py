"""Make a code, scan it, read it: through the door, over real HTTP, on the stack that production uses."""

import json
import time
from pathlib import Path

import pytest

from chalicelib import ids
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from infra import aws
from infra.local import LocalStack
from tests.e2e.agents import BOTS, HUMANS, IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.observed import eventually, held_back, invoke, items, stored, unscheduled, write_scans


@pytest.mark.parametrize("name", HUMANS)
def test_a_scan_is_in_the_very_next_answer(client: Client, name: str) -> None:
    agent, device, system, browser = HUMANS[name]
    code = client.create(name)
    scanned = client.scan(code["slug"], agent, CloudFront_Viewer_Country="GB", Referer="https://www.example.org/a")
    assert (scanned.status, scanned.headers["location"]) == (302, "https://example.com/landing")
    assert scanned.headers["cache-control"] == "private, no-store"
    report = client.scans(code, days=7)
    analytics = report["analytics"]
    assert report["scans"] == {"total": 1, "last7": 1, "topCountry": "GB", "topDevice": device}
    assert [day["n"] for day in analytics["daily"]] == [0, 0, 0, 0, 0, 0, 1]
    assert analytics["by_device"] == [{"value": device, "n": 1}]
    assert analytics["by_os"] == [{"value": system, "n": 1}]
    assert analytics["by_browser"] == [{"value": browser, "n": 1}]
    assert analytics["by_referrer"] == [{"value": "example.org", "n": 1}]


@pytest.mark.parametrize("name", BOTS)
def test_a_bot_is_redirected_and_left_out_but_shown(client: Client, name: str) -> None:
    code = client.create(name)
    assert client.scan(code["slug"], BOTS[name]).status == 302
    report = client.scans(code)
    assert report["scans"] == {"total": 0, "last7": 0, "topCountry": None, "topDevice": None}
    assert report["analytics"]["bots_excluded"] == 1
    assert report["analytics"]["by_device"] == []


def test_head_and_prefetch_redirect_and_are_not_counted(client: Client) -> None:
    code = client.create()
    assert client.scan(code["slug"], IPHONE_SAFARI, method="HEAD").status == 302
    assert client.scan(code["slug"], IPHONE_SAFARI, Sec_Purpose="prefetch;prerender").status == 302
    assert client.scans(code)["scans"]["total"] == 0


def test_a_slug_also_works_below_s_and_in_capitals(client: Client) -> None:
    code = client.create()
    for path in (f"s/{code['slug']}", code["slug"].upper(), f"s/{code['slug'].upper()}"):
        assert client.scan(path, IPHONE_SAFARI).status == 302
    assert client.scans(code)["scans"]["total"] == 3


def test_an_unknown_slug_gets_a_page_and_json_where_it_is_asked_for(client: Client) -> None:
    page = client.scan("nobody-made-this", IPHONE_SAFARI, Accept="text/html")
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    answer = client.scan("nobody-made-this", IPHONE_SAFARI, Accept="application/json")
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_whoever_opens_the_address_lands_on_the_dashboard_and_programs_on_the_docs(client: Client) -> None:
    for accept, path in (("text/html,*/*", "/dashboard"), ("*/*", "/docs")):
        answer = client.request("GET", "/", headers={"Accept": accept})
        assert (answer.status, answer.headers["location"]) == (302, path)
    page = client.request("GET", "/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "/v1/dynamic/{code_id}/scans" in page.text


def test_an_unknown_path_is_a_json_404(client: Client) -> None:
    answer = client.api("GET", "/v1/nothing/here")
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_pausing_retargeting_and_resuming_take_effect_soon(client: Client) -> None:
    code = client.create()
    client.scan(code["slug"], IPHONE_SAFARI)

    def lands(status: int, location: str | None = None) -> bool:
        scanned = client.scan(code["slug"], IPHONE_SAFARI, method="HEAD")
        return (scanned.status, scanned.headers.get("location")) == (status, location)

    path = f"/v1/dynamic/{code['id']}"
    assert client.api("PATCH", path, {"status": "paused"}).json["status"] == "paused"
    assert eventually(lambda: lands(404))
    assert client.api("PATCH", path, {"status": "active", "destination": "https://example.com/b"}).status == 200
    assert eventually(lambda: lands(302, "https://example.com/b"))


def test_a_deleted_code_is_erased_and_its_slug_never_given_out_again(client: Client, stack: LocalStack) -> None:
    code = client.create()
    for _ in range(3):
        client.scan(code["slug"], IPHONE_SAFARI, CloudFront_Viewer_Address="192.0.2.77:1")
    assert client.scans(code)["scans"]["total"] == 3
    assert client.api("DELETE", f"/v1/dynamic/{code['id']}").json == {"deleted": True, "id": code["id"]}
    assert client.api("GET", f"/v1/dynamic/{code['id']}/scans").status == 404
    other = client.create()
    answer = client.api("PATCH", f"/v1/dynamic/{other['id']}", {"slug": code["slug"]})
    assert (answer.status, answer.json["code"]) == (409, "slug_taken")
    number = _number(code["id"])
    assert eventually(lambda: not _mentions(stack, number)), "scans or rollups of the erased link remain"


def test_the_stream_folds_without_any_reader(client: Client, stack: LocalStack) -> None:
    code = client.create()
    client.scan(code["slug"], IPHONE_SAFARI)
    assert eventually(lambda: _folded(stack, _number(code["id"])) == 1)


def test_a_scan_that_the_stream_never_brought_is_folded_by_the_sweep(client: Client, stack: LocalStack) -> None:
    code = client.create()
    event = Path(__file__).parents[1] / "events" / "schedule.json"
    with held_back(stack, "fold"), unscheduled(stack, "sweep"):
        _forget_sweep(stack)  # the last one may have come further already
        _put_scan(stack, _number(code["id"]), minutes_ago=3)  # longer ago than readers look back
        assert client.scans(code)["scans"]["total"] == 0
        invoke(stack, "chalicelib.functions.sweep.handler", json.loads(event.read_bytes()))
        assert client.scans(code)["scans"]["total"] == 1


def _number(code_id: str) -> int:
    number = ids.parse(code_id)
    assert number is not None
    return number


def _forget_sweep(stack: LocalStack) -> None:
    """Let the next sweep look as far back as the first one does."""
    place = {"pk": {"S": str(_number(stack.organization))}, "sk": {"S": "sweep"}}
    dynamodb = aws.clients(stack.aws_endpoint)("dynamodb")
    dynamodb.delete_item(TableName=stack.environment["OBJECTS_TABLE"], Key=place)


def _put_scan(stack: LocalStack, link: int, minutes_ago: int) -> None:
    """A pending scan as the redirect writes it, some time ago."""
    organization = _number(stack.organization)
    ms = time.time_ns() // 1_000_000 - minutes_ago * 60_000
    arrival = Arrival(ScanKey(organization, link, 0, ms, "0" * 16), Facts("address", "agent"), Unjudged(IPHONE_SAFARI))
    write_scans(stack, [stored(arrival)])


def _folded(stack: LocalStack, link: int) -> int:
    """How many scans of a link are no longer pending."""
    return sum("counted" in item for item in items(stack, "SCANS_TABLE") if f"#{link}#" in item["pk"]["S"])


def _mentions(stack: LocalStack, link: int) -> bool:
    """Whether any scan, rollup or link item of a link is left; its slug's tombstone stays."""
    rest = [*items(stack, "SCANS_TABLE"), *items(stack, "ROLLUPS_TABLE"), *items(stack, "OBJECTS_TABLE")]
    keys = [f"{item['pk']['S']} {item['sk']['S']}" for item in rest]
    return any(str(link) in key for key in keys)
