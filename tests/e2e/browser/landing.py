"""Where the links of the browser's tests lead: a page on loopback that a public name stands for. Webhooks are posted
there, too."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote

# Links refuse hosts that are not public; the browser is told that this one is here.
HOST: Final = "landing.example.com"
PAGE: Final = (
    b'<!doctype html><html lang="en"><title>Landed</title><link rel="icon" href="data:,"><h1>You have landed</h1>'
)


@contextmanager
def landing() -> Iterator[str]:
    """The `address:port` of a server that answers every path with one page, and refuses what is posted to it in the
    words that it was posted to."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Landing)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Landing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(200, PAGE)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(400, unquote(self.path).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests look at the browser."""
