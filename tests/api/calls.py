"""Calls of the application in process, as API Gateway makes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalice.test import Client

from app import app
from chalicelib.api import mcp
from chalicelib.core.days import month_of
from chalicelib.core.plans import Meter
from chalicelib.services import accounts
from chalicelib.store.creates import UsageItem
from tests.api import described
from tests.world import now_ms


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    json: Any
    body: bytes = b""


@dataclass(frozen=True)
class Caller:
    """Somebody with a key; every call is one request."""

    key: str
    organization: int
    member: int

    def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str) -> Answer:
        """A request; `body` is sent as JSON, `raw` as it is, header names are spelled with underscores."""
        sent = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with Client(app) as client:
            response = client.http.request(
                method, path, {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **named}, sent
            )
        answer = Answer(response.status_code, _lower(response.headers), _json(response.body), response.body)
        if "+}" not in path and path != mcp.PATH:
            media = answer.headers.get("content-type", "application/json").split(";")[0]
            described.check(method, path, answer.status, answer.json, media)
        return answer

    def has_made(self, codes: int, meter: Meter = Meter.QR_GENERATED) -> None:
        """Let a meter of this month stand there, without making as many."""
        UsageItem(str(self.organization), f"usage#{month_of(now_ms())}#{meter}", created=codes).save()

    def create(self, **body: Any) -> dict[str, Any]:
        """A new dynamic code."""
        answer = self.call("POST", "/v1/dynamic", {"destination": "https://example.com/", **body})
        assert answer.status == 201, answer.json
        created: dict[str, Any] = answer.json
        return created


def new_caller(name: str = "Acme", plan: str | None = None, scopes: frozenset[str] | None = None) -> Caller:
    """An organization, its owner and a key, whose use is noted already: so what is refused writes nothing."""
    organization, owner = accounts.create_organization(name, f"{name}@example.com", now_ms(), plan)
    given = {} if scopes is None else {"scopes": scopes}
    key = accounts.create_key(organization.number, owner.number, now_ms(), "oqr_", **given)
    accounts.authenticate(key)
    return Caller(key, organization.number, owner.number)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body or b"null")
    except ValueError:
        return body.decode(errors="replace")


def _lower(headers: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in headers.items()}
