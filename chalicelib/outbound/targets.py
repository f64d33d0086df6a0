"""Where a URL leads: a host, a port, what to ask for, and the addresses that may be connected to."""

from collections.abc import Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from chalicelib.core import destinations
from chalicelib.core.destinations import Address
from chalicelib.errors import InvalidRequest
from chalicelib.outbound.deadlines import Deadline
from chalicelib.outbound.policies import HTTP_PORT, HTTPS_PORT, Policy
from chalicelib.outbound.refused import Refused

HTTP: Final = "http"
HTTPS: Final = "https"
_PORTS: Final = {HTTP: HTTP_PORT, HTTPS: HTTPS_PORT}


class Target(NamedTuple):
    """A URL taken apart. `host` has no brackets, `asked` is the path with its query."""

    scheme: str
    host: str
    port: int
    asked: str

    @property
    def authority(self) -> str:
        """What the Host header says (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, policy: Policy) -> Target:
    """Raises Refused with `url` or `port`."""
    try:
        host = destinations.host_of(url)
    except InvalidRequest as error:
        raise Refused("url") from error
    parts = urlsplit(destinations.location(url))
    is_plain = parts.scheme == HTTP
    if (is_plain and not policy.admits_plain) or "%" in host:  # a zone, which may be any text (RFC 4007, 11)
        raise Refused("url")
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    if not policy.ports(port):
        raise Refused("port")
    return Target(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def addresses_of(target: Target, policy: Policy, deadline: Deadline) -> Sequence[Address]:
    """The addresses of a target's host, all of which may be reached: one that may not spoils the name.

    It is resolved once. Connect to these, not to the name: it may mean something else a moment later.
    Raises Refused, TimeoutError, OSError.
    """
    found = _resolved(target.host, policy, deadline)
    if not found:
        raise Refused("unresolvable")
    if not all(policy.admits(address) for address in found):
        raise Refused("private")
    if target.scheme == HTTP and not (policy.admits_plain and all(map(policy.admits_plain, found))):
        raise Refused("url")
    return found


def _resolved(host: str, policy: Policy, deadline: Deadline) -> Sequence[Address]:
    """In a thread of its own: the system's resolver has no time limit that it could be given."""
    answer: Future[Sequence[Address]] = Future()

    def ask() -> None:
        try:
            answer.set_result(policy.resolve(host))
        except (OSError, ValueError) as error:
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    try:
        return answer.result(deadline.left())
    except ValueError as error:
        raise Refused("unresolvable") from error
