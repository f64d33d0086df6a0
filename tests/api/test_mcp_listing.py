"""What `/mcp` says of its tools, to models and to people: schemas, hints, and the table of the docs."""

import json
import re
from typing import Any

import pytest

from chalicelib.api import mcp_bodies as bodies
from chalicelib.api import mcp_calls
from chalicelib.api.mcp import MOST_BYTES
from chalicelib.api.mcp_tool import Tool
from chalicelib.api.mcp_tools import TOOLS
from chalicelib.core import limits
from chalicelib.core.accounts import CLIENT_SCOPES, SCOPES
from chalicelib.core.styles import PRESETS
from chalicelib.services import rankings
from tests.test_docs import DOCS, rows

PAGE = DOCS / "mcp.md"
LISTED = [mcp_calls.described(tool).model_dump(by_alias=True, mode="json", exclude_none=True) for tool in TOOLS]
# All tools are read by a model, in every conversation: 7,000 tokens or so.
MOST_LISTED_BYTES = 30_000


@pytest.fixture(params=LISTED, ids=lambda tool: tool["name"])
def listed(request: pytest.FixtureRequest) -> Any:
    return request.param


def _nodes(node: Any) -> list[dict[str, Any]]:
    children = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    return [*([node] if isinstance(node, dict) else []), *(found for child in children for found in _nodes(child))]


def test_the_tools_are_those_that_were_asked_for() -> None:
    assert {tool.name for tool in TOOLS} == {
        *("list_links", "get_link", "create_link", "update_link", "delete_link", "bulk_create_links"),
        *("get_scans", "generate_qr", "compare", "top_links"),
    }


def test_a_tool_has_a_title_and_says_what_it_is_for(listed: Any) -> None:
    assert listed["title"]
    assert len(listed["description"]) > 40
    assert listed["description"].endswith(".")


def test_schemas_are_plain_objects(listed: Any) -> None:
    for schema in (listed["inputSchema"], listed["outputSchema"]):
        assert schema["type"] == "object"
        assert not any({"$ref", "$defs", "anyOf"} & node.keys() for node in _nodes(schema))
    assert listed["inputSchema"]["additionalProperties"] is False


def test_every_argument_says_what_it_is(listed: Any) -> None:
    arguments = listed["inputSchema"]["properties"].items()
    assert [name for name, schema in arguments if not schema.get("description")] == []


def test_the_list_is_short_enough_to_be_read_each_time() -> None:
    assert len(json.dumps(LISTED, separators=(",", ":"))) < MOST_LISTED_BYTES


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_hints_are_true(tool: Tool) -> None:
    assert tool.scope in SCOPES
    assert tool.read_only == tool.scope.endswith(":read")
    assert tool.clients == (tool.scope in CLIENT_SCOPES)
    assert tool.destructive == ("confirmation" in tool.arguments.model_fields)
    assert not (tool.destructive and tool.read_only)


def test_the_shapes_are_all_that_there_are() -> None:
    schema = next(tool["inputSchema"] for tool in LISTED if tool["name"] == "generate_qr")
    assert schema["properties"]["shape"]["enum"] == list(PRESETS)


def test_the_table_of_the_docs_is_that_of_the_code() -> None:
    documented = [(name, scope, arguments) for name, scope, arguments, _ in rows(PAGE, "Tools")]
    assert documented == [
        (f"`{tool.name}`", f"`{tool.scope}`", ", ".join(f"`{name}`" for name in tool.arguments.model_fields))
        for tool in TOOLS
    ]


def test_the_numbers_of_the_docs_are_those_that_hold() -> None:
    said = " ".join(PAGE.read_text().split())
    for sentence in (
        f"A message may have {MOST_BYTES:,} bytes",
        f"newest first, {bodies.DEFAULT_PAGE} a page and {bodies.LARGEST_PAGE} at most",
        f"Make up to {bodies.MOST_BULK} links",
        f"{bodies.DEFAULT_DAYS} days, {bodies.MOST_DAYS} at most",
        f"2 to {bodies.MOST_COMPARED} links over the same days",
        f"{bodies.MOST_COMPARED_DAYS} days at most",
        f"scanned most: {bodies.DEFAULT_TOP}, {bodies.MOST_TOP} at most",
        f"more than {rankings.MOST_LINKS:,} links",
        f"reads the days of {rankings.MOST_READ};",
        f"A key may send {limits.MCP.per_minute} messages a minute",
        f"writing routes of [the `qr` API](api-qr-urls.md), {limits.QR_WRITE.per_minute} a minute",
        f"(api-reporting.md), {limits.REPORTING.per_minute} a minute",
    ):
        assert sentence in said


def test_the_examples_of_the_docs_are_json() -> None:
    examples = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.S)
    assert [isinstance(json.loads(example), dict) for example in examples] == [True, True]
