"""A door to the tables of the `world` fixture for another process: moto over HTTP, on loopback."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from moto.core.models import botocore_stubber

REGION = os.environ.get("AWS_DEFAULT_REGION", "eu-west-1")


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = f"https://dynamodb.{REGION}.amazonaws.com/"
        asked = AWSPreparedRequest("POST", url, HeadersDict(self.headers.items()), body, stream_output=False)
        done = botocore_stubber.process_request(asked)
        if done is None:
            raise RuntimeError("moto knows no such service")
        status, headers, answer = done
        payload = answer.encode() if isinstance(answer, str) else answer
        self.send_response(status)
        for name in headers.keys() - {"content-length", "Content-Length"}:
            self.send_header(name, str(headers[name]))
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@contextmanager
def moto_door() -> Iterator[str]:
    """Where another process finds the tables of this one, for `AWS_ENDPOINT_URL`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Request) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
