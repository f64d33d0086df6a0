"""AWS on loopback, for tests of what goes over the wire: it answers, or fails, as it is told."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """A request as it came. `connection` is the number of the connection that it came on, from 1."""

    connection: int
    headers: dict[str, str]
    body: bytes

    @property
    def operation(self) -> str:
        return self.headers["x-amz-target"].partition(".")[2]

    @property
    def access_key(self) -> str:
        return self.headers["authorization"].partition("Credential=")[2].partition("/")[0]


# What the server does with a request: it answers and says whether the connection goes on.
Move = Callable[[socket.socket], bool]


def says(content: bytes) -> Move:
    """These bytes, whatever they are; the connection goes on."""

    def move(connection: socket.socket) -> bool:
        connection.sendall(content)
        return True

    return move


def answers(said: Any = None, status: int = 200, **headers: str) -> Move:
    return says(spelled(status, json.dumps(said or {}).encode(), **headers))


def refuses(code: str, status: int = 400) -> Move:
    return answers({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}, status)


def spelled(status: int, body: bytes, **headers: str) -> bytes:
    """An answer as DynamoDB sends it; underscores in names of headers are hyphens."""
    lines = [f"HTTP/1.1 {status} Whatever", "Content-Type: application/x-amz-json-1.0", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def hangs_up(connection: socket.socket) -> bool:
    """Nothing is answered."""
    return False


def cuts(content: bytes) -> Move:
    """These bytes, and the connection ends."""

    def move(connection: socket.socket) -> bool:
        connection.sendall(content)
        return False

    return move


def is_silent(connection: socket.socket) -> bool:
    """Nothing comes, until the other side has had enough."""
    with suppress(OSError):
        connection.recv(1)
    return False


class Server:
    """Makes one move for each request, and answers `{}` to those after the last. `asked` are all that came."""

    def __init__(self, moves: tuple[Move, ...], context: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self._moves, self._context = list(moves), context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://localhost:{self.port}"

    @property
    def operations(self) -> list[str]:
        return [asked.operation for asked in self.asked]

    @property
    def connections(self) -> list[int]:
        """Of every request, the connection that it came on."""
        return [asked.connection for asked in self.asked]

    def close_connections(self) -> None:
        """End all that are open."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def settled(self) -> None:
        """Wait until those whose connection ended have seen to it."""
        for thread in self._threads[1:]:
            thread.join(0.05)

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.close_connections()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        number = 0
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                number += 1
                self._threads.append(threading.Thread(target=self._serve, args=[connection, number]))
                self._threads[-1].start()

    def _serve(self, plain: socket.socket, number: int) -> None:
        with plain, suppress(OSError):
            connection = self._context.wrap_socket(plain, server_side=True) if self._context else plain
            self._open.append(connection)
            with connection, connection.makefile("rb") as reader:
                while line := reader.readline():
                    assert line == b"POST / HTTP/1.1\r\n"
                    headers = dict(iter(lambda: _header(reader.readline()), ("", "")))
                    body = reader.read(int(headers["content-length"]))
                    self.asked.append(Asked(number, headers, body))
                    move = self._moves.pop(0) if self._moves else answers()
                    if not move(connection):
                        return


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode().strip().partition(": ")
    return name, value


@contextmanager
def serving(*moves: Move, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(moves, context)
    try:
        yield server
    finally:
        server.stop()
