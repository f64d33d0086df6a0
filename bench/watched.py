"""What a call of the application asks DynamoDB for: its requests, their read units and the bytes of their answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from botocore.httpsession import URLLib3Session

from bench import capacity
from chalicelib.api import http, requests


@dataclass
class Watched:
    """Of one call, beside the key check: what is asked before the route's own code begins is in `checks` alone."""

    operations: list[str] = field(default_factory=list)
    units: float = 0
    received: int = 0
    checks: int = 0
    checking: bool = False


@contextmanager
def watching() -> Iterator[Watched]:
    """Watch what is called meanwhile in this process."""
    found = Watched()
    call, send, admitted = BaseClient._make_api_call, URLLib3Session.send, requests.admitted

    def called(client: Any, operation: str, request: dict[str, Any]) -> Any:
        answer = call(client, operation, request)
        if found.checking:
            found.checks += 1
        else:
            found.operations.append(operation)
            found.units += capacity.read_units(operation, request, answer)
        return answer

    def sent(session: Any, request: Any) -> Any:
        answer = send(session, request)
        found.received += 0 if found.checking else len(answer.content)
        return answer

    def checked(*arguments: Any) -> Any:
        found.checking = True
        try:
            return admitted(*arguments)
        finally:
            found.checking = False

    with (
        mock.patch.object(BaseClient, "_make_api_call", called),
        mock.patch.object(URLLib3Session, "send", sent),
        mock.patch.object(http, "admitted", checked),
    ):
        yield found
