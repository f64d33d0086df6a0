"""The door of the local stack, one port in front of the embedded API Gateway: it stands for CloudFront."""

import http.client
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.edge import BROKEN, JSON, Headers, failure, forwarded, returned, target, translate

BODY_LIMIT = 10 * 1024 * 1024  # bytes, API Gateway's own
BLOCK = 64 * 1024
IDLE_SECONDS = 60
REFUSALS = {413: "payload_too_large", 405: "method_not_allowed"}


class Door(ThreadingHTTPServer):
    """Holds its port from the start (OSError if it cannot); answers when `serve_forever` runs.

    Before that set `upstream` (host and port of the embedded AWS), `prefix` (the API's path there), `secret`.
    """

    daemon_threads = True
    request_queue_size = 128
    upstream = ("127.0.0.1", 0)
    prefix = secret = ""

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
            status, headers, payload = self._ask(self._body())
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
        self.upstream.putrequest(self.command, self.server.prefix + target(self.path), skip_accept_encoding=True)
        for name, value in forwarded(self.headers.items(), self.client_address, self.server.secret):
            self.upstream.putheader(name, value)
        if body or self.command in ("POST", "PUT", "PATCH"):
            self.upstream.putheader("Content-Length", str(len(body)))
        self.upstream.endheaders(body or None)
        reply = self.upstream.getresponse()
        status, payload = translate(reply.status, reply.read())
        return status, reply.getheaders(), payload

    def _body(self) -> bytes:
        """The request's body. Raises OverflowError if it is too long, ValueError if its framing is wrong."""
        if "Transfer-Encoding" in self.headers:
            return b"".join(self._chunks())
        length = int(self.headers.get("Content-Length", 0))
        if length > BODY_LIMIT:
            # Many clients listen only after they sent everything: hear them out, within reason.
            for start in range(0, min(length, 10 * BODY_LIMIT), BLOCK):
                self.rfile.read(min(BLOCK, length - start))
        return self.rfile.read(within_limit(length))

    def _chunks(self) -> Iterator[bytes]:
        total = 0
        while size := int(self.rfile.readline(100).split(b";")[0], 16):
            total = within_limit(total + within_limit(size))
            yield self.rfile.read(size)
            self.rfile.readline(3)
        while self.rfile.readline(1000) not in (b"\r\n", b"\n", b""):
            pass

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
        code = 405 if code == 501 else code
        reason = self.responses.get(code, ("Bad request", ""))[0]
        self._answer(code, [JSON], failure(f"{reason}.", REFUSALS.get(code, "invalid_request")))

    def handle_expect_100(self) -> bool:
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, *args: Any) -> None:
        """Requests are not logged: who scans is nobody's business."""

    def finish(self) -> None:
        super().finish()
        self.upstream.close()


def within_limit(length: int) -> int:
    """The length of a body, checked. Raises OverflowError above the limit, ValueError below nothing."""
    if length < 0:
        raise ValueError
    if length > BODY_LIMIT:
        raise OverflowError
    return length
