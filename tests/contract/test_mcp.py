"""`/mcp` as a protocol: Streamable HTTP without sessions, for clients that shake hands and for those that do not."""

import json
from typing import Any

import pytest

from app import app
from chalicelib.api.mcp import MOST_BYTES, PATH
from chalicelib.api.mcp_tools import TOOLS
from chalicelib.core.limits import MCP
from tests.api.calls import Caller, new_caller
from tests.contract.assistant import LATEST, Assistant
from tests.world import World

PARSE, REQUEST, METHOD, PARAMS, HEADERS, VERSION = -32700, -32600, -32601, -32602, -32020, -32022
HANDSHAKE = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
NAMES = [tool.name for tool in TOOLS]


@pytest.fixture
def assistant(caller: Caller) -> Assistant:
    return Assistant(caller)


def test_tools_are_listed_without_a_handshake(assistant: Assistant) -> None:
    answer = assistant.ask("tools/list")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert (answer.json["jsonrpc"], answer.json["id"]) == ("2.0", 7)
    assert answer.json["result"].keys() == {"tools"}
    assert [tool["name"] for tool in answer.json["result"]["tools"]] == NAMES


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_a_handshake_agrees_on_the_version_that_is_asked_for(assistant: Assistant, version: str) -> None:
    result = assistant.ask("initialize", {**HANDSHAKE, "protocolVersion": version}).json["result"]
    assert result["protocolVersion"] == version
    assert result["capabilities"] == {"tools": {"listChanged": False}}
    assert result["serverInfo"]["name"] == "quietzone"
    assert len(assistant.ask("tools/list", mcp_protocol_version=version).json["result"]["tools"]) == len(NAMES)


def test_a_handshake_in_an_unknown_version_gets_the_latest_that_has_one(assistant: Assistant) -> None:
    result = assistant.ask("initialize", {**HANDSHAKE, "protocolVersion": "1999-01-01"}).json["result"]
    assert result["protocolVersion"] == "2025-11-25"


def test_a_handshake_opens_no_session(assistant: Assistant) -> None:
    assert "mcp-session-id" not in assistant.ask("initialize", HANDSHAKE).headers


def test_the_latest_version_needs_none(assistant: Assistant) -> None:
    discovered = assistant.ask_in_latest("server/discover").json["result"]
    assert discovered["supportedVersions"] == [LATEST]
    listed = assistant.ask_in_latest("tools/list").json["result"]
    assert [tool["name"] for tool in listed["tools"]] == NAMES
    called = assistant.ask_in_latest("tools/call", {"name": "list_links", "arguments": {}}).json["result"]
    assert called["structuredContent"] == {"links": [], "next_cursor": None}
    for result in (discovered, listed, called):
        assert result["resultType"] == "complete"
        assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "quietzone"


def test_pings_are_answered(assistant: Assistant) -> None:
    assert assistant.ask("ping").json["result"] == {}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"mcp_method": "tools/call"}, 400, HEADERS),
        ({"mcp_name": "delete_link"}, 400, HEADERS),
        ({"mcp_name": "=?base64?%%?="}, 400, HEADERS),
        ({"mcp_name": "=?base64?Z2V0X2xpbms=?="}, 200, None),
    ],
    ids=["method", "name", "name that cannot be read", "name in base64"],
)
def test_headers_of_the_latest_version_must_say_what_the_body_does(
    assistant: Assistant, headers: dict[str, str], status: int, code: int | None
) -> None:
    method = "tools/list" if "mcp_method" in headers else "tools/call"
    params = None if "mcp_method" in headers else {"name": "get_link", "arguments": {"link": "dc_1"}}
    answer = assistant.ask_in_latest(method, params, **headers)
    assert (answer.status, answer.json.get("error", {}).get("code")) == (status, code)


@pytest.mark.parametrize(
    "left_out", ["io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities"]
)
def test_requests_of_the_latest_version_say_what_they_are(assistant: Assistant, left_out: str) -> None:
    meta = {"io.modelcontextprotocol/protocolVersion": LATEST, "io.modelcontextprotocol/clientCapabilities": {}}
    del meta[left_out]
    headers = {"mcp_protocol_version": LATEST, "mcp_method": "tools/list"}
    answer = assistant.ask("tools/list", {"_meta": meta}, **headers)
    assert (answer.status, answer.json["error"]["code"]) == (400, PARAMS)
    assert left_out in answer.json["error"]["message"]


