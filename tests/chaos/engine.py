"""DynamoDB for the harness: the embedded engine's own, in this process, without HTTP."""

import json
from collections.abc import Coroutine, Mapping
from typing import Any, NamedTuple

from ministack.services import dynamodb

from tests.world import table_requests

Item = dict[str, Any]


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def error(cls, code: str, **more: object) -> "Answer":
        """An error as DynamoDB words it."""
        body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more}
        status = 500 if code == "InternalServerError" else 400
        return cls(status, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(body).encode())


STREAMS = ("scans", "rollups", "objects")


class Engine:
    """Fresh, empty tables, with streams on those that have one."""

    def __init__(self) -> None:
        dynamodb.reset()
        for request in table_requests():
            if request["TableName"] in STREAMS:
                request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
            self.do("CreateTable", request)

    def call(self, operation: str, body: bytes) -> Answer:
        """One request, carried out at once."""
        answering: Coroutine[Any, Any, Any] = dynamodb.handle_request(
            "POST", "/", {"x-amz-target": f"DynamoDB_20120810.{operation}"}, body, {}
        )
        try:
            answering.send(None)
        except StopIteration as answered:
            status, headers, content = answered.value
            return Answer(status, headers, content if isinstance(content, bytes) else content.encode())
        raise RuntimeError("the engine waits for something")

    def do(self, operation: str, request: Mapping[str, Any]) -> Any:
        """A request of the harness's own. Raises RuntimeError when it is refused."""
        answer = self.call(operation, json.dumps(request).encode())
        if answer.status != 200:
            raise RuntimeError(answer.body)
        return json.loads(answer.body)

    def items(self, table: str) -> list[Item]:
        """Every item of a table."""
        items: list[Item] = self.do("Scan", {"TableName": table})["Items"]
        return items

    def item(self, table: str, key: Item) -> Item | None:
        found: Item | None = self.do("GetItem", {"TableName": table, "Key": key}).get("Item")
        return found

    def records(self, table: str, begin: int) -> list[dict[str, Any]]:
        """A stream's records from one on, oldest first."""
        records: list[dict[str, Any]] = dynamodb.stream_live_records(table)[begin:]
        return records
