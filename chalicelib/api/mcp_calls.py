"""Listing a tool, and calling one. What a tool refuses is a result too, so that the model hears of it."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from mcp_types import INVALID_PARAMS, ToolAnnotations
from mcp_types import Tool as Listed
from pydantic import ValidationError

from chalicelib.api import dialects, mcp_schemas, problems, requests
from chalicelib.api.mcp_faults import Fault
from chalicelib.api.mcp_tool import Answer, Shown, Tool
from chalicelib.api.mcp_tools import TOOLS
from chalicelib.api.requests import LONGEST_NAME, Call
from chalicelib.errors import QuietzoneError, RateLimited, Unavailable

_BY_NAME: Final = {tool.name: tool for tool in TOOLS}


@cache
def described(tool: Tool) -> Listed:
    """A tool as clients see it."""
    hints = ToolAnnotations(
        read_only_hint=tool.read_only,
        destructive_hint=tool.destructive,
        idempotent_hint=tool.idempotent,
        open_world_hint=False,
    )
    return Listed(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=mcp_schemas.of_arguments(tool.arguments),
        output_schema=mcp_schemas.of_answer(tool.answer),
        annotations=hints,
    )


def called(call: Call, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What a tool answers, as a result of the protocol. Raises Fault for a tool that there is not."""
    tool = _BY_NAME.get(name)
    if tool is None:
        raise Fault(INVALID_PARAMS, f"There is no tool {name[:LONGEST_NAME]!r}")
    try:
        admitted = requests.admitted(tool.operation, call.request)
        return _succeeded(tool.view(admitted, _read(tool, arguments)))
    except QuietzoneError as error:
        return _failed(error)


def _read(tool: Tool, arguments: Mapping[str, Any]) -> Any:
    try:
        return tool.arguments.model_validate(arguments)
    except ValidationError as error:
        raise requests.refusal(error) from error


def _succeeded(answer: Answer) -> dict[str, Any]:
    """The fields come as a text too, for clients that show models nothing else (tools, structured content)."""
    shown = answer if isinstance(answer, Shown) else Shown(answer, [])
    return {"content": [*shown.content, _text(shown.fields)], "structuredContent": dict(shown.fields), "isError": False}


def _failed(error: QuietzoneError) -> dict[str, Any]:
    said = problems.failure(error, dialects.MCP)
    shown: dict[str, Any] = {"error": said["message"], "code": said["code"]}
    if said["field"]:
        shown["field"] = said["field"]
    if isinstance(error, RateLimited | Unavailable):
        shown["retry_after"] = error.retry_after
    return {"content": [_text(shown)], "isError": True}


def _text(fields: Mapping[str, Any]) -> dict[str, str]:
    return {"type": "text", "text": json.dumps(fields, ensure_ascii=False, separators=(",", ":"))}
