"""A scan that is handed over: what the destination is told, and what it may report with that."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from chalice.test import Client

from app import app
from chalicelib import ids, redirect
from chalicelib.core import handover
from chalicelib.services import accounts
from tests.api.calls import Answer, Caller, new_caller
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI
from tests.world import World, now_ms

KEY = b"k" * 32
SCAN = "scan_" + "0" * 37
NOW = 1_800_000_000_000


@pytest.fixture
def caller(world: World) -> Iterator[Caller]:
    redirect._cache.clear()
    yield new_caller()
    redirect._cache.clear()


def _create(caller: Caller, **body: Any) -> dict[str, Any]:
    sent = {"name": "N", "prompt": "P", "destination": "https://example.com/chat", "report_conversations": True, **body}
    made: dict[str, Any] = caller.call("POST", "/v1/qpr-codes", sent).json
    return made


def _followed(code: Mapping[str, Any], method: str = "GET", **headers: str) -> str:
    """Where a visitor of a code is sent."""
    event = {
        "httpMethod": method,
        "pathParameters": {"slug": code["short_id"]},
        "headers": {"User-Agent": IPHONE_SAFARI, **headers},
        "requestContext": {"identity": {"sourceIp": "198.51.100.9"}},
    }
    location: str = redirect.handler(event, None)["headers"]["Location"]
    return location


def _handed(location: str) -> tuple[str, str]:
    """The scan and its token in a location."""
    query = parse_qs(urlsplit(location).query)
    (scan,), (token,) = query["scan_id"], query["scan_token"]
    return scan, token


def _ask(method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """A request without a key; a body of bytes is sent as it is, header names are spelled with underscores."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with Client(app) as client:
        response = client.http.request(method, path, {"Content-Type": "application/json", **named}, sent)
    return Answer(response.status_code, response.headers, json.loads(response.body))


def _report(scan: str, token: str) -> Answer:
    return _ask("PATCH", f"/v1/scans/{scan}", {"conversation_messages": 2}, Authorization=f"Bearer {token}")


# --- What the destination is told


@pytest.mark.parametrize(
    ("destination", "before", "after"),
    [
        pytest.param("https://example.com/chat", "https://example.com/chat?", "", id="plain"),
        pytest.param("https://example.com/chat?a=%2F&b", "https://example.com/chat?a=%2F&b&", "", id="a query"),
        pytest.param("https://example.com/#/chat?a=b", "https://example.com/?", "#/chat?a=b", id="a fragment"),
        pytest.param("https://example.com/?a=b#c", "https://example.com/?a=b&", "#c", id="both"),
        pytest.param(
            "https://example.com/?scan_token=own&a=b&scan%5Fid=own", "https://example.com/?a=b&", "", id="names taken"
        ),
    ],
)
def test_a_destination_is_told_which_scan_led_to_it(caller: Caller, destination: str, before: str, after: str) -> None:
    location = _followed(_create(caller, destination=destination))
    scan, token = _handed(location)
    assert location == f"{before}scan_id={scan}&scan_token={token}{after}"
    assert caller.call("GET", f"/v1/scans/{scan}").json["id"] == scan


def test_only_a_destination_that_asks_for_it_is_told_and_only_of_what_is_counted(caller: Caller) -> None:
    silent, code = _create(caller, report_conversations=False), _create(caller)
    assert _followed(silent) == "https://example.com/chat"
    assert _followed(code, "HEAD") == _followed(code, **{"Sec-Purpose": "prefetch"}) == "https://example.com/chat"
    assert "scan_token=" in _followed(code)


def test_a_change_of_mind_reaches_the_redirect(caller: Caller) -> None:
    code = _create(caller, report_conversations=False)
    for wanted in (True, False):
        caller.call("PATCH", f"/v1/qpr-codes/{code['id']}", {"report_conversations": wanted})
        redirect._cache.clear()
        assert ("scan_token=" in _followed(code)) == wanted


