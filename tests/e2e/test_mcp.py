"""The official MCP client lists and calls every tool, over real HTTP, in every way in which it can connect."""

from base64 import b64decode
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import anyio
import pytest
from mcp import Client as McpClient
from mcp import MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from PIL import Image

from chalicelib.api.mcp_tools import TOOLS
from infra.local import LocalStack
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.organizations import new_keys, new_tenant
from tests.qr.scanners import plain_text

# How the client connects, and the version that it then speaks.
MODES = {"auto": "2026-07-28", "2026-07-28": "2026-07-28", "legacy": "2025-11-25"}

Talk = Callable[[McpClient], Awaitable[None]]


def talk(url: str, key: str, mode: str, said: Talk) -> None:
    """Connect with a key, and say something."""

    async def connected() -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with create_mcp_http_client(headers) as http:
            transport = streamable_http_client(f"{url}/mcp", http_client=http)
            async with McpClient(transport, mode=mode) as client:
                await said(client)

    anyio.run(connected)


async def _fields(client: McpClient, name: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers; the client holds it against the tool's schema."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    fields: dict[str, Any] = result.structured_content
    return fields


@pytest.fixture(autouse=True, scope="module")
def _warm(stack: LocalStack) -> None:
    """The client gives its first question ten seconds, and then takes the server for an older one: a cold function on a
    busy machine may need longer."""
    warming = Client(stack.url, stack.api_key)
    assert warming.api("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).status == 200
    warming.close()


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_tool_is_listed(stack: LocalStack, mode: str) -> None:
    async def said(client: McpClient) -> None:
        listed = (await client.list_tools()).tools
        assert client.protocol_version == MODES[mode]
        assert [tool.name for tool in listed] == [tool.name for tool in TOOLS]
        assert all(tool.description and tool.output_schema and tool.annotations for tool in listed)

    talk(stack.url, stack.api_key, mode, said)


def test_every_tool_is_called(stack: LocalStack, client: Client, mode: str) -> None:
    key = new_tenant(stack).api_key
    called: set[str] = set()

    async def said(mcp: McpClient) -> None:
        async def tool(name: str, **arguments: Any) -> dict[str, Any]:
            called.add(name)
            return await _fields(mcp, name, **arguments)

        link = await tool("create_link", destination="https://example.com/spring", label="Plakat für Köln")
        rows = [{"destination": f"https://example.com/table/{n}"} for n in range(3)]
        tables = (await tool("bulk_create_links", links=rows))["created"]
        assert [it["id"] for it in (await tool("list_links"))["links"]] == [
            *(it["id"] for it in reversed(tables)),
            link["id"],
        ]
        assert (await tool("list_links", search="köln"))["links"] == [link]
        assert await tool("get_link", link=link["id"]) == link

        assert client.scan(link["slug"], IPHONE_SAFARI).status == 302
        scans = await tool("get_scans", link=link["id"])
        assert (scans["scans"], scans["unique_visitors"], len(scans["daily"])) == (1, 1, 30)
        compared = await tool("compare", links=[link["id"], tables[0]["id"]])
        assert ([row["scans"] for row in compared["rows"]], compared["leader"]) == ([1, 0], link["id"])
        assert [row["link"]["id"] for row in (await tool("top_links"))["rows"]] == [link["id"]]
        await tool("generate_qr", link=link["id"])
        await retargeted(tool, link)
        await deleted(tool, tables[0])

    async def retargeted(tool: Callable[..., Awaitable[dict[str, Any]]], link: dict[str, Any]) -> None:
        change = {"link": link["id"], "destination": "https://example.com/summer"}
        asked = await tool("update_link", **change)
        assert client.scan(link["slug"], IPHONE_SAFARI, "HEAD").headers["location"] == link["destination"]
        done = await tool("update_link", **change, confirmation=asked["confirmation"])
        assert (asked["done"], done["done"]) == (False, True)
        assert done["link"]["destination"] == "https://example.com/summer"

    async def deleted(tool: Callable[..., Awaitable[dict[str, Any]]], link: dict[str, Any]) -> None:
        asked = await tool("delete_link", link=link["id"])
        assert client.scan(link["slug"], IPHONE_SAFARI, "HEAD").status == 302
        assert (await tool("delete_link", link=link["id"], confirmation=asked["confirmation"]))["done"]
        assert link["id"] not in str(await tool("list_links"))

    talk(stack.url, key, mode, said)
    assert called == {tool.name for tool in TOOLS}


def test_a_picture_can_be_shown_and_scanned(stack: LocalStack, mode: str) -> None:
    async def said(client: McpClient) -> None:
        result = await client.call_tool("generate_qr", {"text": "https://example.com/", "size": 256})
        image = result.content[0]
        assert image.type == "image"
        assert plain_text(Image.open(BytesIO(b64decode(image.data)))) == "https://example.com/"

    talk(stack.url, stack.api_key, mode, said)


def test_a_refusal_is_a_result_and_names_the_argument(stack: LocalStack, mode: str) -> None:
    async def said(client: McpClient) -> None:
        result = await client.call_tool("create_link", {"destination": "javascript:alert(1)"})
        assert result.is_error
        assert '"field":"destination"' in str(result.content[0])

    talk(stack.url, stack.api_key, mode, said)


def test_another_organizations_links_are_not_there(stack: LocalStack, client: Client, mode: str) -> None:
    link = client.create()["id"]

    async def said(mcp: McpClient) -> None:
        for name in ("get_link", "get_scans", "update_link", "delete_link", "generate_qr"):
            change = {"label": "x"} if name == "update_link" else {}
            result = await mcp.call_tool(name, {"link": link, **change})
            assert result.is_error
            assert "not_found" in str(result.content[0])

    talk(stack.url, new_keys(stack, 1)[0], mode, said)


def test_an_unknown_tool_is_an_error_of_the_protocol(stack: LocalStack, mode: str) -> None:
    async def said(client: McpClient) -> None:
        with pytest.raises(MCPError, match="format_disk"):
            await client.call_tool("format_disk", {})

    talk(stack.url, stack.api_key, mode, said)


def test_without_a_key_nobody_connects(stack: LocalStack) -> None:
    async def said(_: McpClient) -> None:
        raise AssertionError("connected")

    with pytest.raises(BaseExceptionGroup) as caught:
        talk(stack.url, "", "legacy", said)
    assert caught.group_contains(MCPError, match="An API key is needed")


def test_the_endpoint_is_not_taken_for_a_slug(client: Client) -> None:
    for method in ("GET", "DELETE"):
        answer = client.request(method, "/mcp")
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
