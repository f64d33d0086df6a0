"""A boto3 client that answers what a test says; botocore checks requests and answers against AWS's own descriptions."""

from typing import Any

import boto3
from botocore.stub import Stubber


class Stubbed:
    """A service; `client` speaks to it. Calls must come in the order of `answers`."""

    def __init__(self, service: str) -> None:
        self.client = boto3.client(
            service, region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        self._stubber = Stubber(self.client)
        self._stubber.activate()

    def answers(self, operation: str, answer: dict[str, Any], asked: dict[str, Any] | None = None) -> "Stubbed":
        """Answer the next call; with `asked` it must be that one."""
        self._stubber.add_response(operation, answer, asked)
        return self

    def refuses(self, operation: str, code: str, message: str = "") -> "Stubbed":
        """Refuse the next call."""
        self._stubber.add_client_error(operation, code, message, http_status_code=400)
        return self

    def is_done(self) -> None:
        """Everything was asked for."""
        self._stubber.assert_no_pending_responses()
