"""An AWS that knows one slug and forgets every write: what a benchmark talks to in the place of DynamoDB and SQS.

    .venv/bin/python -m bench.stub [slug]    prints its port, and answers until its standard input ends

A process of its own, so that its work is in nobody's figures. It answers on connections that are kept alive, with the
headers that DynamoDB sends. `GET /` tells how often each operation was asked for, as JSON.
"""

import hashlib
import http.client
import json
import subprocess
import sys
import threading
import uuid
import zlib
from base64 import b32encode, b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any, Final, cast

ROOT: Final = Path(__file__).resolve().parent.parent
HOST: Final = "127.0.0.1"
SLUG: Final = "spring"
DESTINATION: Final = "https://example.com/spring"

Item = dict[str, dict[str, Any]]


def slug_item(slug: str) -> Item:
    """What the objects table holds of an active slug, in DynamoDB's own JSON."""
    return {
        "pk": {"S": f"slug#{slug}"},
        "sk": {"S": "slug"},
        "organization": {"N": "375299968947541"},
        "link": {"N": "375299968947542"},
        "location": {"S": DESTINATION},
        "status": {"S": "active"},
        "redirect_type": {"N": "302"},
        "hashing_key": {"B": b64encode(bytes(range(32))).decode()},
        "slots": {"N": "1"},
        "markers": {"N": "1"},
    }


class Stub(ThreadingHTTPServer):
    """The server; `asked` counts requests by operation."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, slug: str = SLUG) -> None:
        super().__init__((HOST, 0), _Request)
        self.item = slug_item(slug)
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}"

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request, which is counted."""
        with self._lock:
            self.asked[operation] += 1
        if operation == "GetItem":
            return {"Item": self.item} if request["Key"]["pk"] == self.item["pk"] else {}
        if operation == "SendMessage":
            digest = hashlib.md5(request["MessageBody"].encode(), usedforsecurity=False).hexdigest()
            return {"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": digest}
        return {}


class _Request(BaseHTTPRequestHandler):
    server: Stub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service, _, operation = self.headers["X-Amz-Target"].partition(".")
        kind = "application/x-amz-json-1.0"
        self._send(self.server.answer(operation, request), kind, checked=service.startswith("DynamoDB"))

    def do_GET(self) -> None:
        self._send(dict(self.server.asked), "application/json")

    def _send(self, answer: dict[str, Any], kind: str, checked: bool = False) -> None:
        payload = json.dumps(answer).encode()
        headers = {
            "Server": "Server",
            "Date": formatdate(usegmt=True),
            "Content-Type": kind,
            "Content-Length": str(len(payload)),
            "Connection": "keep-alive",
            "x-amzn-RequestId": b32encode(uuid.uuid4().bytes * 2).decode()[:52],
            **({"x-amz-crc32": str(zlib.crc32(payload))} if checked else {}),
        }
        self.send_response_only(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args: Any) -> None:
        """Nothing: a line a request would be most of its work."""


@dataclass(frozen=True)
class Running:
    """A stub in a process of its own."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def asked(self) -> dict[str, int]:
        """How often each operation was asked for."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        connection.request("GET", "/")
        counted: dict[str, int] = json.loads(connection.getresponse().read())
        connection.close()
        return counted

    def environment(self) -> dict[str, str]:
        """Where a function finds it: the variables that Lambda and the stack would set."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "AWS_SESSION_TOKEN": "token" * 150,  # about as long as a role's
            "OBJECTS_TABLE": "objects",
            "SCANS_TABLE": "scans",
            "SPILL_QUEUE_URL": f"{self.url}/123456789012/spill",
        }


@contextmanager
def running(slug: str = SLUG) -> Iterator[Running]:
    """A stub in a process of its own, which ends with the block, or with this process."""
    command = [sys.executable, "-m", "bench.stub", slug]
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:  # which closes its input at the end
        yield Running(int(cast(IO[str], process.stdout).readline()))


def main() -> None:
    with Stub(*sys.argv[1:2]) as stub:
        threading.Thread(target=stub.serve_forever, daemon=True).start()
        print(stub.server_port, flush=True)
        sys.stdin.read()
        stub.shutdown()


if __name__ == "__main__":
    main()
