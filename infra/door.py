"""The door of the local stack, one port in front of the embedded API Gateway: it stands for CloudFront."""

import http.client
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra import mailbox
from infra.body import read_body
from infra.edge import BROKEN, JSON, Headers, failure, forwarded, returned, target, translate

IDLE_SECONDS = 60


class Door(ThreadingHTTPServer):
    """Holds its port from the start (OSError if it cannot); answers when `serve_forever` runs.

    Before that set `upstream` (host and port of the embedded AWS), `prefix` (the API's path there), `secret`, `url`.
    """

    daemon_threads = True
    request_queue_size = 128
    upstream = ("127.0.0.1", 0)
    prefix = secret = url = ""

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Visit)

    def close(self) -> None:
        """Stop accepting, after `serve_forever` was started in another thread."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who hangs up is no error of ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Visit(BaseHTTPRequestHandler):
    """One connection of a client, with one of its own to the embedded AWS; both are kept alive."""

    server: Door
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.upstream = http.client.HTTPConnection(*self.server.upstream, timeout=IDLE_SECONDS)

    def relay(self) -> None:
        """Pass one request on and its answer back."""
        try:
            status, headers, payload = self._ask(read_body(self.headers, self.rfile))
        except OverflowError:
            self.send_error(413)
        except ValueError:
            self.send_error(400)
        except (OSError, http.client.HTTPException):
            self.upstream.close()
            self._answer(502, [JSON], BROKEN)
        else:
            self._answer(status, returned(headers), payload)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = relay  # noqa: N815

    def _ask(self, body: bytes) -> tuple[int, Headers, bytes]:
        if mailbox.is_asked(self, self.server.url):
            return mailbox.answer(self.server.upstream, self.server.url)
        self.upstream.putrequest(self.command, self.server.prefix + target(self.path), skip_accept_encoding=True)
        for name, value in forwarded(self.headers.items(), self.client_address, self.server.secret):
            self.upstream.putheader(name, value)
        if body or self.command in ("POST", "PUT", "PATCH"):
            self.upstream.putheader("Content-Length", str(len(body)))
        self.upstream.endheaders(body or None)
        reply = self.upstream.getresponse()
        status, payload = translate(reply.status, reply.read())
        return status, reply.getheaders(), payload

    def _answer(self, status: int, headers: Headers, payload: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(payload)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse, in JSON, what http.server or the limits above refuse."""
        self.close_connection = True
        self.request_version = self.protocol_version  # http.server takes what it cannot read for HTTP/0.9
        code = 405 if code == 501 else code
        reason = self.responses.get(code, ("Bad request", ""))[0]
        self._answer(code, [JSON], failure(f"{reason}.", "invalid_request"))

    def handle_expect_100(self) -> bool:
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, *args: Any) -> None:
        """Requests are not logged: who scans is nobody's business."""

    def finish(self) -> None:
        super().finish()
        self.upstream.close()
