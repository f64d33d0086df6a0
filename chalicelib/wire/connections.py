"""Connections to AWS's endpoints, one kept open for each, so that a request rarely waits for a handshake.

    kept, and the server has closed it ............ another one is made, before anything is sent
    kept, and it ends before the answer begins .... another one is made at once: it was closed that very moment
    anything else that goes wrong ................. OSError; the connection is gone

A request may so be sent twice. What we send bears it: writes of scans are on a condition, messages carry a scan's key.
"""

import os
import select
import socket
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from chalicelib.wire.answers import Answer, read
from chalicelib.wire.endpoints import Endpoint

if TYPE_CHECKING:
    from ssl import SSLContext

CONNECT_SECONDS: Final = 0.5
READ_SECONDS: Final = 1.0  # of waiting for the next bytes


class Connection:
    """A connection to an endpoint. Making one raises OSError, its TLS included."""

    def __init__(self, endpoint: Endpoint) -> None:
        plain = socket.create_connection((endpoint.host, endpoint.port), CONNECT_SECONDS)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = _trusted(endpoint, plain) if endpoint.secure else plain
            self._socket.settimeout(READ_SECONDS)
        except BaseException:
            plain.close()
            raise
        self._incoming = select.poll()
        self._incoming.register(self._socket, select.POLLIN)
        self._pending = getattr(self._socket, "pending", int)  # what TLS has taken from the socket; else 0
        self.heard = False

    def is_over(self) -> bool:
        """Whether something came, or the end, though nothing was asked."""
        return bool(self._incoming.poll(0) or self._pending())

    def ask(self, request: bytes) -> Answer:
        """The answer to a request. Raises OSError, with `heard` telling whether any of it had come."""
        self.heard = False
        self._socket.sendall(request)
        # A reader for each answer: nothing that is left of one may begin the next.
        with self._socket.makefile("rb") as reader:
            if not reader.peek(1):
                raise ConnectionResetError("closed before it answered")
            self.heard = True
            return read(reader)

    def close(self) -> None:
        self._socket.close()


_kept: dict[Endpoint, Connection] = {}


def exchange(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Answer:
    """POST a body to `/` of an endpoint, once. Raises OSError."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    request = f"POST / HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode("latin-1") + body
    kept = _taken(endpoint)
    if kept:
        try:
            return _asked(kept, endpoint, request)
        except OSError as error:
            if kept.heard or isinstance(error, TimeoutError):
                raise
    return _asked(Connection(endpoint), endpoint, request)


def forget() -> None:
    """Close what is kept."""
    while _kept:
        _kept.popitem()[1].close()


def _taken(endpoint: Endpoint) -> Connection | None:
    """The connection that is kept for an endpoint, if it is still good; nobody else has it meanwhile."""
    kept = _kept.pop(endpoint, None)
    if kept and kept.is_over():
        kept.close()
        return None
    return kept


def _asked(connection: Connection, endpoint: Endpoint, request: bytes) -> Answer:
    """Ask, and keep the connection for the next request, or not: whatever went wrong would be in its answer."""
    try:
        answer = connection.ask(request)
    except BaseException:
        connection.close()
        raise
    if not answer.lasts or _kept.setdefault(endpoint, connection) is not connection:
        connection.close()
    return answer


def _trusted(endpoint: Endpoint, plain: socket.socket) -> socket.socket:
    return _trust(os.environ.get("AWS_CA_BUNDLE") or _bundle()).wrap_socket(plain, server_hostname=endpoint.host)


@lru_cache(maxsize=2)
def _trust(bundle: str) -> "SSLContext":
    """Whom we believe to be a host. Made with the first connection: reading the bundle takes some 20 ms of CPU."""
    import ssl

    return ssl.create_default_context(cafile=bundle)


def _bundle() -> str:
    """botocore's authorities, found without importing it."""
    from importlib.util import find_spec

    found = find_spec("botocore")
    (folder,) = (found.submodule_search_locations or [""]) if found else [""]
    return os.path.join(folder, "cacert.pem")  # noqa: PTH118 - pathlib is an import of its own
