"""Receivers of webhooks: real HTTP servers on loopback that note what they are sent, and answer as they are told to."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Got(NamedTuple):
    """A request as it came; header names in lower case, `at` by the monotonic clock in seconds."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> str:
        """The event's id."""
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`answer` gives the status for a request, and may take its time."""

    answer: Callable[[Got], int] = lambda _: 204
    got: list[Got] = field(default_factory=list)
    url: str = ""

    def events(self) -> set[str]:
        return {got.event for got in self.got}


def takes(seconds: float) -> Callable[[Got], int]:
    """An answer that comes late."""

    def answer(_: Got) -> int:
        time.sleep(seconds)
        return 204

    return answer


@contextmanager
def receiving(answer: Callable[[Got], int] = lambda _: 204) -> Iterator[Receiver]:
    """A receiver, while it is there."""
    receiver = Receiver(answer)
    server = _Server(("127.0.0.1", 0), _handler(receiver))
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got = Got({name.lower(): value for name, value in self.headers.items()}, body, time.monotonic())
            receiver.got.append(got)
            self.send_response(receiver.answer(got))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing: what came is noted."""

    return Handler
