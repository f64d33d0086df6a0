"""The hot path: where a scan is sent, what is written of it, and what happens when storage fails."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib import redirect
from chalicelib.core.days import DAY_MS
from chalicelib.core.visitors import hashes
from chalicelib.services import counting, links, spill
from chalicelib.services.links import Edit
from chalicelib.store import links as stored
from chalicelib.store import scans
from tests.e2e.agents import IPHONE_SAFARI
from tests.services.account import Account, new_account
from tests.world import World, now_ms

EVENT = json.loads((Path(__file__).parent / "events" / "scan.json").read_text())
SECRET: dict[str, Any] = {"X-Origin-Secret": "origin-secret"}


@pytest.fixture
def account(world: World) -> Iterator[Account]:
    redirect._cache.clear()
    redirect._client.cache_clear()
    yield new_account()
    redirect._cache.clear()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each operation of AWS was called."""
    counted: Counter[str] = Counter()
    call = botocore.client.BaseClient._make_api_call

    def counting_call(client: Any, operation: str, request: dict[str, Any]) -> Any:
        counted[operation] += 1
        return call(client, operation, request)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", counting_call)
    return counted


def _fail(monkeypatch: pytest.MonkeyPatch, *operations: str, error: Exception | None = None) -> None:
    """Let operations of AWS fail from now on."""
    call = botocore.client.BaseClient._make_api_call
    failure = error or EndpointConnectionError(endpoint_url="https://dynamodb.example")

    def failing(client: Any, operation: str, request: dict[str, Any]) -> Any:
        if operation in operations:
            raise failure
        return call(client, operation, request)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", failing)