def test_each_scan_has_a_token_of_its_own_and_the_log_has_none(
    caller: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _create(caller)
    handed = [_handed(_followed(code)) for _ in range(3)]
    for scan, token in handed:
        _report(scan, token)
        _ask("PATCH", f"/v1/scans/{scan}?scan_token={token}", {})
    assert len({token for _, token in handed}) == 3
    printed = capsys.readouterr().out
    assert [token for _, token in handed if token in printed] == []


# --- What it may report


def test_the_token_of_a_scan_is_as_good_as_a_key_for_it(caller: Caller) -> None:
    scan, token = _handed(_followed(_create(caller)))
    answers = [
        _ask("PATCH", f"/v1/scans/{scan}", {"conversation_messages": 1}, Authorization=f"Bearer {token}"),
        _ask("PATCH", f"/v1/scans/{scan}", {"conversation_messages": 2}, x_api_key=token),
        _ask("PATCH", f"/v1/scans/{scan}?scan_token={token}", {"conversation_messages": 3}),
        _ask("PATCH", f"/v1/scans/{scan}", {"conversation_messages": 4, "ended": True, "scan_token": token}),
        _ask("PATCH", f"/v1/scans/{scan.upper().replace('SCAN', 'scan')}?scan_token={token}", {}),
    ]
    told = [(answer.status, answer.json["conversation_messages"]) for answer in answers]
    assert told == [(200, 1), (200, 2), (200, 3), (200, 4), (200, 4)]
    assert answers[-1].json == caller.call("GET", f"/v1/scans/{scan}").json
    assert answers[-1].json["conversation_ended"] is True


def test_a_page_of_any_origin_may_report(caller: Caller) -> None:
    scan, token = _handed(_followed(_create(caller)))
    with Client(app) as client:
        asked = client.http.request("OPTIONS", f"/v1/scans/{scan}", {"Origin": "https://example.com"})
    assert asked.status_code == 204
    assert "PATCH" in asked.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert _report(scan, token).headers["Access-Control-Allow-Origin"] == "*"


def test_it_is_good_for_that_scan_only(caller: Caller) -> None:
    code = _create(caller)
    (scan, token), (other, _) = (_handed(_followed(code)) for _ in range(2))
    foreign, _ = _handed(_followed(_create(new_caller("Other"))))
    for path in (f"/v1/scans/{other}", f"/v1/scans/{foreign}", "/v1/scans/scan_1", f"/v1/scans/{code['id']}"):
        answer = _ask("PATCH", path, {"conversation_messages": 2}, Authorization=f"Bearer {token}")
        assert (answer.status, answer.json["error"]["code"]) == (401, "unauthorized")
    assert caller.call("GET", f"/v1/scans/{other}").json["conversation_started"] is False
    assert _report(scan, token).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/scans/{scan}"),
        ("GET", "/v1/scans"),
        ("GET", "/v1/qpr-codes"),
        ("DELETE", "/v1/qpr-codes/{code}"),
        ("GET", "/v1/me"),
    ],
)
def test_it_is_good_for_no_other_route(caller: Caller, method: str, path: str) -> None:
    code = _create(caller)
    scan, token = _handed(_followed(code))
    where = path.format(scan=scan, code=code["id"])
    assert _ask(method, where, {"scan_token": token}, Authorization=f"Bearer {token}").status == 401
    assert _ask(method, f"{where}?scan_token={token}", {"scan_token": token}).status == 401


def test_it_is_good_for_24_hours(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    scan, token = _handed(_followed(_create(caller)))
    made_ms = now_ms()
    for later_ms, status in ((86_390_000, 200), (86_400_000, 401)):
        monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda later_ms=later_ms: made_ms + later_ms)
        assert _report(scan, token).status == status


def test_one_that_was_tampered_with_is_refused(caller: Caller) -> None:
    other = new_caller("Other")
    scan, token = _handed(_followed(_create(caller)))
    organization, until, mac = token.split(".")
    flipped = ("A" if mac[0] != "A" else "B") + mac[1:]
    for wrong in (
        f"{organization}.{until}.{flipped}",
        f"{organization}.{int(until, 16) + 1:x}.{mac}",
        f"{other.organization:x}.{until}.{mac}",
        f"{ids.new(now_ms()):x}.{until}.{mac}",
        f"0{token}",
        f"{token[:-1]}",
        "f" * 6_000 + f".{until}.{mac}",
        "eyJhbGciOiJub25lIn0.e30.",
    ):
        assert _report(scan, wrong).status == 401
        assert _ask("PATCH", f"/v1/scans/{scan}", {"scan_token": wrong}).status == 401
    assert caller.call("GET", f"/v1/scans/{scan}").json["conversation_started"] is False


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(b"", 401, id="no body"),
        pytest.param(b"{", 401, id="wrong JSON"),
        pytest.param(b"[]", 401, id="a list"),
        pytest.param(b'{"scan_token": 5}', 401, id="a number"),
        pytest.param(b'{"scan_token": "\\ud800"}', 401, id="no text"),
        pytest.param(b'{"scan_token": ""}', 401, id="empty"),
        pytest.param(b" " * 70_000, 401, id="too large"),
    ],
)
def test_without_a_key_or_a_token_nobody_is_heard(caller: Caller, raw: bytes, status: int) -> None:
    scan, _ = _handed(_followed(_create(caller)))
    assert _ask("PATCH", f"/v1/scans/{scan}", raw).status == status


