"""Servers on loopback that answer as a test wants them to, to the letter and to the moment."""

import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from threading import Event, Thread
from typing import Any

from chalicelib.outbound.policies import Policy
from tests.outbound.certificates import authority, server_context, trust

HOST = "logos.example"
HERE = ip_address("127.0.0.1")

# What is sent: bytes, and pauses in seconds between them.
Answer = Iterable[bytes | float]


@dataclass
class Site:
    """A server, the requests' heads that it got, and the names that it was asked for."""

    answer: Answer
    listener: socket.socket
    context: ssl.SSLContext | None
    heads: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    connections: int = 0
    stopped: Event = field(default_factory=Event)

    @property
    def port(self) -> int:
        port: int = self.listener.getsockname()[1]
        return port

    def url(self, path: str = "/logo.png") -> str:
        return f"https://{HOST}:{self.port}{path}"

    def policy(self, **changes: Any) -> Policy:
        """One that lets this site be reached, and nothing else."""
        ours: dict[str, Any] = {
            "admits": lambda address: address == HERE,
            "ports": (self.port,),
            "resolve": lambda _: [HERE],
            "trust": trust,
        }
        return Policy(**ours | changes)

    def serve(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):  # whoever asks may go away at any moment
                connection.settimeout(5)
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        if self.context is None:
            return self._send(connection)
        with self.context.wrap_socket(connection, server_side=True) as secure:
            head = b""
            while b"\r\n\r\n" not in head:
                received = secure.recv(4096)
                if not received:
                    return None
                head += received
            self.heads.append(head.decode())
            self._send(secure)
        return None

    def _send(self, connection: socket.socket) -> None:
        for piece in self.answer:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            elif self.stopped.wait(piece):
                return


@contextmanager
def site(
    answer: Answer, address: str = "127.0.0.1", port: int = 0, context: ssl.SSLContext | None = None, tls: bool = True
) -> Iterator[Site]:
    """A server with a good certificate for HOST, another `context`, or without TLS."""
    with socket.create_server((address, port)) as listener:
        served = Site(answer, listener, (context or _good()) if tls else None)
        if served.context:
            served.context.sni_callback = lambda _socket, name, _context: served.names.append(name)
        thread = Thread(target=served.serve)
        thread.start()
        try:
            yield served
        finally:
            served.stopped.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@cache
def _good() -> ssl.SSLContext:
    return server_context(HOST, authority())


def ok(content: bytes, *headers: str) -> list[bytes | float]:
    """An answer as it should be."""
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(content)}", *headers, "", ""]
    return ["\r\n".join(lines).encode() + content]


def dripping(content: bytes, pause: float = 0.05) -> Iterator[bytes | float]:
    """One byte after the other, with pauses between them."""
    for byte in content:
        yield bytes([byte])
        yield pause
