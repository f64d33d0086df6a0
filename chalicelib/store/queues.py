"""Messages to the queues of the stack."""

import json
from functools import cache
from typing import Any

import boto3

from chalicelib.config import settings


def send_job(job: dict[str, Any], delay_seconds: int = 0) -> None:
    """Ask the jobs function to work on something. The order itself is in a table: a lost message only delays it."""
    _client().send_message(QueueUrl=settings().jobs_queue_url, MessageBody=json.dumps(job), DelaySeconds=delay_seconds)


@cache
def _client() -> Any:
    return boto3.client("sqs")
