"""What a request of the protocol's version 2026-07-28 says of itself: in its body, and the same in its headers.

So what stands between a client and a server can go by the headers alone, and these must not lie (Streamable HTTP,
request headers).
"""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    HEADER_MISMATCH,
    INVALID_PARAMS,
    PROTOCOL_VERSION_META_KEY,
    JSONRPCRequest,
)

from chalicelib.api.mcp_faults import Fault

VERSION_HEADER: Final = "mcp-protocol-version"
METHOD_HEADER: Final = "mcp-method"
NAME_HEADER: Final = "mcp-name"

_NAMED: Final = "tools/call"  # the only method served here whose name is in a header
_ENCODED: Final = ("=?base64?", "?=")


def check(request: JSONRPCRequest, version: str, headers: Mapping[str, str]) -> None:
    """Raises Fault for a request that does not say what it must, or whose headers say something else."""
    meta = (request.params or {}).get("_meta")
    if not isinstance(meta, dict):
        meta = {}
    for key in (PROTOCOL_VERSION_META_KEY, CLIENT_CAPABILITIES_META_KEY):
        if key not in meta:
            raise Fault(INVALID_PARAMS, f"params._meta must have {key}")
    _compare(VERSION_HEADER, version, meta[PROTOCOL_VERSION_META_KEY])
    _compare(METHOD_HEADER, headers.get(METHOD_HEADER), request.method)
    name = (request.params or {}).get("name")
    if request.method == _NAMED and name is not None:
        _compare(NAME_HEADER, _decoded(headers.get(NAME_HEADER)), name)


def _compare(header: str, sent: str | None, said: Any) -> None:
    if sent != said:
        raise Fault(HEADER_MISMATCH, f"The header {header} does not say what the body does")


def _decoded(value: str | None) -> str | None:
    """A header's value; what is not plain ASCII comes as base64 of UTF-8, and None is what cannot be read."""
    before, after = _ENCODED
    if value is None or not (value.startswith(before) and value.endswith(after)):
        return value
    try:
        return b64decode(value[len(before) : -len(after)], validate=True).decode()
    except ValueError:
        return None
