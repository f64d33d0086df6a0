"""The meters of the `qr` API: its document's "Billing meter", and `GET /api/v1/usage`."""

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.core.plans import Meter
from tests.api.calls import Answer, Caller, new_caller
from tests.world import World

# 2026-01-31T12:00:00Z
LATE_IN_JANUARY = 1_769_860_800_000
DAY_MS = 86_400_000

TARGET = "https://example.com/"
QPR_CODE = {"name": "a", "destination": TARGET, "prompt": "p"}
TEXT = {"type": "text", "fields": {"text": "hello"}}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: LATE_IN_JANUARY)
    monkeypatch.setattr("tests.api.calls.now_ms", lambda: LATE_IN_JANUARY)


def _meters(caller: Caller) -> dict[str, dict[str, Any]]:
    answer = caller.call("GET", "/api/v1/usage")
    assert answer.status == 200, answer.json
    return {meter["meter"]: meter for meter in answer.json["data"]["meters"]}


def _used(caller: Caller) -> tuple[int, int]:
    """QR codes, and short links."""
    meters = _meters(caller)
    return meters["qr_generated"]["used"], meters["url_created"]["used"]


def _url(caller: Caller) -> Any:
    return caller.call("POST", "/api/v1/urls", {"targetUrl": TARGET}).json["data"]


# --- What is shown


@pytest.mark.parametrize(
    ("plan", "limit", "price"),
    [("free", 25, None), ("developer", 1_000, 0.05), ("scale", 25_000, 0.03), ("enterprise", None, None)],
)
def test_what_was_made_this_month_is_shown_against_the_plan(
    world: World, plan: str, limit: int | None, price: float | None
) -> None:
    caller = new_caller(plan=plan)
    caller.create()
    _url(caller)
    for body in ({"data": "hello"}, {"data": "again"}):
        assert caller.call("POST", "/api/v1/qr", body).status == 201
    answer = caller.call("GET", "/api/v1/usage")
    qr_codes = {
        "meter": "qr_generated",
        "used": 3,
        "limit": limit,
        "remaining": None if limit is None else limit - 3,
        "overage": 0,
        "overageUnitPrice": price,
        "overageAmount": 0,
    }
    urls = {**qr_codes, "meter": "url_created", "used": 1, "limit": None, "remaining": None, "overageUnitPrice": None}
    assert answer.json["data"] == {
        "plan": plan,
        "period": "2026-01",
        "resetsAt": "2026-02-01T00:00:00Z",
        "meters": [qr_codes, urls],
    }
    assert answer.headers["x-ratelimit-limit"] == "30"


@pytest.mark.parametrize(
    ("plan", "used", "overage", "amount"),
    [
        pytest.param("developer", 1_000, 0, 0, id="all that is included"),
        pytest.param("developer", 1_001, 1, 0.05, id="one more"),
        pytest.param("developer", 1_003, 3, 0.15, id="not 0.15000000000000002"),
        pytest.param("scale", 25_000 + 1_234_567, 1_234_567, 37_037.01, id="many more"),
        pytest.param("enterprise", 10**6, 0, 0, id="no limit"),
    ],
)
def test_what_goes_beyond_the_plan_is_overage_at_its_price(
    world: World, plan: str, used: int, overage: int, amount: float
) -> None:
    caller = new_caller(plan=plan)
    caller.has_made(used)
    meter = _meters(caller)["qr_generated"]
    assert (meter["used"], meter["overage"], meter["overageAmount"]) == (used, overage, amount)


def test_a_new_month_begins_at_nothing(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    caller.create()
    _url(caller)
    used = []
    for later in (0, DAY_MS):
        monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda later=later: LATE_IN_JANUARY + later)
        used.append((caller.call("GET", "/api/v1/usage").json["data"]["period"], *_used(caller)))
    assert used == [("2026-01", 1, 1), ("2026-02", 0, 0)]


# --- What counts


CREATES = [
    pytest.param("/v1/dynamic", {"destination": TARGET}, (1, 0), id="dynamic"),
    pytest.param("/v1/dynamic/bulk", {"codes": [{"destination": TARGET}] * 3}, (3, 0), id="dynamic in bulk"),
    pytest.param("/v1/codes", TEXT, (1, 0), id="static"),
    pytest.param("/v1/qrcodes", {"name": "a", "destination_url": TARGET}, (1, 0), id="qrcodes"),
    pytest.param("/v1/qpr-codes", QPR_CODE, (1, 0), id="qpr"),
    pytest.param("/api/v1/qr", {"data": "hello"}, (1, 0), id="qr, standalone"),
    pytest.param("/api/v1/qr", {"urlId": 0}, (1, 0), id="qr, of a url"),
    pytest.param("/api/v1/urls", {"targetUrl": TARGET}, (0, 1), id="a url"),
    pytest.param("/api/v1/urls/bulk", {"urls": [{"targetUrl": TARGET}] * 3}, (0, 3), id="urls in bulk"),
]


def _create(caller: Caller, path: str, body: Mapping[str, Any], **headers: str) -> Answer:
    return caller.call("POST", path, body, None, **headers)


def _since(before: tuple[int, int], after: tuple[int, int]) -> tuple[int, int]:
    return after[0] - before[0], after[1] - before[1]


