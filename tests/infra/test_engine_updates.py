"""Updates of a stack in the embedded AWS, in this process: what is in a table or a queue stays."""

import asyncio
import copy
import itertools
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.core.lambda_runtime import Worker
from ministack.services import apigateway_v1, cloudformation, dynamodb, sqs
from ministack.services.cloudformation import changesets, provisioners, stacks

from infra.embedded.updates import update_in_place

TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "day", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    },
}
BY_DAY = {
    "IndexName": "by_day",
    "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}
API: dict[str, Any] = {
    "Type": "AWS::ApiGateway::RestApi",
    "Properties": {"Body": {"info": {"title": "api"}, "paths": {"/old": {"get": {}}}}},
}


@pytest.fixture(autouse=True)
def patched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """MiniStack as the engine's script has it, for one test."""
    handlers = {kind: dict(handler) for kind, handler in provisioners._RESOURCE_HANDLERS.items()}
    monkeypatch.setattr(provisioners, "_RESOURCE_HANDLERS", handlers)
    monkeypatch.setattr(stacks, "_delete_resource", stacks._delete_resource)
    monkeypatch.setattr(Worker, "kill", Worker.kill)
    update_in_place()
    yield
    for service in (cloudformation, dynamodb, sqs, apigateway_v1):
        service.reset()


class Stack:
    """A stack of its own, deployed by MiniStack's own code."""

    numbers = itertools.count()

    def __init__(self, **resources: dict[str, Any]) -> None:
        self.name = f"stack{next(self.numbers)}"
        self.resources = copy.deepcopy(resources)
        assert self.deploy("CREATE") == "CREATE_COMPLETE"

    def deploy(self, kind: str = "UPDATE") -> str:
        """Bring it to what its resources are now; the status that it has then."""
        asyncio.run(self._execute(kind))
        return str(cloudformation._stacks[self.name]["StackStatus"])

    async def _execute(self, kind: str) -> None:
        asked = {"StackName": self.name, "ChangeSetName": f"changes{next(self.numbers)}", "ChangeSetType": kind}
        body = json.dumps({"Resources": self.resources})
        assert changesets._create_change_set({**asked, "TemplateBody": body})[0] == 200
        assert changesets._execute_change_set(asked)[0] == 200
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    def physical(self, logical: str) -> str:
        return str(cloudformation._stacks[self.name]["_resources"][logical]["PhysicalResourceId"])

    def table(self) -> dict[str, Any]:
        table: dict[str, Any] = dynamodb._tables[self.physical("Table")]
        return table


def test_a_changed_table_keeps_its_items_its_name_and_its_stream() -> None:
    stack = Stack(Table=TABLE)
    table, stream = stack.table(), stack.table()["LatestStreamArn"]
    table["items"]["one"] = {"pk": {"S": "one"}}
    stack.resources["Table"]["Properties"] |= {"DeletionProtectionEnabled": True, "GlobalSecondaryIndexes": [BY_DAY]}
    assert stack.deploy() == "UPDATE_COMPLETE"
    assert stack.table() is table
    assert table["items"] == {"one": {"pk": {"S": "one"}}}
    assert table["DeletionProtectionEnabled"]
    assert table["GlobalSecondaryIndexes"] == [BY_DAY]
    assert table["LatestStreamArn"] == stream


@pytest.mark.parametrize("wanted", [None, {"StreamViewType": "KEYS_ONLY"}])
def test_a_stream_that_shows_something_else_is_another_one(wanted: dict[str, str] | None) -> None:
    stack = Stack(Table=TABLE)
    stream = stack.table()["LatestStreamArn"]
    stack.resources["Table"]["Properties"]["StreamSpecification"] = wanted or {}
    assert stack.deploy() == "UPDATE_COMPLETE"
    assert stack.table()["LatestStreamArn"] != stream
    assert bool(stack.table()["LatestStreamArn"]) is bool(wanted)


@pytest.mark.parametrize(
    "change",
    [
        {"KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}]},
        {"TableName": "other"},
        {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}]},
    ],
)
def test_a_table_that_would_be_replaced_is_refused_and_nothing_is_deleted(change: dict[str, Any]) -> None:
    stack = Stack(Before=TABLE, Table=TABLE)
    before = dynamodb._tables[stack.physical("Before")]
    stack.resources["Table"]["Properties"] |= change
    assert stack.deploy() == "UPDATE_ROLLBACK_COMPLETE"
    assert dynamodb._tables[stack.physical("Before")] is before
    assert stack.table()


def test_what_a_failed_update_made_new_goes_again() -> None:
    stack = Stack(Table=TABLE)
    stack.resources |= {"New": QUEUE, "Zero": {"Type": "AWS::Nothing::Known"}}
    assert stack.deploy() == "UPDATE_ROLLBACK_COMPLETE"
    assert not sqs._queues


def test_a_changed_queue_keeps_its_messages() -> None:
    stack = Stack(Queue=QUEUE)
    queue = sqs._queues[stack.physical("Queue")]
    queue["messages"].append({"body": "kept"})
    stack.resources["Queue"]["Properties"] = {"VisibilityTimeout": 60, "MessageRetentionPeriod": 1_209_600}
    assert stack.deploy() == "UPDATE_COMPLETE"
    assert sqs._queues[stack.physical("Queue")] is queue
    assert queue["messages"] == [{"body": "kept"}]
    assert queue["attributes"]["VisibilityTimeout"] == "60"


def test_a_queue_of_another_name_is_refused() -> None:
    stack = Stack(Queue=QUEUE)
    stack.resources["Queue"]["Properties"] = {"QueueName": "other"}
    assert stack.deploy() == "UPDATE_ROLLBACK_COMPLETE"


def test_an_api_with_other_routes_keeps_its_id() -> None:
    stack = Stack(Api=API)
    known = stack.physical("Api")
    stack.resources["Api"]["Properties"] = {"Body": {"info": {"title": "api"}, "paths": {"/new": {"get": {}}}}}
    assert stack.deploy() == "UPDATE_COMPLETE"
    assert stack.physical("Api") == known
    assert list(apigateway_v1._rest_apis) == [known]
    assert {it["path"] for it in apigateway_v1._resources[known].values()} == {"/", "/new"}


def test_a_function_that_is_replaced_finishes_what_it_is_at() -> None:
    ended = threading.Event()

    class Process:
        def poll(self) -> None:
            return None

        def terminate(self) -> None:
            ended.set()

    worker = Worker("function", {}, b"")
    worker._proc = Process()
    with worker._lock:  # as long as it is invoked
        worker.kill()
        assert not ended.wait(0.05)
    assert ended.wait(5)
