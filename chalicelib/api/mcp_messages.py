"""A message of an MCP client, and its answer: JSON-RPC over HTTP, as the transport's specification has it.

Clients of two kinds come: those that shake hands first (`initialize`, versions up to 2025-11-25) and name the version
in a header or leave it out, and those of 2026-07-28, whose every request says in headers and in its body what it is.
Neither needs a session. The protocol's types, versions and codes are the official SDK's.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from chalice.app import Response
from mcp_types import (
    DEFAULT_NEGOTIATED_VERSION,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    UNSUPPORTED_PROTOCOL_VERSION,
    JSONRPCNotification,
    JSONRPCRequest,
)
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, KNOWN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from chalicelib.api import mcp_envelopes, mcp_methods
from chalicelib.api.mcp_faults import Fault
from chalicelib.api.requests import Call
from chalicelib.errors import BodyTooLarge

JSON: Final = "application/json"
# What a message that cannot be a request is answered with in any version; the others are so since 2026-07-28.
_ALWAYS_400: Final = frozenset({PARSE_ERROR, INVALID_REQUEST})


def answered(call: Call) -> Response:
    """The answer to a POST. Raises BodyTooLarge."""
    if not _takes_json(call.request.headers.get("accept", "*/*")):
        return Response(body="", status_code=406, headers={"Content-Type": "text/plain"})
    request_id, modern = None, False
    try:
        message = _parsed(call)
        version: str = call.request.headers.get(mcp_envelopes.VERSION_HEADER, DEFAULT_NEGOTIATED_VERSION)
        modern = version not in HANDSHAKE_PROTOCOL_VERSIONS  # who is of an unknown version is told so in the newest way
        if "id" not in message:
            return _noted(message, version)
        request = _request(message)
        request_id = request.id
        if modern:
            mcp_envelopes.check(request, version, call.request.headers)
        _check_version(version)
        result = mcp_methods.result(call, version, request)
    except Fault as fault:
        return _failed(request_id, fault, modern)
    return _drawn(200, {"jsonrpc": "2.0", "id": request_id, "result": result})


def _parsed(call: Call) -> dict[str, Any]:
    raw = call.request.raw_body
    if len(raw) > call.operation.most_bytes:
        raise BodyTooLarge.over(call.operation.most_bytes)
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Fault(PARSE_ERROR, "The body must be valid JSON") from error
    if not isinstance(message, dict):
        raise Fault(INVALID_REQUEST, "The body must be one JSON-RPC request or notification, not a batch of them")
    return message


def _check_version(version: str) -> None:
    """Raises Fault for a version of the protocol that is not served."""
    if version not in KNOWN_PROTOCOL_VERSIONS:
        known = {"supported": list(KNOWN_PROTOCOL_VERSIONS), "requested": version}
        raise Fault(UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version", known)


def _request(message: Mapping[str, Any]) -> JSONRPCRequest:
    try:
        return JSONRPCRequest.model_validate(message)
    except ValidationError as error:
        raise Fault(INVALID_REQUEST, "The body must be a JSON-RPC 2.0 request or notification") from error


def _noted(message: Mapping[str, Any], version: str) -> Response:
    """A notification is taken, and there is nothing to be done about any."""
    try:
        JSONRPCNotification.model_validate(message)
    except ValidationError as error:
        raise Fault(INVALID_REQUEST, "The body must be a JSON-RPC 2.0 request or notification") from error
    _check_version(version)
    return Response(body="", status_code=202, headers={"Content-Type": JSON})


def _failed(request_id: str | int | None, fault: Fault, modern: bool) -> Response:
    """An error of the protocol. Its HTTP status is told apart in the newer version; the older ones answer 200."""
    by_code = 404 if fault.code == METHOD_NOT_FOUND else 400
    error = {"code": fault.code, "message": fault.message, **({"data": fault.data} if fault.data is not None else {})}
    status = by_code if modern or fault.code in _ALWAYS_400 else 200
    return _drawn(status, {"jsonrpc": "2.0", "id": request_id, "error": error})


def _drawn(status: int, body: Mapping[str, Any]) -> Response:
    return Response(body=json.dumps(body, separators=(",", ":")), status_code=status, headers={"Content-Type": JSON})


def _takes_json(accept: str) -> bool:
    taken = {part.split(";")[0].strip().lower() for part in accept.split(",")}
    return bool(taken & {"*/*", "application/*", JSON})
