"""Fetching from elsewhere, guarded: what somebody's URL names must not reach inside, hold us up or fill us.

    name -> addresses, once -> each admitted? -> connect to one of them -> TLS for the name -> ask -> at most N bytes
    `------------------------------ one deadline over all of it ------------------------------------------------'

No redirect is followed, no proxy of the environment used, no cookie or credential sent.
"""

from http.client import HTTPResponse
from typing import Any, Final

from chalicelib.outbound.deadlines import Deadline
from chalicelib.outbound.policies import PUBLIC, Limits, Policy
from chalicelib.outbound.refused import Refused, refusing
from chalicelib.outbound.targets import Target, addresses_of, target_of
from chalicelib.outbound.wires import Wire, connected, secured

USER_AGENT: Final = "Quietzone/1"
# Status line, headers and the marks between chunks, beside the body itself.
MOST_HEAD_BYTES: Final = 65_536


def get(url: str, limits: Limits, accept: str, policy: Policy = PUBLIC) -> bytes:
    """What an https URL answers with status 200. `accept` names media types. Raises Refused."""
    with refusing():
        deadline = Deadline.after(limits.seconds)
        target = target_of(url, policy)
        addresses = addresses_of(target.host, policy, deadline)
        with (
            connected(addresses, target.port, deadline) as plain,
            secured(plain, target.host, policy.trust(), deadline) as connection,
        ):
            wire = Wire(connection, deadline, limits.most_bytes + MOST_HEAD_BYTES)
            wire.send_all(_request("GET", target, {"Accept": accept}))
            return _content(wire, limits.most_bytes)


def _request(method: str, target: Target, headers: dict[str, str]) -> bytes:
    """The head of a request (RFC 9112, 3). Content codings are refused: what unpacks itself has no size."""
    fields = {
        "Host": target.authority,
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    lines = [f"{method} {target.asked} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _content(wire: Wire, most_bytes: int) -> bytes:
    of_socket: Any = wire  # of a socket it uses `makefile` alone
    with HTTPResponse(of_socket, method="GET") as response:
        response.begin()
        _check_head(response, most_bytes)
        content = response.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise Refused("too_large")
        if response.length:  # what is still to come, and does not
            raise Refused("broken")
        return content


def _check_head(response: HTTPResponse, most_bytes: int) -> None:
    if 300 <= response.status < 400:
        raise Refused("redirect", response.status)
    if response.status != 200:
        raise Refused("status", response.status)
    if response.getheader("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refused("encoded")
    if response.length is not None and response.length > most_bytes:
        raise Refused("too_large")
