"""Between the SDKs and the engine. Everything above is the product's own and its SDKs', with their own retries.

Every call is two turns: one before it reaches the engine, one before its answer is read. A fault strikes at either.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

from chalicelib.wire.answers import Answer as Exchanged
from chalicelib.wire.endpoints import Endpoint
from tests.chaos import faults as f
from tests.chaos.engine import Answer, Engine
from tests.chaos.faults import Faults
from tests.chaos.schedule import Actor, Killed, Schedule

MULTI = ("BatchGetItem", "Query", "BatchWriteItem", "SendMessageBatch")
SENDS = ("SendMessage", "SendMessageBatch")
LONGEST_LATE_MS = 4_000


@dataclass
class Wire:
    """The only way to the engine. `watchers` see each request that takes effect, and its answer."""

    engine: Engine
    schedule: Schedule
    faults: Faults
    queue: Callable[[dict[str, Any]], None]
    watchers: list[Callable[[str, dict[str, Any], Answer], None]] = field(default_factory=list)
    senders: dict[Actor | None, Callable[[dict[str, Any]], None]] = field(default_factory=dict)
    calls: int = 0
    chosen: Callable[[int, str], str | None] | None = None
    late_by: int | None = None  # calls, for a request that is late; None for any time, or never
    under_way: list[tuple[int, str, bytes]] = field(default_factory=list)
    down: frozenset[str] = frozenset()

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """What botocore calls to send a request. Raises what a connection raises, or Killed."""
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).split(".")[-1]
        body = request.body if isinstance(request.body, bytes) else request.body.encode()
        answer = self._call(operation, body, request.url)
        return AWSResponse(request.url, answer.status, answer.headers, _Raw(answer.body))

    def exchange(self, endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Exchanged:
        """What the redirect calls, which signs by hand, to send a request. Raises OSError, or Killed."""
        try:
            answer = self._call(headers["x-amz-target"].split(".")[-1], body, f"https://{endpoint.authority}/")
        except (ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError) as error:
            raise ConnectionError(type(error).__name__) from error
        return Exchanged(*answer)

    def _call(self, operation: str, body: bytes, url: str) -> Answer:
        self.calls += 1
        self._announce(operation, body)
        fault = self._fault(operation, body)
        self._before(fault, operation, body, url)
        self.schedule.pause()
        self._arrive()
        answer = self._answered(fault, operation, body)
        self.schedule.pause()
        if fault == f.KILLED_AFTER:
            raise Killed
        if fault == f.ANSWER_LOST:
            raise self.faults.chance.choice((ReadTimeoutError, ConnectionClosedError))(endpoint_url=url)
        return answer

    def _announce(self, operation: str, body: bytes) -> None:
        """Tell a redirect's keeper which scan it is about to write."""
        tell = self.senders.get(self.schedule.current)
        if tell and operation == "PutItem":
            tell(json.loads(body)["Item"])

    def _fault(self, operation: str, body: bytes) -> str | None:
        if self.down & _written(operation, json.loads(body)):
            self.faults.note(f.OUTAGE)
            return f.THROTTLED
        if self.schedule.current is None:
            return None  # the harness itself
        fault = self.chosen(self.calls, operation) if self.chosen else self.faults.of_call()
        if fault == f.PARTIAL and operation not in MULTI:
            return None
        if fault == f.CONFLICT and operation in (*MULTI, "GetItem", *SENDS):
            return None
        if fault:
            self.faults.note(fault)
        return fault

    def _before(self, fault: str | None, operation: str, body: bytes, url: str) -> None:
        """Faults that strike before the engine has the request."""
        if fault == f.KILLED_BEFORE:
            raise Killed
        if fault == f.REQUEST_LOST:
            raise ConnectTimeoutError(endpoint_url=url)
        if fault in (f.KILLED_DURING, f.REQUEST_LATE):
            self._delay(operation, body)
            if fault == f.KILLED_DURING:
                raise Killed
            self.schedule.pause(1000)
            raise ReadTimeoutError(endpoint_url=url)

    def _delay(self, operation: str, body: bytes) -> None:
        if self.late_by is not None:
            self.under_way.append((self.calls + self.late_by, operation, body))
        elif self.faults.chance.random() < 0.7:  # else it never arrives
            late = self.faults.chance.randint(1, LONGEST_LATE_MS)
            self.schedule.add("a late request", lambda: self._apply(operation, body), after_ms=late)

    def _arrive(self) -> None:
        """Let a late request take effect just before the call that it is late by."""
        if self.under_way and self.under_way[0][0] <= self.calls:
            _, operation, body = self.under_way.pop(0)
            self._apply(operation, body)

    def _answered(self, fault: str | None, operation: str, body: bytes) -> Answer:
        if fault == f.THROTTLED:
            return self._throttling(operation, body)
        if fault == f.CONFLICT:
            return _conflict(operation, body)
        if fault == f.INTERNAL_ERROR:
            return Answer.error("InternalServerError")
        if fault == f.PARTIAL:
            return self._partly(operation, body)
        return self._apply(operation, body)

    def _throttling(self, operation: str, body: bytes) -> Answer:
        if operation == "TransactWriteItems" and self.faults.chance.random() < 0.5:
            return _cancelled(body, "ThrottlingError")
        codes = ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded")
        return Answer.error(self.faults.chance.choice(codes))

    def _partly(self, operation: str, body: bytes) -> Answer:
        """A page cut short, or a batch whose second half is left undone. (The whole left undone is throttling.)"""
        request = json.loads(body)
        if operation == "SendMessageBatch":
            return self._sent_in_part(request)
        if operation == "Query":
            return self._apply(operation, json.dumps({**request, "Limit": 1}).encode())
        wanted = request["RequestItems"]
        batch = sorted(((table, one) for table, its in wanted.items() for one in _each(its)), key=json.dumps)
        half = (len(batch) + 1) // 2
        now, later = (_of(wanted, part) for part in (batch[:half], batch[half:]))
        answer = self._apply(operation, json.dumps({**request, "RequestItems": now}).encode())
        left = "UnprocessedKeys" if operation == "BatchGetItem" else "UnprocessedItems"
        done = json.loads(answer.body) | ({left: later} if batch[half:] else {})
        return answer._replace(body=json.dumps(done).encode())

    def _sent_in_part(self, request: dict[str, Any]) -> Answer:
        half = (len(request["Entries"]) + 1) // 2
        answer = self._sent({**request, "Entries": request["Entries"][:half]})
        refused = [{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in request["Entries"]]
        body = json.loads(answer.body) | {"Failed": refused[half:]}
        return answer._replace(body=json.dumps(body).encode())

    def _apply(self, operation: str, body: bytes) -> Answer:
        """The request takes effect."""
        if operation in SENDS:
            return self._sent(json.loads(body))
        answer = self.engine.call(operation, body)
        for watcher in self.watchers:
            watcher(operation, json.loads(body), answer)
        return answer

    def _sent(self, request: dict[str, Any]) -> Answer:
        for entry in _entries(request):
            self.queue(entry)
        successful = [{"Id": entry["Id"], "MessageId": "1"} for entry in request.get("Entries", [])]
        body = {"Successful": successful} if successful else {"MessageId": "1"}
        return Answer(200, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(body).encode())


def _entries(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages of a request."""
    return [{**request, **entry} for entry in request.get("Entries", [request])]


def _written(operation: str, request: dict[str, Any]) -> set[str]:
    """The tables that a request writes to."""
    if operation == "TransactWriteItems":
        return {table for item in request["TransactItems"] for table in _named(item)}
    return _named({operation: request}) if operation in ("PutItem", "UpdateItem", "DeleteItem") else set()


def _named(actions: dict[str, Any]) -> set[str]:
    return {action["TableName"] for action in actions.values()}


def _each(wanted: Any) -> list[Any]:
    """What is wanted of a table: keys to get, or writes."""
    return wanted["Keys"] if isinstance(wanted, dict) else wanted  # type: ignore[no-any-return]


def _of(wanted: dict[str, Any], part: list[tuple[str, Any]]) -> dict[str, Any]:
    """A part of what is wanted of some tables."""
    found: dict[str, Any] = {}
    for table, one in part:
        its = wanted[table]
        into = found.setdefault(table, {**its, "Keys": []} if isinstance(its, dict) else [])
        _each(into).append(one)
    return found


class _Raw(io.BytesIO):
    """A body as urllib3 hands it to botocore."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


def _conflict(operation: str, body: bytes) -> Answer:
    if operation == "TransactWriteItems":
        return _cancelled(body, "TransactionConflict")
    return Answer.error("TransactionConflictException")


def _cancelled(body: bytes, code: str) -> Answer:
    """A transaction refused for its last action, which is some rollup or visitor."""
    n = len(json.loads(body)["TransactItems"])
    reasons = [{"Code": "None"}] * (n - 1) + [{"Code": code, "Message": code}]
    return Answer.error("TransactionCanceledException", CancellationReasons=reasons)
