"""The meters of the `qr` API."""

import pytest

from tests.api.calls import Caller, new_caller
from tests.world import World

# 2026-01-31T12:00:00Z
LATE_IN_JANUARY = 1_769_860_800_000


@pytest.mark.parametrize(
    ("plan", "limit"), [("free", 25), ("developer", 1_000), ("scale", 25_000), ("enterprise", None)]
)
def test_what_was_made_this_month_is_shown_against_the_plan(
    world: World, monkeypatch: pytest.MonkeyPatch, plan: str, limit: int | None
) -> None:
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: LATE_IN_JANUARY)
    caller = new_caller(plan=plan)
    caller.create()
    for body in ({"data": "hello"}, {"data": "again"}):
        assert caller.call("POST", "/api/v1/qr", body).status == 201
    answer = caller.call("GET", "/api/v1/usage")
    meter = {"meter": "qr_generated", "used": 3, "limit": limit, "overage": 0}
    assert answer.json["data"] == {"plan": plan, "period": "2026-01", "meters": [meter]}
    assert answer.headers["x-ratelimit-limit"] == "30"


def test_what_goes_beyond_the_plan_is_overage(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = new_caller(plan="developer")
    caller.create()
    monkeypatch.setattr("chalicelib.services.usage.creates.read_usage", lambda *_: 1_002)
    (meter,) = caller.call("GET", "/api/v1/usage").json["data"]["meters"]
    assert (meter["used"], meter["overage"]) == (1_002, 2)


def test_a_new_month_begins_at_nothing(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: LATE_IN_JANUARY)
    caller.create()
    used = []
    for later in (0, 86_400_000):
        monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda later=later: LATE_IN_JANUARY + later)
        data = caller.call("GET", "/api/v1/usage").json["data"]
        used.append((data["period"], data["meters"][0]["used"]))
    assert used == [("2026-01", 1), ("2026-02", 0)]
