"""The hot path: where a scan is sent, what is written of it, and what happens when storage fails."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from app import app
from chalicelib import redirect
from chalicelib.core import notices
from chalicelib.core.conversations import Conversation
from chalicelib.core.days import DAY_MS
from chalicelib.core.scans import ScanKey
from chalicelib.core.visitors import hashes
from chalicelib.core.windows import Window
from chalicelib.functions import spill as function
from chalicelib.functions.invocations import Records
from chalicelib.services import analytics, counting, editing, links, qr_codes, spill
from chalicelib.services.links import Edit
from chalicelib.store import scans, spreads
from chalicelib.wire.answers import Answer
from chalicelib.wire.client import ATTEMPTS
from chalicelib.wire.endpoints import Endpoint
from tests.e2e.agents import IPHONE_SAFARI
from tests.services.account import Account, new_account
from tests.world import World, by_moto, now_ms

EVENT = json.loads((Path(__file__).parent / "events" / "scan.json").read_text())
SECRET: dict[str, Any] = {"X-Origin-Secret": "origin-secret"}


@pytest.fixture
def account(world: World) -> Iterator[Account]:
    redirect._cache.clear()
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
    links.erase(deleted.caller, str(deleted.link.number), now_ms())
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
    clock = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    _scan(account.link.slug)
    change = Edit(frozenset({"destination"}), (), destination="https://example.com/b")
    links.edit(account.caller, str(account.link.number), change, now_ms())
    clock[0] += 4.9
    assert _scan(account.link.slug)["headers"]["Location"] == "https://example.com/"
    clock[0] += 0.2
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
            4,
            id="throttled, which raises the slots",
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
    spill.write(message, now_ms())
    (scan,) = _stored(world)
    assert "pending" not in scan
    assert spreads.slots(account.organization, account.link.number) == slots


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
    (scan,) = scans.read([ScanKey.of(item["pk"]["S"], item["sk"]["S"])])
    counting.settle([scan])


def test_a_scan_method_travels_with_the_short_url_and_nothing_else_does(account: Account, world: World) -> None:
    _scan(account.link.slug, query={"qr": "qr_7", "via": "file_upload"})
    _scan(account.link.slug, query={"marker": "7", "via": "rumour"})
    told = sorted(_stored(world), key=lambda scan: "via" in scan)
    assert ("via" in told[0], told[1]["via"]) == (False, "file_upload")
    assert not any("marker" in scan for scan in told), "anybody could make scopes of their own"


def _codes(account: Account, n: int) -> None:
    """Make QR codes of the link."""
    new = qr_codes.NewQrCode("https://qz.example", (), link=str(account.link.number))
    for _ in range(n):
        qr_codes.create(account.caller, new, now_ms(), lambda _: "")


@pytest.mark.parametrize(
    ("codes", "path", "marker"),
    [
        pytest.param(0, "", None, id="no QR code, no marker"),
        pytest.param(0, ".1", None, id="no QR code, and a marker made up"),
        pytest.param(0, ".2", None, id="no QR code, and another"),
        pytest.param(1, "", None, id="unmarked is the first one's"),
        pytest.param(3, "", None, id="so it is among others"),
        pytest.param(3, ".1", None, id="the first"),
        pytest.param(3, ".2", "2", id="the second"),
        pytest.param(3, ".3", "3", id="the third"),
        pytest.param(3, ".4", None, id="too large"),
        pytest.param(3, ".99999999999", None, id="far too large"),
        pytest.param(3, ".0", None, id="zero"),
        pytest.param(3, ".", None, id="empty"),
        pytest.param(3, ".x", None, id="unknown"),
        pytest.param(3, ".2.3", None, id="two"),
        pytest.param(3, "%2E2", "2", id="percent-encoded"),
        pytest.param(3, ".%D9%A2", None, id="digits that are not ASCII"),
        pytest.param(3, ".\u0662", None, id="the same, as they are"),
    ],
)
def test_a_scan_carries_the_marker_of_a_qr_code_that_there_is(
    account: Account, world: World, codes: int, path: str, marker: str | None
) -> None:
    _codes(account, codes)
    assert _scan(account.link.slug + path)["statusCode"] == 302
    (scan,) = _stored(world)
    assert scan.get("marker") == marker


def test_a_qr_code_made_a_moment_ago_is_known_though_its_link_is_cached(
    account: Account, world: World, calls: Counter[str]
) -> None:
    _scan(account.link.slug)
    _codes(account, 2)
    calls.clear()
    _scan(account.link.slug + ".2")
    _scan(account.link.slug + ".2")
    assert sorted(scan.get("marker", "") for scan in _stored(world)) == ["", "2", "2"]
    assert calls["GetItem"] == 1


def test_unmarked_scans_are_the_first_qr_codes_from_its_creation_on(account: Account, world: World) -> None:
    _scan(account.link.slug)
    _codes(account, 1)
    _scan(account.link.slug)
    _scan(account.link.slug)
    assert not any("marker" in scan for scan in _stored(world)), "the redirect knows only what it has cached"
    (code,) = qr_codes.page(account.caller, 1, 0, None).codes
    assert qr_codes.scan_count(code, now_ms()) == 2


def test_an_edit_leaves_a_scan_with_its_qr_code(account: Account, world: World) -> None:
    _scan(account.link.slug)
    _codes(account, 1)
    _scan(account.link.slug)
    (code,) = qr_codes.page(account.caller, 1, 0, None).codes
    assert qr_codes.scan_count(code, now_ms()) == 1
    for item in world.items("scans"):
        editing.converse(ScanKey.of(item["pk"]["S"], item["sk"]["S"]), Conversation(started=True), now_ms())
    assert qr_codes.scan_count(code, now_ms()) == 1


def test_a_marker_without_a_slug_leads_nowhere(account: Account, world: World) -> None:
    _codes(account, 2)
    for path in (".2", f"x.{account.link.slug}", "..", "."):
        assert _scan(path)["statusCode"] == 404
    assert _stored(world) == []


def test_scans_of_a_widened_link_are_spread_over_its_slots(account: Account, world: World) -> None:
    spreads.raise_slots(account.organization, account.link, 4)
    for _ in range(60):
        _scan(account.link.slug)
    assert {scan["pk"].rsplit("#", 1)[1] for scan in _stored(world)} == {"0", "1", "2", "3"}


def test_the_log_of_a_scan_holds_nothing_of_who_scanned(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    _scan(account.link.slug, **VIEWER, **SECRET)
    line = json.loads(capsys.readouterr().out)
    assert {name: line[name] for name in line.keys() - {"service", "function_request_id", "request_id"}} == {
        "level": "INFO",
        "message": "redirect",
        "status": 302,
        "counted": True,
    }


# --- Events as API Gateway sends them


def _event(name: str, slug: str, **changes: Any) -> dict[str, Any]:
    event = json.loads((Path(__file__).parent / "events" / f"{name}.json").read_text())
    return {**event, "pathParameters": {"slug": slug}, **changes}


@pytest.mark.parametrize("name", ["scan", "scan_below_s", "scan_behind_distribution"])
@pytest.mark.parametrize("answered_by", [redirect.handler, app], ids=["the function", "Chalice's own route"])
def test_every_kind_of_event_is_answered_and_counted(
    account: Account, world: World, name: str, answered_by: Callable[..., dict[str, Any]]
) -> None:
    answer = answered_by(_event(name, account.link.slug), None)
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    assert (answer["statusCode"], headers["location"], answer["body"]) == (302, "https://example.com/", "")
    assert headers["cache-control"] == "private, no-store"
    assert len(_stored(world)) == 1


def test_behind_the_distribution_a_scan_is_its_viewers(account: Account, world: World) -> None:
    redirect.handler(_event("scan_behind_distribution", account.link.slug), None)
    (scan,) = _stored(world)
    place = {name: scan[name] for name in ("country", "region", "region_name", "city", "language", "referrer")}
    assert place == {
        "country": "BR",
        "region": "SP",
        "region_name": "S\u00e3o Paulo",
        "city": "S\u00e3o Paulo",
        "language": "pt",
        "referrer": "example.org",
    }
    key = account.caller.organization.hashing_key
    assert scan["address"] == hashes(key, "2001:db8:85a3::8a2e:370:7334", IPHONE_SAFARI)[0]


def test_without_the_distribution_even_cloudfronts_own_headers_prove_nothing(account: Account, world: World) -> None:
    redirect.handler(_event("scan_below_s", account.link.slug), None)
    (scan,) = _stored(world)
    assert not {"country", "device_hint"} & set(scan)
    assert scan["via"] == "camera"


def test_a_request_without_any_header_is_redirected_and_counted(account: Account, world: World) -> None:
    answer = redirect.handler(_event("scan", account.link.slug, headers=None, multiValueHeaders=None), None)
    assert answer["statusCode"] == 302
    assert _stored(world)[0]["user_agent"] == ""


@pytest.mark.parametrize(
    ("destination", "sent"),
    [
        pytest.param("HTTPS://Example.COM:443/a/../b//c?x=%2f&y=+&z#Frag%20ment", None, id="nothing is tidied up"),
        pytest.param("http://example.com", None, id="no slash is added"),
        pytest.param("https://example.com/?utm_source=qr&next=https%3A%2F%2Fexample.org", None, id="parameters"),
        pytest.param("https://example.com/a'\"<>{}|^`[]", None, id="odd ASCII"),
        pytest.param("https://example.com/" + "a" * 8172, None, id="8 KB"),
        pytest.param("https://example.com/\u00fc", "https://example.com/%C3%BC", id="other letters, encoded"),
    ],
)
def test_the_destination_is_sent_to_the_letter(account: Account, destination: str, sent: str | None) -> None:
    link = links.seed(account.caller, links.NewLink(destination, ()), now_ms())
    answer = _scan(link.slug, query={"via": "camera"})
    assert answer["headers"]["Location"] == (sent or destination)


def test_a_link_may_redirect_by_another_status(account: Account, world: World) -> None:
    _set(world, account.link.slug, redirect_type={"N": "307"})
    assert _scan(account.link.slug)["statusCode"] == 307


# --- Nowhere to go


def _set(world: World, slug: str, **attributes: dict[str, str]) -> None:
    """Change what the redirect knows of a slug."""
    (item,) = [item for item in world.items("objects") if item["pk"]["S"] == f"slug#{slug}"]
    world.dynamodb.put_item(TableName="objects", Item={**item, **attributes})


ACCEPTS = [
    pytest.param({"Accept": "application/json"}, True, id="JSON"),
    pytest.param({"Accept": "application/json, text/plain, */*"}, True, id="JSON first, as axios asks"),
    pytest.param({"Accept": "Application/JSON;charset=utf-8"}, True, id="JSON in capitals"),
    pytest.param({"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, False, id="a browser"),
    pytest.param({"Accept": "text/html, application/json"}, False, id="both"),
    pytest.param({"Accept": "*/*"}, False, id="anything"),
    pytest.param({"Accept": ""}, False, id="nothing"),
]


@pytest.mark.parametrize(
    ("attributes", "notice"),
    [
        pytest.param({"status": {"S": "paused"}}, notices.UNKNOWN, id="paused"),
        pytest.param({"status": {"S": "draft"}}, notices.UNKNOWN, id="draft"),
        pytest.param({"gone": {"BOOL": True}}, notices.UNKNOWN, id="deleted"),
        pytest.param({"valid_until": {"N": "1"}}, notices.EXPIRED, id="expired"),
        pytest.param({"valid_until": {"N": "1"}, "status": {"S": "paused"}}, notices.EXPIRED, id="expired and paused"),
        pytest.param({"valid_until": {"N": "1"}, "gone": {"BOOL": True}}, notices.UNKNOWN, id="expired and deleted"),
    ],
)
def test_a_link_that_leads_nowhere_says_so_and_is_not_counted(
    account: Account, world: World, attributes: dict[str, Any], notice: notices.Notice
) -> None:
    _set(world, account.link.slug, **attributes)
    for method in ("GET", "HEAD"):
        answer = _scan(account.link.slug, method)
        assert (answer["statusCode"], answer["headers"]["Cache-Control"]) == (notice.status, "private, no-store")
        assert "Location" not in answer["headers"]
        assert f"<h1>{notice.title}</h1>" in answer["body"]
    told = json.loads(_scan(account.link.slug, Accept="application/json")["body"])
    assert told == {"error": notice.sentence, "code": notice.code}
    assert _stored(world) == []


@pytest.mark.parametrize(("headers", "as_json"), ACCEPTS)
def test_programs_get_json_and_people_a_page(account: Account, headers: dict[str, Any], as_json: bool) -> None:
    answer = _scan("unknown", **headers)
    kind = "application/json" if as_json else "text/html; charset=utf-8"
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (404, kind)


@pytest.mark.parametrize(
    ("accept", "kind", "said"),
    [
        pytest.param("text/html", "text/html; charset=utf-8", "Just a moment", id="page"),
        pytest.param("application/json", "application/json", '"unavailable"', id="JSON"),
    ],
)
def test_while_reads_fail_everybody_is_told_when_to_come_back(
    account: Account, monkeypatch: pytest.MonkeyPatch, accept: str, kind: str, said: str
) -> None:
    _fail(monkeypatch, "GetItem")
    answer = _scan(account.link.slug, Accept=accept)
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, str(notices.RETRY_SECONDS))
    assert (answer["headers"]["Content-Type"], answer["headers"]["Cache-Control"]) == (kind, "private, no-store")
    assert said in answer["body"]


# --- Cached for five seconds at most


@pytest.mark.parametrize(
    "taken_away",
    [
        pytest.param(Edit(frozenset({"status"}), (), status="paused"), id="paused"),
        pytest.param(Edit(frozenset({"slug"}), (), slug="summer-sale"), id="renamed"),
        pytest.param(None, id="deleted"),
    ],
)
def test_a_link_that_is_taken_away_is_gone_within_five_seconds(
    account: Account, monkeypatch: pytest.MonkeyPatch, taken_away: Edit | None
) -> None:
    number, clock = str(account.link.number), [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    assert _scan(account.link.slug)["statusCode"] == 302
    if taken_away:
        links.edit(account.caller, number, taken_away, now_ms())
    else:
        links.erase(account.caller, number, now_ms())
    clock[0] += 4.99
    assert _scan(account.link.slug)["statusCode"] == 302
    clock[0] += 0.02
    assert _scan(account.link.slug)["statusCode"] == 404


def test_being_asked_for_does_not_keep_a_link_in_the_cache(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    _scan(account.link.slug)
    links.erase(account.caller, str(account.link.number), now_ms())
    statuses = []
    for _ in range(6):
        statuses.append(_scan(account.link.slug)["statusCode"])
        clock[0] += 1
    assert statuses == [302] * 5 + [404]


def test_a_cached_link_expires_and_resumes_on_time(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch, calls: Counter[str]
) -> None:
    start = now_ms() + DAY_MS
    _set(
        world,
        account.link.slug,
        status={"S": "paused"},
        pause_until={"N": str(start + 1000)},
        valid_until={"N": str(start + 2000)},
    )
    seen = []
    for later in (0, 999, 1000, 1999, 2000):
        monkeypatch.setattr(time, "time_ns", lambda later=later: (start + later) * 1_000_000)
        seen.append(_scan(account.link.slug, "HEAD")["statusCode"])
    assert seen == [404, 404, 302, 302, 410]
    assert calls["GetItem"] == 1


def test_what_was_stale_is_read_anew_soon_after_reads_work_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, failed = [time.monotonic()], list[str]()
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    _scan(account.link.slug)
    change = Edit(frozenset({"destination"}), (), destination="https://example.com/b")
    links.edit(account.caller, str(account.link.number), change, now_ms())

    def fail(_client: Any, operation: str, _request: Any) -> None:
        failed.append(operation)
        raise EndpointConnectionError(endpoint_url="https://dynamodb.example")

    clock[0] += 3600
    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", fail)
        for _ in range(3):
            assert _scan(account.link.slug, "HEAD")["headers"]["Location"] == "https://example.com/"
    assert failed == ["GetItem"] * ATTEMPTS, "in five seconds one visitor waits for the failure, and no other"
    clock[0] += 5
    assert _scan(account.link.slug)["headers"]["Location"] == "https://example.com/b"


def test_the_cache_is_bounded(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redirect, "MOST_CACHED", 2)
    for owner in (account, account.other(), account.other()):
        assert _scan(owner.link.slug, "HEAD")["statusCode"] == 302
    assert len(redirect._cache) == 2
    for n in range(5):
        _scan(f"nobody-{n}")
    assert len(redirect._cache) == 2


# --- What a request costs, by the wire


Sent = tuple[str, dict[str, Any]]


@pytest.fixture
def sent(account: Account, monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    """Every request that the redirect sends from now on, attempts one by one: operation and parameters."""
    requests: list[Sent] = []

    def note(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Answer:
        requests.append((headers["x-amz-target"], json.loads(body)))
        return by_moto(endpoint, headers, body)

    monkeypatch.setattr("chalicelib.wire.client.exchange", note)
    return requests


@pytest.mark.parametrize(
    ("method", "headers", "known", "cold", "warm"),
    [
        pytest.param("GET", {}, True, ["GetItem", "PutItem"], ["PutItem"], id="a scan"),
        pytest.param("HEAD", {}, True, ["GetItem"], [], id="HEAD"),
        pytest.param("GET", {"Sec-Purpose": "prefetch"}, True, ["GetItem"], [], id="prefetch"),
        pytest.param("GET", {}, False, ["GetItem"], ["GetItem"], id="an unknown slug"),
    ],
)
def test_a_request_costs_what_it_must_and_no_more(
    account: Account,
    sent: list[Sent],
    method: str,
    headers: dict[str, Any],
    known: bool,
    cold: list[str],
    warm: list[str],
) -> None:
    slug = account.link.slug if known else "unknown"
    _scan(slug, method, **headers)
    assert [target for target, _ in sent] == [f"DynamoDB_20120810.{it}" for it in cold]
    sent.clear()
    _scan(slug, method, **headers)
    assert [target for target, _ in sent] == [f"DynamoDB_20120810.{it}" for it in warm]


def test_the_read_is_eventually_consistent_and_the_write_is_on_a_condition(account: Account, sent: list[Sent]) -> None:
    _scan(account.link.slug)
    (_, read), (_, write) = sent
    assert (read["TableName"], read.get("ConsistentRead", False)) == ("objects", False)
    assert (write["TableName"], write["ConditionExpression"]) == ("scans", "attribute_not_exists(pk)")


# --- Writes that fail


def _fold_pending(world: World) -> None:
    counting.settle_images(world.items("scans"))


def _lose_answers(monkeypatch: pytest.MonkeyPatch, lost: int, then: Callable[[], None] | None = None) -> list[int]:
    """Let the answers to the first `lost` attempts to write get lost on the way, after they were carried out; the
    list that is returned gets the status of every attempt."""
    attempts: list[int] = []

    def send(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Answer:
        answer = by_moto(endpoint, headers, body)
        if not headers["x-amz-target"].endswith(".PutItem"):
            return answer
        attempts.append(answer.status)
        if len(attempts) > lost:
            return answer
        if then:
            then()
        raise TimeoutError

    monkeypatch.setattr("chalicelib.wire.client.exchange", send)
    return attempts


@pytest.mark.parametrize("folded", [False, True], ids=["still pending", "folded before the retry"])
def test_a_write_whose_answer_is_lost_is_retried_and_stays_one_scan(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch, folded: bool
) -> None:
    attempts = _lose_answers(monkeypatch, 1, partial(_fold_pending, world) if folded else None)
    assert _scan(account.link.slug)["statusCode"] == 302
    assert attempts == [200, 400]
    assert world.messages("SPILL_QUEUE_URL") == []
    (scan,) = _stored(world)
    assert ("pending" in scan) != folded
    assert _total(account) == 1


def test_a_scan_that_was_written_and_spilled_all_the_same_is_counted_once(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = _lose_answers(monkeypatch, 9)
    assert _scan(account.link.slug)["statusCode"] == 302
    assert attempts == [200, 400]
    (message,) = world.messages("SPILL_QUEUE_URL")
    counting.settle_images(world.items("scans"))
    for _ in range(2):  # SQS delivers at least once
        spill.write(message, now_ms())
    assert (len(_stored(world)), _total(account)) == (1, 1)


def _total(account: Account) -> int:
    day = now_ms() // DAY_MS
    report = analytics.link_report(account.organization, account.link.number, Window(day - 1, day), now_ms())
    return report.total


@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedException",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "ResourceNotFoundException",
        "ThrottlingException",
        "ValidationException",
    ],
)
def test_whatever_a_write_fails_with_the_visitor_is_redirected_and_the_scan_kept(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with monkeypatch.context() as patch:
        _fail(patch, "PutItem", error=ClientError({"Error": {"Code": code, "Message": ""}}, "PutItem"))
        assert _scan(account.link.slug)["statusCode"] == 302
    (message,) = world.messages("SPILL_QUEUE_URL")
    assert message["error"] == code
    spill.write(message, now_ms())
    assert _total(account) == 1


def test_a_spilled_scan_counts_for_the_day_on_which_it_was_scanned(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = account.days_ago(3)
    with monkeypatch.context() as patch:
        _fail(patch, "PutItem")
        patch.setattr(time, "time_ns", lambda: then * 1_000_000)
        _scan(account.link.slug)
    (message,) = world.messages("SPILL_QUEUE_URL")
    spill.write(message, now_ms())
    day = then // DAY_MS
    report = analytics.link_report(account.organization, account.link.number, Window(day, day), now_ms())
    assert (report.total, report.scans(Window(day, day))) == (1, 1)


def test_a_spilled_scan_of_a_link_that_is_deleted_meanwhile_leaves_nothing(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        _fail(patch, "PutItem")
        _scan(account.link.slug)
    links.erase(account.caller, str(account.link.number), now_ms())
    (message,) = world.messages("SPILL_QUEUE_URL")
    spill.write(message, now_ms())
    assert (world.items("scans"), world.items("rollups"), world.items("visitors")) == ([], [], [])


def test_a_spilled_scan_that_cannot_be_written_does_not_hold_up_the_others(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        _fail(patch, "PutItem")
        for _ in range(2):
            _scan(account.link.slug)
    bodies = [json.dumps(message) for message in world.messages("SPILL_QUEUE_URL")]
    broken = ["no JSON", json.dumps({"scan": {"pk": "1#2#3", "sk": "4"}, "error": "x"}), json.dumps({"error": "x"})]
    records: Records = [{"messageId": f"m{n}", "body": body} for n, body in enumerate([*broken, *bodies])]
    failures = function.spill(records)["batchItemFailures"]
    assert failures == [{"itemIdentifier": f"m{n}"} for n in range(3)]
    assert _total(account) == 2


# --- What is kept of who scanned


def test_no_address_is_kept_anywhere(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    addresses = ("203.0.113.7", "198.51.100.9", "192.0.2.1", "130.176.1.1", "8a2e:370:7334")
    forwarded: dict[str, Any] = {"X_Forwarded_For": "192.0.2.1", "True_Client_IP": "192.0.2.1"}
    _scan(account.link.slug, **VIEWER, **SECRET, **forwarded)
    _scan(account.link.slug, **forwarded)
    redirect.handler(_event("scan_behind_distribution", account.link.slug), None)
    with monkeypatch.context() as patch:
        _fail(patch, "PutItem")
        _scan(account.link.slug, **VIEWER, **SECRET)
    kept = json.dumps(world.messages("SPILL_QUEUE_URL")) + capsys.readouterr().out
    counting.settle_images(world.items("scans"))
    kept += "".join(str(world.items(table)) for table in ("objects", "scans", "rollups", "visitors"))
    assert not [address for address in addresses if address in kept]
    assert "iPhone" not in str(world.items("scans")), "the user agent goes when it was judged"