@pytest.mark.parametrize(("path", "body", "units"), CREATES)
def test_each_create_counts_on_its_meter_and_once_per_idempotency_key(
    caller: Caller, path: str, body: dict[str, Any], units: tuple[int, int]
) -> None:
    if "urlId" in body:
        body = {"urlId": _url(caller)["id"]}
    before = _used(caller)
    first, again = (_create(caller, path, body, Idempotency_Key="k1") for _ in range(2))
    assert (first.status, again.json, again.headers["idempotent-replay"]) == (201, first.json, "true")
    assert _since(before, _used(caller)) == units
    assert _create(caller, path, body).status == 201
    assert _since(before, _used(caller)) == (2 * units[0], 2 * units[1])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/v1/dynamic", {"destination": "nowhere"}, 400, id="dynamic"),
        pytest.param("/v1/dynamic", {"destination": TARGET, "slug": "taken"}, 409, id="a taken slug"),
        pytest.param("/v1/dynamic/bulk", {"codes": [{"destination": TARGET}, {}]}, 400, id="dynamic in bulk"),
        pytest.param("/v1/codes", {"type": "text", "fields": {}}, 400, id="static"),
        pytest.param("/v1/qrcodes", {"name": "a"}, 400, id="qrcodes"),
        pytest.param("/v1/qpr-codes", {"name": "a"}, 400, id="qpr"),
        pytest.param("/api/v1/qr", {"data": "hello", "size": 1}, 400, id="qr, standalone"),
        pytest.param("/api/v1/qr", {"urlId": 5}, 404, id="qr, of a url that is nobody's"),
        pytest.param("/api/v1/urls", {"targetUrl": TARGET, "customSlug": "taken"}, 409, id="a url"),
        pytest.param("/api/v1/urls/bulk", {"urls": [{"targetUrl": TARGET}, {}]}, 400, id="urls in bulk"),
    ],
)
def test_a_create_that_is_refused_counts_nothing(caller: Caller, path: str, body: Any, status: int) -> None:
    caller.create(slug="taken")
    assert (_create(caller, path, body).status, _used(caller)) == (status, (1, 0))


@pytest.mark.parametrize(
    ("create", "path", "change"),
    [
        pytest.param(("/v1/dynamic", {"destination": TARGET}), "/v1/dynamic", {"slug": "other"}, id="dynamic"),
        pytest.param(
            ("/v1/qrcodes", {"name": "a", "destination_url": TARGET}), "/v1/qrcodes", {"name": "b"}, id="qrcodes"
        ),
        pytest.param(("/v1/qpr-codes", QPR_CODE), "/v1/qpr-codes", {"name": "b"}, id="qpr"),
        pytest.param(("/api/v1/qr", {"data": "hello"}), "/api/v1/qr", {"size": 300}, id="qr"),
        pytest.param(("/api/v1/urls", {"targetUrl": TARGET}), "/api/v1/urls", {"title": "b"}, id="a url"),
    ],
)
def test_changing_and_deleting_count_nothing(caller: Caller, create: Any, path: str, change: Any) -> None:
    answer = _create(caller, *create)
    assert answer.status == 201, answer.json
    made = answer.json
    number, before = made.get("data", made)["id"], _used(caller)
    for method, body in (("PATCH", change), ("GET", None), ("DELETE", None)):
        assert caller.call(method, f"{path}/{number}", body).status == 200
    assert _used(caller) == before


# --- Where the free plan stops


def test_a_free_organization_makes_a_url_and_25_qr_codes_of_it_and_no_more(world: World) -> None:
    caller = new_caller(plan="free")
    url = _url(caller)
    for _ in range(25):
        assert _create(caller, "/api/v1/qr", {"urlId": url["id"]}).status == 201
    refused = _create(caller, "/api/v1/qr", {"urlId": url["id"]})
    assert (refused.status, refused.json["error"]) == (
        402,
        {
            "code": "plan_limit_exceeded",
            "message": "The free plan allows 25 QR codes a month: 25 were made in 2026-01, which leaves no room for 1 "
            "more. Take a larger plan, or go on when the next month begins, at 2026-02-01T00:00:00Z",
        },
    )
    assert _used(caller) == (25, 1)
    meter = _meters(caller)["qr_generated"]
    assert (meter["limit"], meter["remaining"], meter["overage"]) == (25, 0, 0)


@pytest.mark.parametrize(("path", "body", "units"), [it for it in CREATES if it.id != "qr, of a url"])
def test_the_26th_qr_code_is_refused_by_every_api_and_urls_by_none(
    world: World, path: str, body: Any, units: tuple[int, int]
) -> None:
    caller = new_caller(plan="free")
    caller.has_made(25)
    answer = _create(caller, path, body)
    expected = 201 if units[1] else 402 if path.startswith("/api/") else 403
    assert answer.status == expected, answer.json
    assert _used(caller) == (25, units[1])
    if expected != 201:
        assert "plan_limit_exceeded" in str(answer.json)
        assert "2026-02-01T00:00:00Z" in str(answer.json)


@pytest.mark.parametrize(("plan", "limit"), [("developer", 1_000), ("scale", 25_000)])
def test_larger_plans_go_on_as_overage(world: World, plan: str, limit: int) -> None:
    caller = new_caller(plan=plan)
    caller.has_made(limit)
    assert _create(caller, "/api/v1/qr", {"data": "hello"}).status == 201
    assert _meters(caller)["qr_generated"]["overage"] == 1


def test_short_links_do_not_stop_at_25(world: World) -> None:
    caller = new_caller(plan="free")
    caller.has_made(25, Meter.URL_CREATED)
    _create(caller, "/api/v1/urls", {"targetUrl": TARGET})
    meter = _meters(caller)["url_created"]
    assert (meter["used"], meter["limit"], meter["remaining"], meter["overage"]) == (26, None, None, 0)
