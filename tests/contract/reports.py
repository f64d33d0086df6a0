"""Codes with scans, campaigns and clients, by the `reporting` API."""

from itertools import count
from typing import Any, Final

import pytest

from chalicelib import ids
from chalicelib.core.days import parse_time
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import accounts, counting, keys
from chalicelib.services.keys import NewKey
from chalicelib.store import scans
from tests.api.calls import Caller
from tests.e2e.agents import IPHONE_SAFARI
from tests.world import now_ms

BASE: Final = "/api/v1/external/reporting"
NOW: Final = parse_time("2026-05-15T12:00:00Z") or 0  # a Friday

_numbers = count(1)


def stop_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is NOW in the API."""
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: NOW)
    monkeypatch.setattr(ids, "_last", 0)


def scan(caller: Caller, code: str, at: str = "2026-05-15T11:00:00Z", agent: str = IPHONE_SAFARI, **facts: Any) -> None:
    """A scan of a code, folded."""
    number, ms = ids.parse(code), parse_time(at)
    assert number is not None and ms is not None
    key = ScanKey(caller.organization, number, 0, ms, f"{next(_numbers):016x}")
    scans.put_new(Arrival(key, Facts(**{"address": "a", "agent": "x", **facts}), Unjudged(agent)).attributes())
    counting.settle(scans.read([key]))


def new_qr(caller: Caller, **body: Any) -> str:
    """The id of a new code."""
    return ids.spell("qr", ids.parse(caller.create(**body)["id"]) or 0)


def get(caller: Caller, path: str) -> Any:
    """What a path answers."""
    answer = caller.call("GET", f"{BASE}/{path}")
    assert answer.status == 200, answer.json
    return answer.json["data"]


def send(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    """What is answered to something that is written."""
    answer = caller.call(method, f"{BASE}/{path}", body)
    assert answer.status in (200, 201), answer.json
    assert answer.json["status"] == answer.status
    return answer.json["data"]


def new_campaign(caller: Caller, name: str = "Q3 Billboards", **body: Any) -> str:
    """The id of a new campaign."""
    return str(send(caller, "POST", "campaigns", {"name": name, **body})["id"])


def new_client(caller: Caller, name: str = "Acme Corp", **body: Any) -> str:
    """The id of a new client."""
    return str(send(caller, "POST", "clients", {"name": name, **body})["id"])


def key_of(caller: Caller, client: str) -> Caller:
    """Somebody with a client's own key."""
    made = keys.create(accounts.authenticate(caller.key), NewKey(client=ids.parse(client)), now_ms())
    return Caller(made.text, caller.organization, caller.member)
