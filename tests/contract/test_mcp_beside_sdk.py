"""`/mcp` beside a server of the official SDK, which is too heavy to be deployed: as far as the protocol goes, the same
messages get the same answers."""

import json
from collections.abc import Mapping
from typing import Any, Final

import anyio
import httpx2
import pytest
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, ListToolsResult, TextContent, Tool

from chalicelib.api.mcp import PATH
from tests.api.calls import Caller

LATEST: Final = "2026-07-28"
META: Final = {
    "io.modelcontextprotocol/protocolVersion": LATEST,
    "io.modelcontextprotocol/clientCapabilities": {},
}
SHAKEN: Final = {"MCP-Protocol-Version": "2025-11-25"}
HANDSHAKE: Final = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}


def latest(method: str, name: str = "") -> dict[str, str]:
    """The headers of a request of the newest version."""
    return {"MCP-Protocol-Version": LATEST, "Mcp-Method": method, **({"Mcp-Name": name} if name else {})}


def asked(method: str, params: Any = None, request_id: Any = 1) -> bytes:
    body = {"jsonrpc": "2.0", "id": request_id, "method": method}
    return json.dumps(body if params is None else {**body, "params": params}).encode()


LIST: Final = {"name": "list_links", "arguments": {}}
MESSAGES: Final[Mapping[str, tuple[bytes, dict[str, str]]]] = {
    "list, no version": (asked("tools/list"), {}),
    "list": (asked("tools/list"), SHAKEN),
    "list, id is a text": (asked("tools/list", request_id="a"), SHAKEN),
    "list, latest": (asked("tools/list", {"_meta": META}), latest("tools/list")),
    "list, latest, no meta": (asked("tools/list"), latest("tools/list")),
    "list, latest, meta is a list": (asked("tools/list", {"_meta": []}), latest("tools/list")),
    "list, latest, another method": (asked("tools/list", {"_meta": META}), latest("tools/call")),
    "list, latest, another version": (
        asked("tools/list", {"_meta": {**META, "io.modelcontextprotocol/protocolVersion": "2025-11-25"}}),
        latest("tools/list"),
    ),
    "list, latest, version is a number": (
        asked("tools/list", {"_meta": {**META, "io.modelcontextprotocol/protocolVersion": 1}}),
        latest("tools/list"),
    ),
    "list, latest, capabilities are a list": (
        asked("tools/list", {"_meta": {**META, "io.modelcontextprotocol/clientCapabilities": []}}),
        latest("tools/list"),
    ),
    "handshake": (asked("initialize", HANDSHAKE), {}),
    "handshake, latest": (asked("initialize", {**HANDSHAKE, "_meta": META}), latest("initialize")),
    "discover": (asked("server/discover", {"_meta": META}), latest("server/discover")),
    "discover, older": (asked("server/discover"), SHAKEN),
    "ping": (asked("ping"), SHAKEN),
    "ping, latest": (asked("ping", {"_meta": META}), latest("ping")),
    "call": (asked("tools/call", LIST), SHAKEN),
    "call, latest": (asked("tools/call", {**LIST, "_meta": META}), latest("tools/call", "list_links")),
    "call, latest, name in base64": (
        asked("tools/call", {**LIST, "_meta": META}),
        latest("tools/call", "=?base64?bGlzdF9saW5rcw==?="),
    ),
    "call, latest, no name in the headers": (asked("tools/call", {**LIST, "_meta": META}), latest("tools/call")),
    "call, latest, another name": (asked("tools/call", {**LIST, "_meta": META}), latest("tools/call", "get_link")),
    "call without a name": (asked("tools/call", {"arguments": {}}), SHAKEN),
    "call without a name, latest": (asked("tools/call", {"arguments": {}, "_meta": META}), latest("tools/call")),
    "call, arguments are a list": (asked("tools/call", {**LIST, "arguments": []}), SHAKEN),
    "unknown method": (asked("links/list"), SHAKEN),
    "unknown method, latest": (asked("links/list", {"_meta": META}), latest("links/list")),
    "what is not served": (asked("resources/list"), SHAKEN),
    "what is not served, latest": (asked("prompts/list", {"_meta": META}), latest("prompts/list")),
    "unknown version": (
        asked("tools/list", {"_meta": {**META, "io.modelcontextprotocol/protocolVersion": "2030-01-01"}}),
        {**latest("tools/list"), "MCP-Protocol-Version": "2030-01-01"},
    ),
    "unknown version, in the headers alone": (
        asked("tools/list", {"_meta": META}),
        {**latest("tools/list"), "MCP-Protocol-Version": "2030-01-01"},
    ),
    "unknown version, of a client that shook hands": (asked("tools/list"), {"MCP-Protocol-Version": "2030-01-01"}),
    "notification": (b'{"jsonrpc": "2.0", "method": "notifications/initialized"}', SHAKEN),
    "notification, latest": (b'{"jsonrpc": "2.0", "method": "notifications/cancelled"}', latest("x")),
    "notification, unknown version": (
        b'{"jsonrpc": "2.0", "method": "notifications/cancelled"}',
        {"MCP-Protocol-Version": "2030-01-01"},
    ),
    "no JSON": (b"{", SHAKEN),
    "no JSON, latest": (b"{", latest("x")),
    "batch": (b"[" + asked("ping") + b"]", SHAKEN),
    "batch, latest": (b"[" + asked("ping") + b"]", latest("ping")),
    "id is null, latest": (asked("tools/list", {"_meta": META}, None), latest("tools/list")),
}
# A batch is no valid request, as JSON-RPC has it; in older versions the SDK's server calls it invalid parameters.
KNOWN: Final[Mapping[str, tuple[Any, ...]]] = {"batch": (400, None, -32600)}


async def _listed(*_: Any) -> ListToolsResult:
    tool = Tool(name="list_links", input_schema={"type": "object"})
    return ListToolsResult(tools=[tool], ttl_ms=1, cache_scope="private")


async def _called(*_: Any) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text="{}")], structured_content={})


def official(body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """What a server of the SDK answers, as stateless as ours."""

    async def answer() -> tuple[int, bytes]:
        server = Server("quietzone", instructions="All times are UTC.", on_list_tools=_listed, on_call_tool=_called)
        security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True, security_settings=security)
        async with (
            manager.run(),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app=manager.handle_request)) as client,
        ):
            response = await client.post("https://qz.example/mcp", content=body, headers=dict(headers))
            return response.status_code, response.content

    return anyio.run(answer)


def shown(status: int, body: bytes) -> tuple[Any, ...]:
    """What of an answer is the protocol's: not its words, and not what a tool says."""
    if not body:
        return (status,)
    answer = json.loads(body)
    if "error" in answer:
        return status, answer.get("id"), answer["error"]["code"]
    return status, answer["id"], sorted(answer["result"]), answer["result"].get("resultType")


@pytest.mark.parametrize("name", MESSAGES)
def test_the_same_message_gets_the_same_answer(caller: Caller, name: str) -> None:
    body, headers = MESSAGES[name]
    sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
    ours = caller.call("POST", PATH, None, body, **{key.replace("-", "_"): value for key, value in sent.items()})
    theirs = shown(*official(body, sent))
    assert shown(ours.status, ours.body) == KNOWN.get(name, theirs)
    assert ours.status == theirs[0]
