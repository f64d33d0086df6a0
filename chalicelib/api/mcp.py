"""`/mcp`: the Model Context Protocol, over its Streamable HTTP transport without sessions and without streams.

Each POST is one message and its answer, so any process answers any message. A key is asked for as in the other APIs,
here for whatever is asked; what else a tool needs is asked for when it is called.
"""

from typing import Final

from chalice.app import Response

from chalicelib.api import dialects
from chalicelib.api.http import Api
from chalicelib.api.requests import Call, origin_of
from chalicelib.core import limits
from chalicelib.errors import Forbidden

bp = Api(__name__, dialects.MCP, tag="mcp")

PATH: Final = "/mcp"
MOST_BYTES: Final = 262_144


@bp.operation(
    "POST",
    PATH,
    scope="",
    clients=True,
    limit=limits.MCP,
    most_bytes=MOST_BYTES,
    described=False,
    asked={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
)
def message(call: Call) -> Response:
    """Answer a message of an MCP client."""
    from chalicelib.api import mcp_messages  # with the protocol's types it takes 0.3 s to import, which others spare

    _check_origin(call)
    return mcp_messages.answered(call)


@bp.route(PATH, methods=["GET", "DELETE"], content_types=[])
def refuse() -> Response:
    """There is no stream to be opened, and no session to be ended."""
    headers: dict[str, str | list[str]] = {"Allow": "POST", "Content-Type": "text/plain"}
    return Response(body="", status_code=405, headers=headers)


def _check_origin(call: Call) -> None:
    """Raises Forbidden for a page of another origin (Streamable HTTP, security: against DNS rebinding)."""
    origin = call.request.headers.get("origin")
    if origin is not None and origin.lower() != origin_of(call.base):
        raise Forbidden.origin()