def test_a_version_that_nobody_knows_is_refused_with_those_that_are(assistant: Assistant) -> None:
    answer = assistant.post({"jsonrpc": "2.0", "method": "notifications/x"}, mcp_protocol_version="2030-01-01")
    assert (answer.status, answer.json["error"]["code"]) == (400, VERSION)
    assert answer.json["error"]["data"]["requested"] == "2030-01-01"
    assert {"2025-11-25", LATEST} <= set(answer.json["error"]["data"]["supported"])
    assert assistant.ask("tools/list", mcp_protocol_version="2030-01-01").status == 400


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", PARSE),
        (b"", PARSE),
        (b"\xff", PARSE),
        (b"[" * 100_000, PARSE),
        (b"[]", REQUEST),
        (b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]', REQUEST),
        (b'"ping"', REQUEST),
        (b'{"id": 1, "method": "ping"}', REQUEST),
        (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', REQUEST),
        (b'{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}', REQUEST),
        (b'{"jsonrpc": "2.0", "id": 1, "result": {}}', REQUEST),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]}', REQUEST),
        (b'{"jsonrpc": "2.0"}', REQUEST),
    ],
)
def test_what_is_no_message_is_a_bad_request(assistant: Assistant, raw: bytes, code: int) -> None:
    answer = assistant.caller.call("POST", PATH, raw=raw)
    assert (answer.status, answer.json["error"]["code"], answer.json["id"]) == (400, code, None)


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("links/list", None, METHOD),
        ("resources/list", None, METHOD),
        ("server/discover", None, METHOD),
        ("tools/call", None, PARAMS),
        ("tools/call", {"arguments": {}}, PARAMS),
        ("tools/call", {"name": "get_link", "arguments": [1]}, PARAMS),
        ("tools/call", {"name": "format_disk", "arguments": {}}, PARAMS),
        ("tools/list", {"cursor": "2"}, PARAMS),
        ("initialize", {}, PARAMS),
    ],
    ids=str,
)
def test_what_is_not_served_is_an_error_of_the_protocol(
    assistant: Assistant, method: str, params: Any, code: int
) -> None:
    answer = assistant.ask(method, params)
    assert (answer.status, answer.json["error"]["code"], answer.json["id"]) == (200, code, 7)


def test_in_the_latest_version_such_an_error_shows_in_the_status(assistant: Assistant) -> None:
    assert assistant.ask_in_latest("links/list").status == 404
    assert assistant.ask_in_latest("initialize", HANDSHAKE).status == 404
    assert assistant.ask_in_latest("tools/call", {"name": "format_disk", "arguments": {}}).status == 400


@pytest.mark.parametrize("method", ["notifications/initialized", "notifications/cancelled", "notifications/x"])
def test_notifications_are_taken_and_not_answered(assistant: Assistant, method: str) -> None:
    for version in ("2025-06-18", LATEST):
        answer = assistant.post({"jsonrpc": "2.0", "method": method}, mcp_protocol_version=version)
        assert (answer.status, answer.body) == (202, b"")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_is_no_stream_and_no_session(assistant: Assistant, method: str) -> None:
    answer = assistant.caller.call(method, PATH)
    assert (answer.status, answer.headers["allow"], answer.body) == (405, "POST", b"")


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/json, text/event-stream", 200), ("*/*", 200), ("application/*", 200), ("text/event-stream", 406)],
)
def test_answers_are_json_alone(assistant: Assistant, accept: str, status: int) -> None:
    assert assistant.ask("ping", accept=accept).status == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://qz.example", 200),
        ("https://QZ.example", 200),
        ("http://qz.example", 403),
        ("https://qz.example.evil.example", 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_pages_of_other_origins_are_refused(assistant: Assistant, origin: str, status: int) -> None:
    assert assistant.ask("tools/list", origin=origin).status == status


def test_a_body_that_is_too_large_is_refused(assistant: Assistant) -> None:
    answer = assistant.caller.call("POST", PATH, raw=b" " * (MOST_BYTES + 1))
    assert (answer.status, answer.json["error"]["code"]) == (413, REQUEST)
    assert str(MOST_BYTES) in answer.json["error"]["message"]


@pytest.mark.parametrize("method", ["tools/list", "initialize", "notifications/initialized"])
def test_everything_needs_a_key(world: World, method: str) -> None:
    answer = Assistant(Caller("", 0, 0)).ask(method)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json["error"]["data"]["code"] == "unauthorized"
    assert (answer.json["jsonrpc"], answer.json["id"]) == ("2.0", None)


def test_a_key_may_come_in_either_header(caller: Caller) -> None:
    assert Assistant(Caller("", 0, 0)).ask("ping", Authorization="", x_api_key=caller.key).status == 200


def test_any_key_lists_the_tools(world: World) -> None:
    assert Assistant(new_caller(scopes=frozenset({"domains:read"}))).ask("tools/list").status == 200


def test_messages_of_a_minute_are_limited(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: 1_800_000_000_000)
    left = [int(assistant.ask("ping").headers["x-ratelimit-remaining"]) for _ in range(MCP.per_minute)]
    assert left == list(range(MCP.per_minute - 1, -1, -1))
    answer = assistant.ask("ping")
    assert (answer.status, answer.json["error"]["data"]["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["retry-after"]) <= 60


def test_a_bug_shows_nothing_of_itself(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("chalicelib.services.links.page", fail)
    answer = assistant.ask("tools/call", {"name": "list_links", "arguments": {}})
    assert (answer.status, answer.json["error"]["code"]) == (500, -32603)
    assert "secret" not in json.dumps(answer.json) + capsys.readouterr().out


def test_the_routes_are_these() -> None:
    assert set(app.routes[PATH]) == {"POST", "GET", "DELETE", "OPTIONS"}
