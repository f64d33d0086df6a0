"""The door, over real sockets, in front of a stand-in for the embedded API Gateway."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from infra.body import LIMIT
from infra.door import Door

HOST = "127.0.0.1"


class Gateway(BaseHTTPRequestHandler):
    """Says what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = 403 if self.path.endswith("/nowhere") else 200
        asked = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": len(body)}
        said = json.dumps({"message": "Missing Authentication Token"} if status == 403 else asked).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    do_GET = do_HEAD = do_POST = do_DELETE = answer  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """Quiet."""


def serve(server: ThreadingHTTPServer) -> None:
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    gateway = ThreadingHTTPServer((HOST, 0), Gateway)
    gateway.daemon_threads = True
    door = Door((HOST, 0))
    door.upstream, door.prefix, door.secret = (HOST, gateway.server_port), "/api", "s3cret"
    serve(gateway)
    serve(door)
    yield door
    door.close()
    gateway.shutdown()
    gateway.server_close()


@pytest.fixture
def client(door: Door) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(HOST, door.server_port, timeout=5)
    yield connection
    connection.close()


def ask(client: http.client.HTTPConnection, *request: Any, **options: Any) -> tuple[int, Any]:
    client.request(*request, **options)
    reply = client.getresponse()
    payload = reply.read()
    return reply.status, json.loads(payload) if payload else None


def test_a_request_reaches_the_api_with_the_doors_proof(client: http.client.HTTPConnection) -> None:
    status, asked = ask(client, "GET", "/v1/me?x=%C3%A9", headers={"X-Forwarded-For": "1.1.1.1"})
    assert (status, asked["path"]) == (200, "/api/v1/me?x=%C3%A9")
    assert asked["headers"]["X-Origin-Secret"] == "s3cret"
    assert asked["headers"]["CloudFront-Viewer-Address"].startswith("127.0.0.1:")
    assert "X-Forwarded-For" not in asked["headers"]


def test_a_connection_serves_many_requests(client: http.client.HTTPConnection) -> None:
    for number in range(3):
        assert ask(client, "POST", "/v1", body=b"x" * number)[1]["body"] == number
        assert ask(client, "HEAD", "/v1") == (200, None)
        assert ask(client, "DELETE", "/v1")[1]["method"] == "DELETE"


def test_an_unknown_path_is_a_404_in_json(client: http.client.HTTPConnection) -> None:
    assert ask(client, "GET", "/nowhere") == (404, {"error": "Not found.", "code": "not_found"})


def test_a_body_in_chunks_arrives_whole(client: http.client.HTTPConnection) -> None:
    chunks = iter([b"one", b"", b"two"])
    assert ask(client, "POST", "/v1", body=chunks, encode_chunked=True)[1]["body"] == 6


@pytest.mark.parametrize(
    ("label", "request_head", "status"),
    [
        ("too long", f"POST / HTTP/1.1\r\nContent-Length: {LIMIT * 20}\r\n\r\n", 413),
        ("too long in chunks", f"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{LIMIT + 1:x}\r\n", 413),
        ("a length that is none", "POST / HTTP/1.1\r\nContent-Length: ten\r\n\r\n", 400),
        ("a negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        ("a chunk that is none", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        ("an unknown method", "BREW / HTTP/1.1\r\n\r\n", 405),
        ("no HTTP at all", "hello\r\n\r\n", 400),
        ("an HTTP of tomorrow", "GET / HTTP/9.9\r\n\r\n", 505),
        ("too many headers", "GET / HTTP/1.1\r\n" + "A: b\r\n" * 200 + "\r\n", 431),
        ("a line too long", f"GET /{'a' * 70_000} HTTP/1.1\r\n\r\n", 414),
    ],
    ids=lambda value: value if isinstance(value, str) and "\r" not in value else "",
)
def test_what_is_no_fair_request_is_refused_in_json(door: Door, label: str, request_head: str, status: int) -> None:
    with socket.create_connection((HOST, door.server_port), timeout=5) as raw:
        raw.sendall(request_head.encode())
        raw.shutdown(socket.SHUT_WR)
        reply = http.client.HTTPResponse(raw)
        reply.begin()
        said = json.loads(reply.read())
        reply.close()
    assert (reply.status, set(said)) == (status, {"error", "code"}), label


def test_an_api_that_does_not_answer_is_a_502_in_json() -> None:
    with socket.socket() as unused:
        unused.bind((HOST, 0))
        door = Door((HOST, 0))
        door.upstream = unused.getsockname()
        serve(door)
        client = http.client.HTTPConnection(HOST, door.server_port, timeout=5)
        assert ask(client, "GET", "/v1")[0] == 502
        client.close()
        door.close()
