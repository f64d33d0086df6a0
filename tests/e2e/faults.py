"""DynamoDB with faults: a proxy on loopback between the functions of a running stack and its tables."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from infra import aws
from infra.local import LocalStack

_THROTTLED = (
    b'{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "message": "Slow."}'
)
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


class Fault(Enum):
    """What is wrong. Where an answer is lost, what was asked for is done."""

    NONE = auto()
    SCANS_THROTTLED = auto()  # writes to the scans table
    DOWN = auto()  # it hangs up on everybody
    UNAVAILABLE = auto()  # it says 503 to everybody
    SOME_ANSWERS_LOST = auto()  # every other one to a write of scans
    PUT_ANSWERS_LOST = auto()  # all of them, to puts of a scan
    PUTS_WAIT = auto()  # those of a scan, until the fault is over


class FaultyDynamo(ThreadingHTTPServer):
    """Passes requests on to the real tables, as its `fault` lets it. `hit` counts what the fault was done to."""

    daemon_threads = True

    def __init__(self, upstream: str, scans_table: str) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.upstream, self.scans_table = urlsplit(upstream).netloc, scans_table
        self.fault, self.hit = Fault.NONE, Counter[str]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def fault_for(self, operation: str, body: bytes) -> Fault:
        """What is wrong with a request; it is noted."""
        fault = self.fault
        if fault in (Fault.DOWN, Fault.UNAVAILABLE):
            self.hit[operation] += 1
            return fault
        if operation not in _WRITES or self.scans_table.encode() not in body:
            return Fault.NONE
        if fault in (Fault.PUT_ANSWERS_LOST, Fault.PUTS_WAIT) and operation != "PutItem":
            return Fault.NONE
        self.hit[operation] += 1
        spared = fault is Fault.SOME_ANSWERS_LOST and self.hit[operation] % 2 == 0
        return Fault.NONE if spared else fault

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """In trouble, and well again afterwards."""
        self.hit.clear()
        self.fault = fault
        try:
            yield
        finally:
            self.fault = Fault.NONE


class _Request(BaseHTTPRequestHandler):
    server: FaultyDynamo
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        fault = self.server.fault_for(operation, body)
        while fault is Fault.PUTS_WAIT:
            time.sleep(0.01)
            fault = self.server.fault
        if fault is Fault.NONE:
            self._answer(*self._pass_on(body))
        elif fault is Fault.SCANS_THROTTLED:
            self._answer(400, {}, _THROTTLED)
        elif fault is Fault.UNAVAILABLE:
            self._answer(503, {}, b"")
        else:
            if fault is not Fault.DOWN:
                self._pass_on(body)
            self.close_connection = True

    def _pass_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.server.upstream, timeout=30)
        connection.request("POST", "/", body, {name: v for name, v in self.headers.items() if name != "Host"})
        answer = connection.getresponse()
        payload = answer.read()
        connection.close()
        return answer.status, {name: v for name, v in answer.getheaders() if name.lower().startswith("x-amz")}, payload

    def _answer(self, status: int, headers: dict[str, str], payload: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args: Any) -> None:
        """Nothing: requests are the tests' own."""


@contextmanager
def faulty_dynamo(
    stack: LocalStack, handlers: set[str], services: tuple[str, ...] = ("DYNAMODB",)
) -> Iterator[FaultyDynamo]:
    """Put the proxy between the tables and the functions with these handlers; they are as they were afterwards.

    Queues can be behind it too, and are down when it is down to everybody.
    """
    proxy = FaultyDynamo(stack.aws_endpoint, stack.environment["SCANS_TABLE"])
    threading.Thread(target=proxy.serve_forever, args=[0.05], daemon=True).start()
    functions = aws.clients(stack.aws_endpoint)("lambda")
    found = [f for f in functions.list_functions()["Functions"] if f["Handler"] in handlers]
    assert len(found) == len(handlers), f"not every one of {handlers} is deployed"
    try:
        for function in found:
            variables = {
                **function["Environment"]["Variables"],
                **{f"AWS_ENDPOINT_URL_{service}": proxy.url for service in services},
            }
            functions.update_function_configuration(
                FunctionName=function["FunctionName"], Environment={"Variables": variables}
            )
        yield proxy
    finally:
        for function in found:
            functions.update_function_configuration(
                FunctionName=function["FunctionName"], Environment=function["Environment"]
            )
        proxy.shutdown()
        proxy.server_close()
