"""Messages to the queues of the stack."""

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.config import settings
from chalicelib.core.batches import batches
from chalicelib.errors import Unavailable
from chalicelib.store.aws_clients import client, once

LONGEST_DELAY_SECONDS: Final = 900

_MOST_AT_ONCE: Final = 10
_MOST_BYTES_AT_ONCE: Final = 256_000  # of all the bodies of a request together


class Waiting(NamedTuple):
    """A message that was taken from a queue for a while; `receipt` is what deletes it."""

    body: str
    receipt: str


def send_job(job: dict[str, Any], delay_seconds: int = 0) -> None:
    """Ask the jobs function to work on something. The order itself is in a table: a lost message only delays it.

    Raises Unavailable.
    """
    body, url = json.dumps(job), settings().jobs_queue_url
    try:
        _client().send_message(QueueUrl=url, MessageBody=body, DelaySeconds=delay_seconds)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable.storage() from error


def send_deliveries(bodies: Sequence[str], *, slow: bool = False, delay_seconds: int = 0) -> None:
    """Ask for deliveries, many at once: of those who answer quickly, or of the `slow`.

    Raises Unavailable when any was not taken; others may have been.
    """
    url = settings().slow_queue_url if slow else settings().delivery_queue_url
    for batch in _requests(bodies):
        entries = [{"Id": str(n), "MessageBody": body, "DelaySeconds": delay_seconds} for n, body in enumerate(batch)]
        try:
            answer = _client().send_message_batch(QueueUrl=url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable.storage() from error
        if answer.get("Failed"):
            raise Unavailable.storage()


def set_aside(what: dict[str, Any]) -> None:
    """Leave word of an event that could not be told, for people to look at. Raises Unavailable."""
    body, url = json.dumps(what), settings().events_dead_letters_url
    try:
        _client().send_message(QueueUrl=url, MessageBody=body)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable.storage() from error


def take_slow(most: int, wait_seconds: int = 0) -> list[Waiting]:
    """Take messages from the queue of slow deliveries, ten at most; none when there is none. Raises Unavailable."""
    number = min(most, _MOST_AT_ONCE)
    try:
        answer = _client().receive_message(
            QueueUrl=settings().slow_queue_url, MaxNumberOfMessages=number, WaitTimeSeconds=wait_seconds
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable.storage() from error
    return [Waiting(found["Body"], found["ReceiptHandle"]) for found in answer.get("Messages", [])]


def finish_slow(receipts: Sequence[str]) -> None:
    """Delete messages that were taken. One that is not deleted comes again. Raises Unavailable."""
    for part in batches(receipts, _MOST_AT_ONCE):
        entries = [{"Id": str(n), "ReceiptHandle": receipt} for n, receipt in enumerate(part)]
        try:
            _client().delete_message_batch(QueueUrl=settings().slow_queue_url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable.storage() from error


def _requests(bodies: Sequence[str]) -> list[list[str]]:
    """As many bodies in each as one request takes."""
    requests: list[list[str]] = []
    size = _MOST_BYTES_AT_ONCE
    for body in bodies:
        length = len(body.encode())
        if size + length > _MOST_BYTES_AT_ONCE or len(requests[-1]) == _MOST_AT_ONCE:
            requests.append([])
            size = 0
        requests[-1].append(body)
        size += length
    return requests


@once
def _client() -> Any:
    # Who only orders something must not wait for long: an API request has 29 s. The slow lane's poll takes a second.
    return client("sqs", connect_seconds=1, read_seconds=3, tries=2)
