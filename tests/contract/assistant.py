"""Somebody's assistant: what it says to `/mcp`, in process, and what it hears."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs

from chalicelib.api.mcp import PATH
from tests.api.calls import Answer, Caller

LATEST = "2026-07-28"


@dataclass(frozen=True)
class Assistant:
    """Calls tools with somebody's key."""

    caller: Caller

    def post(self, body: Any, **headers: str) -> Answer:
        """Any body."""
        return self.caller.call("POST", PATH, body, None, **headers)

    def ask(self, method: str, params: Any = None, **headers: str) -> Answer:
        """A request."""
        asked = {"jsonrpc": "2.0", "id": 7, "method": method}
        return self.post(asked if params is None else {**asked, "params": params}, **headers)

    def ask_in_latest(self, method: str, params: Any = None, **headers: str) -> Answer:
        """A request of the newest version, which says what it is; headers may say otherwise."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": LATEST,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        named = {"mcp_name": params["name"]} if params and "name" in params else {}
        own = {"mcp_protocol_version": LATEST, "mcp_method": method, **named}
        return self.ask(method, {**(params or {}), "_meta": meta}, **{**own, **headers})

    def result(self, name: str, **arguments: Any) -> Any:
        """The result of a tool, whatever it is."""
        answer = self.ask("tools/call", {"name": name, "arguments": arguments})
        assert answer.status == 200, answer.json
        return answer.json["result"]

    def tool(self, name: str, **arguments: Any) -> Any:
        """The fields that a tool answers: they are as its schema says, and come as a text too."""
        result = self.result(name, **arguments)
        assert not result["isError"], result
        fields = result["structuredContent"]
        assert json.loads(result["content"][-1]["text"]) == fields
        assert [error.message for error in _validator(name).iter_errors(fields)] == []
        return fields

    def refused(self, name: str, **arguments: Any) -> Any:
        """What a tool says when it refuses."""
        result = self.result(name, **arguments)
        assert result["isError"], result
        assert "structuredContent" not in result
        return json.loads(result["content"][0]["text"])

    def link(self, **fields: Any) -> Any:
        """A new link."""
        return self.tool("create_link", **{"destination": "https://example.com/", **fields})


@cache
def listed(name: str) -> Any:
    """A tool as it is listed."""
    from chalicelib.api import mcp_calls, mcp_tools

    tool = next(tool for tool in mcp_tools.TOOLS if tool.name == name)
    return mcp_calls.described(tool).model_dump(by_alias=True, mode="json", exclude_none=True)


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(listed(name)["outputSchema"])
