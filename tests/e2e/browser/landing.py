"""Where the links of the browser's tests lead: a page on loopback that a public name stands for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

# Links refuse hosts that are not public; the browser is told that this one is here.
HOST: Final = "landing.example.com"
PAGE: Final = (
    b'<!doctype html><html lang="en"><title>Landed</title><link rel="icon" href="data:,"><h1>You have landed</h1>'
)


@contextmanager
def landing() -> Iterator[str]:
    """The `address:port` of a server that answers every path with one page."""
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
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests look at the browser."""
