"""Messages to the queues of the stack."""

import json
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.config import settings
from chalicelib.errors import Unavailable


def send_job(job: dict[str, Any], delay_seconds: int = 0) -> None:
    """Ask the jobs function to work on something. The order itself is in a table: a lost message only delays it.

    Raises Unavailable.
    """
    body, url = json.dumps(job), settings().jobs_queue_url
    try:
        _client().send_message(QueueUrl=url, MessageBody=body, DelaySeconds=delay_seconds)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable.storage() from error


@cache
def _client() -> Any:
    attempts = {"total_max_attempts": 2, "mode": "standard"}
    return boto3.client("sqs", config=Config(connect_timeout=1, read_timeout=2, retries=attempts))