def _scan(slug: str, method: str = "GET", query: dict[str, str] | None = None, **headers: Any) -> dict[str, Any]:
    """The answer to a scan; header names are spelled with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    event = {
        **EVENT,
        "httpMethod": method,
        "pathParameters": {"slug": slug},
        "queryStringParameters": query,
        "headers": {**EVENT["headers"], **named},
    }
    answer: dict[str, Any] = redirect.handler(event, None)
    return answer


def _stored(world: World) -> list[dict[str, Any]]:
    return [{name: next(iter(v.values())) for name, v in item.items()} for item in world.items("scans")]


def test_a_scan_is_sent_on_uncached_and_written_as_pending(account: Account, world: World) -> None:
    answer = _scan(account.link.slug, Referer="https://www.t.co/x")
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, "https://example.com/")
    assert answer["headers"]["Cache-Control"] == "private, no-store"
    (scan,) = _stored(world)
    assert (scan["pending"], scan["rev"], scan["user_agent"]) == ("1", "1", IPHONE_SAFARI)
    assert (scan["referrer"], scan["language"]) == ("t.co", "en")


def test_one_read_and_one_write_make_a_scan_and_a_warm_one_only_writes(account: Account, calls: Counter[str]) -> None:
    _scan(account.link.slug)
    assert calls == {"GetItem": 1, "PutItem": 1}
    _scan(account.link.slug)
    assert calls == {"GetItem": 1, "PutItem": 2}


@pytest.mark.parametrize("spelling", [str.upper, str.title, lambda slug: f"%{ord(slug[0]):x}{slug[1:]}"])
def test_case_and_encoding_of_a_slug_do_not_matter(account: Account, spelling: Any) -> None:
    assert _scan(spelling(account.link.slug))["statusCode"] == 302


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        pytest.param("HEAD", {}, id="HEAD"),
        pytest.param("GET", {"Sec_Purpose": "prefetch"}, id="prefetch"),
        pytest.param("GET", {"Sec_Purpose": "prefetch;prerender"}, id="prerender"),
        pytest.param("GET", {"Purpose": "prefetch"}, id="older prefetch"),
        pytest.param("GET", {"X_Moz": "prefetch"}, id="Firefox prefetch"),
        pytest.param("GET", {"X_Purpose": "preview"}, id="Safari preview"),
    ],
)
def test_what_nobody_looks_at_is_redirected_and_not_counted(
    account: Account, world: World, method: str, headers: dict[str, Any]
) -> None:
    assert _scan(account.link.slug, method, **headers)["statusCode"] == 302
    assert _stored(world) == []


@pytest.mark.parametrize("slug", ["unknown", "", "a/b", "ünknown", "%00", "x" * 300])
def test_an_unknown_slug_is_a_page_not_counted(account: Account, world: World, slug: str) -> None:
    answer = _scan(slug)
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Nothing here</h1>" in answer["body"]
    assert _stored(world) == []


def test_json_is_answered_where_it_is_asked_for(account: Account) -> None:
    answer = _scan("unknown", Accept="application/json")
    assert json.loads(answer["body"])["code"] == "not_found"


def test_a_paused_a_deleted_and_an_expired_link_lead_nowhere(account: Account, world: World) -> None:
    paused, deleted, expired = account.other(), account.other(), account.other()
    links.edit(paused.caller, str(paused.link.number), Edit(frozenset({"status"}), (), status="paused"), now_ms())
    links.erase(deleted.caller, str(deleted.link.number))
    key = {"pk": {"S": f"slug#{expired.link.slug}"}, "sk": {"S": "slug"}}
    world.dynamodb.update_item(
        TableName="objects",
        Key=key,
        UpdateExpression="SET valid_until = :past",
        ExpressionAttributeValues={":past": {"N": str(now_ms() - 1)}},
    )
    assert [_scan(a.link.slug)["statusCode"] for a in (paused, deleted, expired)] == [404, 404, 410]
    assert _stored(world) == []


def test_a_pause_with_an_end_is_over_by_itself(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    until = now_ms() + DAY_MS
    change = Edit(frozenset({"pause_until"}), (), pause_until_ms=until)
    links.edit(account.caller, str(account.link.number), change, now_ms())
    assert _scan(account.link.slug)["statusCode"] == 404
    monkeypatch.setattr(time, "time_ns", lambda: until * 1_000_000)
    assert _scan(account.link.slug)["statusCode"] == 302


def test_an_edit_takes_effect_within_five_seconds(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    _scan(account.link.slug)
    change = Edit(frozenset({"destination"}), (), destination="https://example.com/b")
    links.edit(account.caller, str(account.link.number), change, now_ms())
    started = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: started + 4.9)
    assert _scan(account.link.slug)["headers"]["Location"] == "https://example.com/"
    monkeypatch.setattr(time, "monotonic", lambda: started + 5.1)
    assert _scan(account.link.slug)["headers"]["Location"] == "https://example.com/b"


def test_a_miss_is_not_cached(account: Account) -> None:
    assert _scan("spring-sale")["statusCode"] == 404
    links.seed(account.caller, links.NewLink("https://example.com/", (), slug="spring-sale"), now_ms())
    assert _scan("spring-sale")["statusCode"] == 302


def test_a_stale_link_still_redirects_while_reads_fail_and_others_are_told_to_retry(
    account: Account, monkeypatch: pytest.MonkeyPatch, calls: Counter[str]
) -> None:
    _scan(account.link.slug)
    started = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: started + 60)
    _fail(monkeypatch, "GetItem")
    assert _scan(account.link.slug)["statusCode"] == 302
    answer = _scan("not-cached")
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("error", "slots"),
    [
        pytest.param(None, 1, id="unreachable"),
        pytest.param(
            ClientError({"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, "PutItem"),
            2,
            id="throttled, which doubles the slots",
        ),
    ],
)
def test_a_scan_that_cannot_be_written_is_spilled_and_counted_later(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception | None, slots: int
) -> None:
    with monkeypatch.context() as patch:
        _fail(patch, "PutItem", error=error)
        assert _scan(account.link.slug)["statusCode"] == 302
    assert _stored(world) == []
    (message,) = world.messages("SPILL_QUEUE_URL")
    spill.write(message)
    (scan,) = _stored(world)
    assert "pending" not in scan
    assert stored.slots(account.organization, account.link.number) == slots


def test_a_scan_that_can_neither_be_written_nor_spilled_is_logged_without_its_user_agent(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _fail(monkeypatch, "PutItem", "SendMessage")
    assert _scan(account.link.slug)["statusCode"] == 302
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "scan lost" in line]
    assert line["scan"]["pk"].startswith(f"{account.organization}#{account.link.number}#")
    assert "iPhone" not in json.dumps(line)
    assert "198.51.100.9" not in json.dumps(line)


def test_a_write_that_is_refused_because_its_scan_is_there_is_a_success(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}, "PutItem")
    _fail(monkeypatch, "PutItem", error=refused)
    assert _scan(account.link.slug)["statusCode"] == 302
    assert world.messages("SPILL_QUEUE_URL") == []


def test_a_retry_of_a_write_never_makes_a_folded_scan_pending_again(account: Account, world: World) -> None:
    _scan(account.link.slug)
    item = world.items("scans")[0]
    counting.settle_images([item])
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        world.dynamodb.put_item(TableName="scans", Item=item, ConditionExpression="attribute_not_exists(pk)")
    assert "pending" not in _stored(world)[0]


VIEWER: dict[str, Any] = {
    "CloudFront_Viewer_Address": "203.0.113.7:4711",
    "CloudFront_Viewer_Country": "GB",
    "CloudFront_Viewer_Country_Region": "ENG",
    "CloudFront_Viewer_Country_Region_Name": "England",
    "CloudFront_Viewer_City": "S%C3%A3o%20Paulo",
    "CloudFront_Is_Mobile_Viewer": "true",
}


def test_viewer_headers_are_believed_with_the_origin_secret(account: Account, world: World) -> None:
    _scan(account.link.slug, **VIEWER, **SECRET)
    (scan,) = _stored(world)
    assert (scan["country"], scan["region"], scan["region_name"], scan["city"]) == (
        "GB",
        "ENG",
        "England",
        "São Paulo",
    )
    assert scan["device_hint"] == "mobile"
    key = account.caller.organization.hashing_key
    assert (scan["address"], scan["agent"]) == hashes(key, "203.0.113.7", IPHONE_SAFARI)


@pytest.mark.parametrize("secret", [{}, {"X_Origin_Secret": ""}, {"X_Origin_Secret": "wrong"}])
def test_without_it_the_address_is_api_gateways_and_places_are_unknown(
    account: Account, world: World, secret: dict[str, Any]
) -> None:
    _scan(account.link.slug, **VIEWER, **secret)
    (scan,) = _stored(world)
    assert not {"country", "region", "city", "device_hint"} & set(scan)
    assert scan["address"] == hashes(account.caller.organization.hashing_key, "198.51.100.9", IPHONE_SAFARI)[0]


def test_a_forwarded_address_is_never_believed(account: Account, world: World) -> None:
    _scan(account.link.slug, X_Forwarded_For="192.0.2.1", Forwarded="for=192.0.2.1", **SECRET)
    (scan,) = _stored(world)
    assert scan["address"] == hashes(account.caller.organization.hashing_key, "198.51.100.9", IPHONE_SAFARI)[0]


def test_an_installation_without_a_secret_believes_nobody(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORIGIN_SECRET", "")
    _scan(account.link.slug, **VIEWER, X_Origin_Secret="")
    assert "country" not in _stored(world)[0]


def test_a_hostile_request_is_stored_within_bounds(account: Account, world: World) -> None:
    _scan(
        account.link.slug,
        User_Agent="\ud800" + "Mozilla " * 1000,
        Referer="https://" + "a" * 5000 + ".example/",
        CloudFront_Viewer_City="x|\n" * 500,
        CloudFront_Viewer_Country="<script>",
        Accept_Language="e" * 5000,
        **SECRET,
    )
    (item,) = world.items("scans")
    assert len(json.dumps(item)) < 2500
    (scan,) = scans.read([scans.from_image(item).key])
    counting.settle([scan])


def test_a_marker_and_a_scan_method_travel_with_the_short_url(account: Account, world: World) -> None:
    _scan(account.link.slug, query={"qr": "qr_7", "via": "file_upload"})
    _scan(account.link.slug, query={"qr": "x" * 99, "via": "rumour"})
    marked = sorted(_stored(world), key=lambda scan: "marker" in scan)
    assert (marked[1]["marker"], marked[1]["via"]) == ("7", "file_upload")
    assert not {"marker", "via"} & set(marked[0])


def test_scans_of_a_widened_link_are_spread_over_its_slots(account: Account, world: World) -> None:
    stored.raise_slots(account.organization, account.link, 4)
    for _ in range(60):
        _scan(account.link.slug)
    assert {scan["pk"].rsplit("#", 1)[1] for scan in _stored(world)} == {"0", "1", "2", "3"}


def test_the_log_of_a_scan_holds_nothing_of_who_scanned(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    _scan(account.link.slug, **VIEWER, **SECRET)
    line = capsys.readouterr().out
    assert json.loads(line) == {"level": "INFO", "message": "redirect", "status": 302, "counted": True}


def test_the_redirect_imports_nothing_that_a_scan_would_have_to_wait_for() -> None:
    heavy = ("app", "boto3", "pydantic", "pynamodb", "segno", "ua_parser", "is_bot", "chalicelib.services")
    script = f"import sys, chalicelib.redirect; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"
