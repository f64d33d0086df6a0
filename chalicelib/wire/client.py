"""Requests to DynamoDB and SQS, in the protocol that both speak: a POST of JSON, its operation in `X-Amz-Target`.

Like the SDK's standard mode with two attempts, each signed anew: another one follows when nobody answered, the service
is ill, or it is asked too much, and after a pause that is drawn by lot.
"""

import json
import os
import time
from binascii import crc32
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.wire.answers import Answer
from chalicelib.wire.connections import exchange
from chalicelib.wire.credentials import credentials
from chalicelib.wire.endpoints import endpoint, region
from chalicelib.wire.failed import Failed
from chalicelib.wire.signing import Scope, signed

ATTEMPTS: Final = 2
LONGEST_PAUSE_SECONDS: Final = 0.1  # the standard mode's second would be a visitor's

# As in the SDK's standard mode (botocore/retries/standard.py).
PASSING_STATUSES: Final = frozenset({500, 502, 503, 504})
PASSING_CODES: Final = frozenset(
    {
        *("RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "TransactionInProgressException"),
        *(
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "EC2ThrottledException",
            "TooManyRequestsException",
        ),
        *("RequestThrottled", "RequestThrottledException", "RequestLimitExceeded", "LimitExceededException"),
        *("ProvisionedThroughputExceededException", "BandwidthLimitExceeded", "SlowDown"),
    }
)


class Client:
    """Asks one service. `target` is the version of its protocol, as operations are spelled with it."""

    def __init__(self, service: str, target: str) -> None:
        self.service = service
        self.target = target

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request; both in the service's own JSON. Raises Failed after the last attempt."""
        body = json.dumps(request).encode()
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(operation, body)
            except Failed as failed:
                if not failed.passes:
                    raise
            time.sleep(os.urandom(1)[0] / 255 * LONGEST_PAUSE_SECONDS)
        return self._attempt(operation, body)

    def _attempt(self, operation: str, body: bytes) -> dict[str, Any]:
        scope = Scope(region(), self.service)
        place = endpoint(self.service, scope.region)
        headers = {
            "host": place.authority,
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": f"{self.target}.{operation}",
        }
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time_ns() // 1_000_000_000))
        try:
            return _read(exchange(place, signed(headers, body, credentials(), scope, at), body))
        except OSError as error:
            raise Failed(type(error).__name__, passes=True) from error


DYNAMODB: Final = Client("dynamodb", "DynamoDB_20120810")
SQS: Final = Client("sqs", "AmazonSQS")


def _read(answer: Answer) -> dict[str, Any]:
    """What an answer says. Raises Failed for a refusal, and for what is damaged (DynamoDB tells its checksum)."""
    said = _object(answer.body)
    if answer.status != 200:
        code = str(said.get("__type", answer.status)).rpartition("#")[2] if said else str(answer.status)
        raise Failed(code, passes=answer.status in PASSING_STATUSES or code in PASSING_CODES)
    checksum = answer.headers.get("x-amz-crc32")
    if said is None or (checksum and checksum != str(crc32(answer.body))):
        raise Failed("DamagedAnswer", passes=True)
    return said


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
