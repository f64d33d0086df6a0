"""A world for tests of the store and the services: the stack's tables, queues and bucket on moto, in process."""

import json
import os
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from moto import mock_aws

from chalicelib.wire.answers import Answer
from chalicelib.wire.endpoints import Endpoint

ENVIRONMENT = {
    "POWERTOOLS_SERVICE_NAME": "quietzone-test",
    "OBJECTS_TABLE": "objects",
    "SCANS_TABLE": "scans",
    "ROLLUPS_TABLE": "rollups",
    "VISITORS_TABLE": "visitors",
    "DELIVERIES_TABLE": "deliveries",
    "SPILL_QUEUE_URL": "",
    "JOBS_QUEUE_URL": "",
    "DELIVERY_QUEUE_URL": "",
    "SLOW_QUEUE_URL": "",
    "EVENTS_DEAD_LETTERS_URL": "",
    "EXPORTS_BUCKET": "exports",
    "SECRETS_PATH": "/quietzone/test",
    "LOCAL_RECEIVERS": "false",
    "MAIL_FROM": "",
    "PUBLIC_URL": "https://qz.example",
    "ORIGIN_SECRET": "origin-secret",
    "PLAN_DEFAULT": "enterprise",
    "CREATES_PER_HOUR": "20",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}
_QUEUES = {
    "SPILL_QUEUE_URL": "spill",
    "JOBS_QUEUE_URL": "jobs",
    "DELIVERY_QUEUE_URL": "delivery",
    "SLOW_QUEUE_URL": "slow",
    "EVENTS_DEAD_LETTERS_URL": "events-dead-letters",
}
_ACCOUNT = "123456789012"
# For how long an answer is worked on before the rest is left to others.
_LIMITS = ("bulk.LONGEST_SECONDS", "bundling.BUILD_SECONDS", "counting.READER_SECONDS", "exporting.BUILD_SECONDS")
# The tables with an index, and the attribute that it goes by.
_INDEXES = {"scans": "day", "deliveries": "wait"}


@dataclass
class World:
    """What tests see of it beside the code under test."""

    dynamodb: Any
    sqs: Any
    s3: Any

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, as DynamoDB's own JSON spells it."""
        items: list[dict[str, Any]] = self.dynamodb.scan(TableName=table)["Items"]
        return items

    def expire_scans(self, before_ms: int | None = None) -> None:
        """Delete raw scans (of before a time) as their TTL does."""
        for item in self.items("scans"):
            if before_ms is None or int(item["sk"]["S"].split("#")[0]) < before_ms:
                self.dynamodb.delete_item(TableName="scans", Key={"pk": item["pk"], "sk": item["sk"]})

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """The bodies of the messages that wait in a queue; they are taken out."""
        return [json.loads(body) for body in self.raw_messages(queue)]

    def raw_messages(self, queue: str) -> list[str]:
        """The same, as texts."""
        url, bodies = os.environ[queue], []
        while found := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                bodies.append(message["Body"])
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


def prepare_environment() -> None:
    """Set what settings are read from; before the first use of the code under test."""
    queues = {name: f"https://sqs.eu-west-1.amazonaws.com/{_ACCOUNT}/{queue}" for name, queue in _QUEUES.items()}
    os.environ.update({**ENVIRONMENT, **queues})


@contextmanager
def world() -> Iterator[World]:
    """Fresh, empty tables and queues, and a bucket. Pauses between attempts of the redirect are over at once, and
    however slow the machine is, nothing is left to others for want of time."""
    with (
        mock_aws(),
        patch("chalicelib.wire.client.exchange", by_moto),
        patch("chalicelib.wire.client.LONGEST_PAUSE_SECONDS", 0.0),
        ExitStack() as patient,
    ):
        for limit in _LIMITS:
            patient.enter_context(patch(f"chalicelib.services.{limit}", 600.0))
        dynamodb, sqs, s3 = _client("dynamodb"), _client("sqs"), _client("s3")
        for request in table_requests():
            dynamodb.create_table(**request)
        for queue in _QUEUES.values():
            sqs.create_queue(QueueName=queue, Attributes={"VisibilityTimeout": "3600"})
        s3.create_bucket(
            Bucket=ENVIRONMENT["EXPORTS_BUCKET"],
            CreateBucketConfiguration={"LocationConstraint": ENVIRONMENT["AWS_DEFAULT_REGION"]},
        )
        yield World(dynamodb, sqs, s3)


def by_moto(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Answer:
    """Carry out what the redirect sends by its own hand, in the place of `chalicelib.wire.connections.exchange`.

    It goes by botocore's client: who watches botocore's calls or lets them fail, meets the redirect's as well.
    """
    service, operation = endpoint.host.split(".")[0], headers["x-amz-target"].split(".")[1]
    try:
        found = getattr(_client(service), xform_name(operation))(**json.loads(body))
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        return Answer(status, {}, json.dumps({"__type": f"com.amazonaws#{error.response['Error']['Code']}"}).encode())
    except BotoCoreError as error:
        raise ConnectionError(type(error).__name__) from error
    return Answer(200, {}, json.dumps(found, default=_text).encode())


def _text(value: bytes) -> str:
    """Bytes as DynamoDB's JSON has them."""
    return b64encode(value).decode()


@cache
def _client(service: str) -> Any:
    """One for all worlds: moto makes boto3 forget its session each time, and a new one takes 0.1 s."""
    return boto3.client(service)


def table_requests() -> Iterator[dict[str, Any]]:
    """What creates each of the stack's tables."""
    for name in ("objects", "scans", "rollups", "visitors", "deliveries"):
        keys = {"pk": "HASH"} if name == "visitors" else {"pk": "HASH", "sk": "RANGE"}
        by = _INDEXES.get(name)
        attributes = [*keys, *([by] if by else [])]
        request: dict[str, Any] = {
            "TableName": name,
            "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            "AttributeDefinitions": [{"AttributeName": each, "AttributeType": "S"} for each in attributes],
            "BillingMode": "PAY_PER_REQUEST",
        }
        yield request | ({"GlobalSecondaryIndexes": [_index(by)]} if by else {})


def _index(by: str) -> dict[str, Any]:
    return {
        "IndexName": f"by_{by}",
        "KeySchema": [{"AttributeName": by, "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def now_ms() -> int:
    return time.time_ns() // 1_000_000
