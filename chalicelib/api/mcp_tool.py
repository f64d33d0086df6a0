"""What a tool is: declared once, and listed, admitted, read and called by what is declared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from chalicelib.api import dialects, mcp
from chalicelib.api.mcp_bodies import Arguments
from chalicelib.api.operations import Operation
from chalicelib.api.requests import Call
from chalicelib.core.limits import Limit


class Shown(NamedTuple):
    """An answer that is more than its fields: what it shows beside them, as the protocol's content."""

    fields: Mapping[str, Any]
    content: Sequence[Mapping[str, Any]]


Answer = Mapping[str, Any] | Shown


@dataclass(frozen=True)
class Tool:
    """A tool. `answer` is the type of what it answers, a TypedDict; `description` is for the model that calls it.

    `scope`, `clients` and `limit` are as those of an operation: what the matching route of the other APIs asks for.
    `read_only`, `destructive` and `idempotent` are the protocol's hints.
    """

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    answer: Any
    view: Callable[[Call, Any], Answer]
    scope: str
    clients: bool = False
    limit: Limit | None = None
    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False

    @cached_property
    def operation(self) -> Operation:
        """The tool as an operation, so that its callers are asked for the same as everywhere."""
        return Operation(
            "POST", mcp.PATH, dialects.MCP, self.view, scope=self.scope, clients=self.clients, limit=self.limit
        )