def test_a_key_goes_before_a_token(caller: Caller) -> None:
    scan, token = _handed(_followed(_create(caller)))
    body = {"scan_token": token}
    assert _ask("PATCH", f"/v1/scans/{scan}", body, Authorization="Bearer qz_live_unknown").status == 401
    assert caller.call("PATCH", f"/v1/scans/{scan}", {"scan_token": "whatever"}).status == 200


def test_each_scan_has_a_limit_of_its_own(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    now = now_ms()
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: now)
    code = _create(caller)
    first, second = (_handed(_followed(code)) for _ in range(2))
    for handed, left in ((first, 119), (first, 118), (second, 119)):
        assert _report(*handed).headers["X-RateLimit-Remaining"] == str(left)


def test_a_bots_scan_cannot_be_reported_on(caller: Caller) -> None:
    code = _create(caller)
    scan, token = _handed(_followed(code, **{"User-Agent": GOOGLEBOT}))
    assert _report(scan, token).status == 404


def test_of_a_code_that_is_erased_nothing_can_be_reported(caller: Caller) -> None:
    code = _create(caller)
    scan, token = _handed(_followed(code))
    caller.call("DELETE", f"/v1/qpr-codes/{code['id']}")
    assert _report(scan, token).status == 404


# --- The token itself


def test_a_token_says_whose_it_is_and_until_when() -> None:
    said = handover.claim(handover.token(KEY, 77, SCAN, NOW))
    assert said is not None
    assert (said.organization, said.until) == (77, NOW // 1000 + 86_400)


@pytest.mark.parametrize(
    ("key", "organization", "scan", "later_ms", "good"),
    [
        pytest.param(KEY, 77, SCAN, 0, True, id="at once"),
        pytest.param(KEY, 77, SCAN, 86_399_999, True, id="up to 24 hours"),
        pytest.param(KEY, 77, SCAN, 86_400_000, False, id="at 24 hours"),
        pytest.param(b"x" * 32, 77, SCAN, 0, False, id="another key"),
        pytest.param(KEY, 78, SCAN, 0, False, id="another organization"),
        pytest.param(KEY, 77, SCAN[:-1] + "1", 0, False, id="another scan"),
    ],
)
def test_a_token_is_valid_for_its_scan_and_its_time(
    key: bytes, organization: int, scan: str, later_ms: int, good: bool
) -> None:
    said = handover.claim(handover.token(KEY, 77, SCAN, NOW))
    assert said is not None
    assert handover.is_valid(said._replace(organization=organization), key, scan, NOW + later_ms) is good


MAC = "a" * 24


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "1.2.3",
        f"g.1.{MAC}",
        f"0x1.1.{MAC}",
        f"01.1.{MAC}",
        f"-1.1.{MAC}",
        f"A.1.{MAC}",
        f"\u0661.1.{MAC}",
        f"{'f' * 5_000}.1.{MAC}",
        f"1.1.{MAC[1:]}",
        f"1.1.{MAC}a",
        f"1.1.{MAC[1:]}\u00e9",
        f"1.1.{MAC}\n",
    ],
)
def test_what_is_no_token_claims_nothing(text: str) -> None:
    assert handover.claim(text) is None


def test_no_key_looks_like_a_token(world: World) -> None:
    organization, owner = accounts.create_organization("Acme", "a@example.com", now_ms())
    assert handover.claim(accounts.create_key(organization.number, owner.number, now_ms())) is None
