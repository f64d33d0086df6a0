"""Everything that a running stack stores, queues and logs, piece by piece.

Left out, because it is there by design: the raw user agent on a scan that is not counted yet. So it is in the image of
the pending scan in the table's stream, which DynamoDB keeps for 24 hours (`pending_agents` tells of these alone). On
AWS it is in point-in-time backups of that moment as well, and there is none here. The file that keeps the owner's key
for `make serve` is no table, queue or log.
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from infra import aws
from infra.local import LocalStack
from tests.e2e.observed import eventually
from tests.e2e.traces import Piece

Image = Mapping[str, Mapping[str, Any]]


def everything(stack: LocalStack) -> list[Piece]:
    return [*_tables(stack), *_streams(stack), *_queues(stack), *_logs(stack), *_engine_logs(stack)]


def pending_agents(stack: LocalStack) -> list[Piece]:
    """The raw user agents in the stream's images of pending scans: what `everything` leaves out."""
    return [
        Piece(table, str(image["user_agent"]["S"]).encode())
        for table, image in _images(stack)
        if "pending" in image and "user_agent" in image
    ]


def _tables(stack: LocalStack) -> Iterator[Piece]:
    dynamodb = aws.clients(stack.aws_endpoint)("dynamodb")
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            for item in page["Items"]:
                yield from _attributes(table, item)


def _streams(stack: LocalStack) -> Iterator[Piece]:
    for table, image in _images(stack):
        raw = {"user_agent"} if "pending" in image else set()
        yield from _attributes(f"stream of {table}", {name: v for name, v in image.items() if name not in raw})


def _images(stack: LocalStack) -> Iterator[tuple[str, Image]]:
    streams = aws.clients(stack.aws_endpoint)("dynamodbstreams")
    for stream in streams.list_streams()["Streams"]:
        arn = stream["StreamArn"]
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            at = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            iterator = streams.get_shard_iterator(**at)["ShardIterator"]
            while iterator:
                answer = streams.get_records(ShardIterator=iterator)
                for record in answer["Records"]:
                    for name in record["dynamodb"].keys() & {"NewImage", "OldImage"}:
                        yield stream["TableName"], record["dynamodb"][name]
                iterator = answer.get("NextShardIterator") if answer["Records"] else None


def _attributes(where: str, item: Image) -> Iterator[Piece]:
    for name, typed in item.items():
        ((kind, value),) = typed.items()
        content = value if kind == "B" else (value if kind in ("S", "N") else json.dumps(value, default=str)).encode()
        yield Piece(f"{where}, {name}", content)


def _queues(stack: LocalStack) -> Iterator[Piece]:
    """Every message, dead letters too; they stay. What a function works on is waited for."""
    queues = aws.clients(stack.aws_endpoint)("sqs")

    def count(url: str, kind: str) -> int:
        name = f"ApproximateNumberOfMessages{kind}"
        return int(queues.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])

    def is_idle(url: str) -> bool:
        return count(url, "NotVisible") == 0

    seen: dict[str, str] = {}

    def is_whole(url: str) -> bool:
        """Whether as many were seen as there are; a function may take some meanwhile."""
        waiting = count(url, "")
        seen.clear()
        seen.update(_messages(queues, url))
        return len(seen) >= waiting

    for url in queues.list_queues()["QueueUrls"]:
        assert eventually(partial(is_idle, url)), f"{url} has messages in flight"
        assert eventually(partial(is_whole, url)), f"{url} has messages that nobody gets"
        yield from [Piece(f"queue {url}", text.encode()) for text in seen.values()]


def _messages(queues: Any, url: str) -> dict[str, str]:
    """The messages that wait in a queue, by their ids; all of them are put back."""
    held: dict[str, Any] = {}
    while got := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30).get("Messages"):
        held |= {message["MessageId"]: message for message in got}
    for message in held.values():
        queues.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return {name: json.dumps(message) for name, message in held.items()}


def _logs(stack: LocalStack) -> Iterator[Piece]:
    logs = aws.clients(stack.aws_endpoint)("logs")
    for group in logs.get_paginator("describe_log_groups").paginate().search("logGroups[].logGroupName"):
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            yield from (Piece(f"log {group}", event["message"].encode()) for event in page["events"])


def _engine_logs(stack: LocalStack) -> Iterator[Piece]:
    """What the functions print is in the engine's log here."""
    for path in stack.folder.glob("*.log*"):
        yield from (Piece(path.name, line) for line in path.read_bytes().splitlines())
