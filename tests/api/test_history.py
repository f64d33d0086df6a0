"""`/v1/dynamic/{id}/left-out` and `/v1/retention`: decisions about stored scans, over HTTP."""

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.functions import jobs
from chalicelib.services import counting
from chalicelib.store import scans
from tests.api.calls import Caller, new_caller
from tests.e2e.agents import IPHONE_SAFARI
from tests.services.test_history import Context
from tests.world import World, now_ms


def _scan(caller: Caller, code: dict[str, Any]) -> None:
    """A scan made just now, counted."""

    key = ScanKey(caller.organization, ids.parse(code["id"]) or 0, 0, now_ms(), "0" * 16)
    scans.put_new(Arrival(key, Facts("a", "x", country="GB"), Unjudged(IPHONE_SAFARI)).attributes())
    counting.settle(scans.read([key]))


def test_own_tests_are_left_out_and_shown_as_such(caller: Caller, world: World) -> None:
    code = caller.create()
    _scan(caller, code)
    path = f"/v1/dynamic/{code['id']}"
    ranges = [{"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}]
    answer = caller.call("PUT", f"{path}/left-out", {"ranges": ranges})
    assert (answer.status, answer.json) == (200, {"id": code["id"], "ranges": ranges, "recounting": True})
    assert caller.call("GET", f"{path}/scans").json["recounting"] is True
    jobs.work([{"body": body} for body in world.raw_messages("JOBS_QUEUE_URL")], Context())
    report = caller.call("GET", f"{path}/scans").json
    assert "recounting" not in report
    assert (report["scans"]["total"], report["analytics"]["bots_excluded"]) == (0, 0)
    assert report["analytics"]["own_tests_excluded"] == 1
    assert caller.call("GET", f"{path}/left-out").json == {"id": code["id"], "ranges": ranges, "recounting": False}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "ranges", id="no ranges"),
        pytest.param({"ranges": [{"from": "2026-01-01"}]}, "ranges.0.to", id="no end"),
        pytest.param({"ranges": [{"from": "soon", "to": "2026-01-01"}]}, "ranges.0.from", id="no time"),
        pytest.param({"ranges": [{"from": "2026-01-02", "to": "2026-01-01"}]}, "ranges", id="backwards"),
        pytest.param({"ranges": [], "range": []}, "range", id="a field that is not known"),
        pytest.param({"ranges": [{"start": "2026-01-01", "end": "2026-01-02"}]}, "ranges.0.from", id="other names"),
    ],
)
def test_a_wrong_range_is_refused_by_name(caller: Caller, body: dict[str, Any], field: str) -> None:
    path = f"/v1/dynamic/{caller.create()['id']}/left-out"
    answer = caller.call("PUT", path, body)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (400, "invalid_request", field)
    assert caller.call("GET", path).json["ranges"] == []


def test_a_link_of_another_organization_is_not_found(caller: Caller) -> None:
    path = f"/v1/dynamic/{caller.create()['id']}/left-out"
    other = new_caller("Other")
    assert other.call("PUT", path, {"ranges": []}).status == 404
    assert other.call("GET", path).status == 404


def test_how_long_raw_scans_are_kept_can_be_set(caller: Caller) -> None:
    assert caller.call("GET", "/v1/retention").json == {"keep_days": None}
    assert caller.call("PUT", "/v1/retention", {"keep_days": 90}).json == {"keep_days": 90}
    assert caller.call("GET", "/v1/retention").json == {"keep_days": 90}
    assert caller.call("PUT", "/v1/retention", {"keep_days": None}).json == {"keep_days": None}


def test_what_is_answered_can_be_put_back(caller: Caller) -> None:
    path = f"/v1/dynamic/{caller.create()['id']}/left-out"
    ranges = [{"from": "0001-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}]
    assert caller.call("PUT", path, {"ranges": ranges}).json["ranges"] == ranges
    assert caller.call("GET", path).json["ranges"] == ranges


@pytest.mark.parametrize("days", [14, 0, -1, 3651, "30", 1.5, True])
def test_what_cannot_be_kept_is_refused(caller: Caller, days: object) -> None:
    answer = caller.call("PUT", "/v1/retention", {"keep_days": days})
    assert (answer.status, answer.json["field"]) == (400, "keep_days")
    assert caller.call("GET", "/v1/retention").json == {"keep_days": None}


@pytest.mark.parametrize(("method", "scopes"), [("GET", {"qr:write"}), ("PUT", {"analytics:read"})])
def test_each_needs_its_scope(world: World, method: str, scopes: set[str]) -> None:
    limited = new_caller(scopes=frozenset(scopes))
    assert limited.call(method, "/v1/retention", {"keep_days": 30}).status == 403
