"""Speaks to a deployment over HTTP, as its users do."""

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from infra.account import Account
from infra.errors import StackError

TIMEOUT_SECONDS = 35  # API Gateway gives up after 29
PAUSE_SECONDS = 3


class Answer(NamedTuple):
    """An answer's status, its headers with names in lower case, and its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """What the body says."""
        return json.loads(self.body)


class Site:
    """What answers at a URL, which has no slash at its end; redirects are not followed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._parts = urlsplit(url)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        """Send a request, with a body as JSON if there is one. Raises OSError and HTTPException."""
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_SECONDS)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, self._parts.path + path, sent, dict(headers))
            reply = connection.getresponse()
            return Answer(reply.status, {name.lower(): text for name, text in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def wait(self, seconds: float) -> None:
        """Return when it answers well: a new name takes its time to be known. Raises StackError."""
        deadline = time.monotonic() + seconds
        while (problem := self._problem()) and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
        if problem:
            raise StackError(f"{self.url} does not answer well after {seconds:.0f} s: {problem}")

    def _problem(self) -> str:
        """Why it is not there, '' when it is."""
        try:
            status = self.ask("GET", "/healthz", {}).status
        except (OSError, http.client.HTTPException) as error:
            return str(error) or type(error).__name__
        return "" if status == 200 else f"status {status}"


def site_of(account: Account, outputs: Mapping[str, str]) -> Site:
    """Where a stack with these outputs is reached: an embedded AWS has no names for it."""
    if account.is_embedded:
        stage = urlsplit(outputs["EndpointURL"]).path.strip("/")
        return Site(f"{account.endpoint}/_aws/execute-api/{outputs['RestAPIId']}/{stage}")
    return Site(url_of(outputs))


def url_of(outputs: Mapping[str, str]) -> str:
    """What people use of a stack with these outputs; one of release 0.9 names its API alone."""
    return outputs.get("Url") or outputs["EndpointURL"].rstrip("/")
