"""Servers on loopback that answer as a test wants them to, to the letter and to the moment."""

import re
import socket
import ssl
import struct
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from itertools import chain, repeat
from threading import Event, Thread
from typing import Any, Final, Literal

from chalicelib.outbound.policies import Policy
from tests.outbound.certificates import authority, server_context, trust

HOST = "logos.example"
HERE = ip_address("127.0.0.1")

RESET: Final = "reset"

# What is sent: bytes, pauses in seconds between them, and that the connection is thrown away.
Answer = Iterable[bytes | float | Literal["reset"]]


@dataclass
class Endless:
    """An answer that goes on for ever, each time that it is given."""

    head: bytes
    piece: bytes

    def __iter__(self) -> Iterator[bytes]:
        return chain([self.head], repeat(self.piece))


@dataclass
class Site:
    """A server, the requests' heads and bodies that it got, and the names that it was asked for."""

    answer: Answer
    listener: socket.socket
    context: ssl.SSLContext | None
    http: bool = False
    reads: bool = True
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    connections: int = 0
    stopped: Event = field(default_factory=Event)

    @property
    def port(self) -> int:
        port: int = self.listener.getsockname()[1]
        return port

    def url(self, path: str = "/logo.png") -> str:
        return f"{'http' if self.http else 'https'}://{HOST}:{self.port}{path}"

    def policy(self, **changes: Any) -> Policy:
        """One that lets this site be reached, and nothing else."""
        ours: dict[str, Any] = {
            "admits": lambda address: address == HERE,
            "ports": lambda port: port == self.port,
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
        if self.context is None and not self.http:
            return self._send(connection)
        with self._secured(connection) as stream:
            if self._receive(stream):
                self._send(stream)
        return None

    def _secured(self, connection: socket.socket) -> AbstractContextManager[socket.socket]:
        return self.context.wrap_socket(connection, server_side=True) if self.context else nullcontext(connection)

    def _receive(self, connection: socket.socket) -> bool:
        """Take a request; whether there was one."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(4096)
            if not piece:
                return False
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        self.heads.append(head.decode() + "\r\n\r\n")
        length = re.search(r"Content-Length: (\d+)", self.heads[-1]) if self.reads else None
        while length and len(body) < int(length[1]) and (piece := connection.recv(65_536)):
            body += piece
        self.bodies.append(body)
        return True

    def _send(self, connection: socket.socket) -> None:
        for piece in self.answer:
            if piece == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            if isinstance(piece, bytes):
                connection.sendall(piece)
            elif self.stopped.wait(piece):
                return


@contextmanager
def site(
    answer: Answer,
    address: str = "127.0.0.1",
    port: int = 0,
    context: ssl.SSLContext | None = None,
    tls: bool = True,
    http: bool = False,
    reads: bool = True,
) -> Iterator[Site]:
    """A server with a good certificate for HOST, another `context`, or without TLS: then it reads no request before it
    answers, unless it is for `http`. It `reads` bodies to their end, or answers behind the head."""
    with socket.create_server((address, port)) as listener:
        served = Site(answer, listener, (context or _good()) if tls and not http else None, http, reads)
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
