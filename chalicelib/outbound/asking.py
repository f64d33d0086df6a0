"""One request and the head of its answer, guarded: what somebody's URL names must not reach inside or hold us up.

    name -> addresses, once -> each admitted? -> connect to one of them -> TLS for the name -> ask -> head of the answer
    `------------------------------ one deadline over all of it ------------------------------------------------------'

No redirect is followed, no proxy of the environment used, no cookie or credential sent.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from typing import Any, Final, NamedTuple

from chalicelib.outbound.deadlines import Deadline
from chalicelib.outbound.policies import Policy
from chalicelib.outbound.refused import Refused
from chalicelib.outbound.targets import HTTP, Target, addresses_of, target_of
from chalicelib.outbound.wires import Wire, connected, secured

USER_AGENT: Final = "Quietzone/1"
# Status line, headers and the marks between chunks, beside the body itself.
MOST_HEAD_BYTES: Final = 65_536


class Request(NamedTuple):
    """What is asked of a URL. Without a `body` it says nothing of one."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


class Answer(NamedTuple):
    """The head of an answer, and the wire on which the rest of it comes."""

    head: HTTPResponse
    wire: Wire


@contextmanager
def answered(request: Request, policy: Policy, deadline: Deadline, most_bytes: int) -> Iterator[Answer]:
    """An answer of which at most that many bytes are read. Raises Refused, OSError, HTTPException, ValueError."""
    target = target_of(request.url, policy)
    with _connection(target, policy, deadline) as connection:
        wire = Wire(connection, deadline, most_bytes)
        _send(wire, head_of(request, target) + (request.body or b""))
        of_socket: Any = wire  # of a socket it uses `makefile` alone
        with HTTPResponse(of_socket, method=request.method) as response:
            _begin(response, wire)
            yield Answer(response, wire)


def head_of(request: Request, target: Target) -> bytes:
    """The head of a request (RFC 9112, 3). Content codings are refused: what unpacks itself has no size."""
    fields = {
        "Host": target.authority,
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "identity",
        "Connection": "close",
        **({} if request.body is None else {"Content-Length": str(len(request.body))}),
        **request.headers,
    }
    lines = [f"{request.method} {target.asked} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


@contextmanager
def _connection(target: Target, policy: Policy, deadline: Deadline) -> Iterator[socket.socket]:
    addresses = addresses_of(target, policy, deadline)
    with connected(addresses, target.port, deadline) as plain:
        if target.scheme == HTTP:
            yield plain
            return
        with secured(plain, target.host, policy.trust(), deadline) as secure:
            yield secure


def _send(wire: Wire, content: bytes) -> None:
    # Who hangs up before the end may have answered already (RFC 9112, 9.5); who has not is found out by reading.
    with suppress(ConnectionError, ssl.SSLEOFError):
        wire.send_all(content)


def _begin(response: HTTPResponse, wire: Wire) -> None:
    """Read the head of the final answer: `http.client` passes over the interim 100 alone (RFC 9110, 15.2)."""
    beginning: Any = response
    beginning.begin()
    while response.status < 200:
        beginning.headers = None  # by which it knows that it has begun
        beginning.begin()
    if wire.ended:  # `http.client` takes the end of all for the end of the head
        raise Refused("broken")
