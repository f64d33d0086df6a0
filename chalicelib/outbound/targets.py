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
from chalicelib.outbound.policies import Policy
from chalicelib.outbound.refused import Refused

HTTPS_PORT: Final = 443


class Target(NamedTuple):
    """An https URL taken apart. `host` has no brackets, `asked` is the path with its query."""

    host: str
    port: int
    asked: str

    @property
    def authority(self) -> str:
        """What the Host header says (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"


def target_of(url: str, policy: Policy) -> Target:
    """Raises Refused with `url` or `port`."""
    try:
        host = destinations.host_of(url)
    except InvalidRequest as error:
        raise Refused("url") from error
    parts = urlsplit(destinations.location(url))
    if parts.scheme != "https" or "%" in host:  # an address with a zone, which may be any text (RFC 4007, 11)
        raise Refused("url")
    port = HTTPS_PORT if parts.port is None else parts.port
    if port not in policy.ports:
        raise Refused("port")
    return Target(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def addresses_of(host: str, policy: Policy, deadline: Deadline) -> Sequence[Address]:
    """The addresses of a host, all of which may be reached: one that may not spoils the name.

    It is resolved once. Connect to these, not to the name: it may mean something else a moment later.
    Raises Refused, TimeoutError, OSError.
    """
    found = _resolved(host, policy, deadline)
    if not found:
        raise Refused("unresolvable")
    if not all(policy.admits(address) for address in found):
        raise Refused("private")
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
