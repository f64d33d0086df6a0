"""The `qrcodes` API's document, field by field: codes."""

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib import ids, redirect
from chalicelib.core.days import DAY_MS, day_of, iso_time
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import accounts, counting, links
from chalicelib.store import scans
from tests.api.calls import Caller, new_caller
from tests.contract.nesting import types
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI
from tests.world import World, now_ms

NOON = day_of(now_ms()) * DAY_MS + DAY_MS // 2
STYLE: Mapping[str, str] = {
    "dotsType": "classy-rounded",
    "dotsColor": "#1A2B3C",
    "backgroundColor": "#ffffff",
    "cornersSquareType": "extra-rounded",
    "cornersSquareColor": "#000000",
    "cornersDotType": "dot",
    "cornersDotColor": "#ABCDEF",
}
# "returns {...}", with the type of each field.
DOCUMENTED: Mapping[str, type] = {
    "id": str,
    "name": str,
    "destination_url": str,
    "short_code": str,
    "short_url": str,
    "image_url": str,
    "status": str,
    "active": bool,
    "total_scans": int,
    "unique_scans": int,
    "created_at": str,
    "updated_at": str,
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon in the API."""
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: NOON)
    monkeypatch.setattr(ids, "_last", 0)
    redirect._cache.clear()


def _create(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = caller.call("POST", "/v1/qrcodes", {"name": "Poster", "destination_url": "https://example.com/", **body})
    assert answer.status == 201, answer.json
    found: dict[str, Any] = answer.json
    return found


def _edit(caller: Caller, code: Mapping[str, Any], **change: Any) -> dict[str, Any]:
    answer = caller.call("PATCH", f"/v1/qrcodes/{code['id']}", change)
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def _scan(caller: Caller, code: Mapping[str, Any], n: int, address: str, agent: str = IPHONE_SAFARI) -> None:
    key = ScanKey(caller.organization, ids.parse(code["id"]) or 0, 0, NOON - n * DAY_MS, f"{n:016x}")
    scans.put_new(Arrival(key, Facts(address=address, agent="x"), Unjudged(agent)).attributes())
    counting.settle(scans.read([key]))


def _redirects(slug: str) -> Any:
    redirect._cache.clear()
    event = {
        "httpMethod": "HEAD",
        "pathParameters": {"slug": slug},
        "headers": {},
        "requestContext": {"identity": {"sourceIp": "198.51.100.9"}},
    }
    return redirect.handler(event, None)["statusCode"]


def test_a_code_has_every_documented_field_of_its_type(caller: Caller) -> None:
    code = _create(caller, short_code="Spring-Sale", style=STYLE)
    assert {name: type(code[name]) for name in DOCUMENTED} == DOCUMENTED
    assert code == {
        "id": code["id"],
        "name": "Poster",
        "destination_url": "https://example.com/",
        "short_code": "spring-sale",
        "short_url": "https://qz.example/spring-sale",
        "image_url": f"https://qz.example/api/qr/{code['id']}/download",
        "status": "active",
        "active": True,
        "total_scans": 0,
        "unique_scans": 0,
        "created_at": code["created_at"],
        "updated_at": code["created_at"],
        "style": dict(STYLE),
        "compact": False,
        "scannability": code["scannability"],
    }
    assert code["scannability"]["score"] < 100  # the style's colours are too much alike
    assert code["scannability"]["reasons"][0]["cause"] == "contrast"
    assert code["id"].startswith("qr_")
    assert _redirects("spring-sale") == 302


def test_making_reading_changing_and_listing_answer_alike(caller: Caller) -> None:
    code = _create(caller)
    path = f"/v1/qrcodes/{code['id']}"
    assert caller.call("GET", path).json == code
    assert caller.call("GET", "/v1/qrcodes").json["data"] == [code]
    assert caller.call("PATCH", path, code).json == code


def test_without_a_short_code_it_gets_a_random_one(caller: Caller) -> None:
    codes = [_create(caller, short_code=None), _create(caller)]
    assert [len(code["short_code"]) for code in codes] == [7, 7]


def test_scans_of_a_code_are_lifetime_and_without_bots(caller: Caller) -> None:
    code = _create(caller)
    for n, address in enumerate(("a", "a", "b")):
        _scan(caller, code, n * 100, address)
    _scan(caller, code, 1, "c", GOOGLEBOT)
    for found in (
        caller.call("GET", f"/v1/qrcodes/{code['id']}").json,
        caller.call("GET", "/v1/qrcodes").json["data"][0],
        _edit(caller, code, name="Other"),
    ):
        assert (found["total_scans"], found["unique_scans"]) == (3, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"name": None}, "name", id="no name"),
        pytest.param({"name": " "}, "name", id="a name of nothing"),
        pytest.param({"name": "x" * 201}, "name", id="a name that is too long"),
        pytest.param({"name": "a\nb"}, "name", id="a name with a line break"),
        pytest.param({"destination_url": None}, "destination_url", id="no destination"),
        pytest.param({"destination_url": "ftp://example.com"}, "destination_url", id="a destination of another scheme"),
        pytest.param({"destination_url": "https://qz.example/a"}, "destination_url", id="our own host"),
        pytest.param({"short_code": "-a-"}, "short_code", id="hyphens at the ends"),
        pytest.param({"short_code": "api"}, "short_code", id="a reserved word"),
        pytest.param({"short_code": 5}, "short_code", id="a number"),
        pytest.param({"status": "expired"}, "status", id="a status that cannot be set"),
        pytest.param({"active": "yes"}, "active", id="active is no boolean"),
        pytest.param({"status": "draft", "active": True}, "active", id="active contradicts status"),
        pytest.param({"style": []}, "style", id="style is no object"),
        pytest.param({"style": {"dotsType": "hearts"}}, "style.dotsType", id="dots"),
        pytest.param({"style": {"cornersSquareType": "hearts"}}, "style.cornersSquareType", id="corner squares"),
        pytest.param({"style": {"cornersDotType": "hearts"}}, "style.cornersDotType", id="corner dots"),
        pytest.param({"style": {"dotsColor": "#123"}}, "style.dotsColor", id="three digits"),
        pytest.param({"style": {"backgroundColor": "red"}}, "style.backgroundColor", id="a colour's name"),
        pytest.param({"style": {"cornersSquareColor": "123456"}}, "style.cornersSquareColor", id="no hash"),
        pytest.param({"style": {"cornersDotColor": "#12345G"}}, "style.cornersDotColor", id="no digit"),
    ],
)
def test_what_is_wrong_is_refused_by_its_documented_name(caller: Caller, body: dict[str, Any], field: str) -> None:
    code = _create(caller)
    good = {"name": "Poster", "destination_url": "https://example.com/"}
    sent = {name: value for name, value in {**good, **body}.items() if value is not None}
    made = caller.call("POST", "/v1/qrcodes", sent)
    changed = caller.call("PATCH", f"/v1/qrcodes/{code['id']}", body)
    for answer in (made, changed):
        assert answer.status == 400
        assert answer.json["error"]["field"] == field
        assert answer.json["error"]["message"].startswith(f"{field}:")
    assert caller.call("GET", "/v1/qrcodes").json["data"] == [code]


@pytest.mark.parametrize("kind", ["square", "dots", "rounded", "extra-rounded", "classy", "classy-rounded"])
def test_every_kind_of_dots_is_taken(caller: Caller, kind: str) -> None:
    style = {"dotsType": kind, "cornersSquareType": kind}
    assert _create(caller, style=style)["style"] == style


def test_the_other_kinds_of_corners_are_taken(caller: Caller) -> None:
    for style in ({"cornersSquareType": "dot", "cornersDotType": "dot"}, {"cornersDotType": "square"}):
        assert _create(caller, style=style)["style"] == style


def test_a_short_code_is_given_out_once_whatever_its_case(caller: Caller) -> None:
    _create(caller, short_code="spring")
    body = {"name": "b", "destination_url": "https://example.com/", "short_code": "SPRING"}
    answer = caller.call("POST", "/v1/qrcodes", body)
    assert (answer.status, answer.json) == (
        409,
        {"error": {"code": "slug_taken", "message": "short_code: spring is taken", "field": "short_code"}},
    )


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({}, "active", id="nothing"),
        pytest.param({"status": "active"}, "active", id="active"),
        pytest.param({"status": "paused"}, "paused", id="paused"),
        pytest.param({"status": "draft"}, "draft", id="draft"),
        pytest.param({"active": True}, "active", id="active by the other name"),
        pytest.param({"active": False}, "paused", id="not active"),
        pytest.param({"status": "draft", "active": False}, "draft", id="both"),
        pytest.param({"status": None, "active": None}, "active", id="nulls"),
    ],
)
def test_a_status_is_set_by_either_name_when_making_and_changing(
    caller: Caller, sent: dict[str, Any], status: str
) -> None:
    made = _create(caller, **sent)
    changed = _edit(caller, _create(caller), **sent)
    for code in (made, changed):
        assert (code["status"], code["active"]) == (status, status == "active")
        assert _redirects(code["short_code"]) == (302 if status == "active" else 404)


def test_a_change_leaves_what_is_not_sent(caller: Caller) -> None:
    code = _create(caller, short_code="spring", style=STYLE, status="draft")
    changed = _edit(caller, code, name="New", destination_url="https://example.com/new")
    assert changed == {**code, "name": "New", "destination_url": "https://example.com/new"}


def test_a_changed_short_code_retires_the_old_one(caller: Caller) -> None:
    code = _edit(caller, _create(caller, short_code="old-one"), short_code="New-One")
    assert code["short_url"] == "https://qz.example/new-one"
    assert [_redirects("new-one"), _redirects("old-one")] == [302, 404]


@pytest.mark.parametrize(
    ("change", "style"),
    [
        pytest.param({"dotsColor": "#000000"}, {**STYLE, "dotsColor": "#000000"}, id="one field"),
        pytest.param({}, STYLE, id="none"),
        pytest.param({"dotsColor": None}, {n: v for n, v in STYLE.items() if n != "dotsColor"}, id="one taken away"),
        pytest.param({"sparkles": True}, STYLE, id="unknown fields are ignored"),
        pytest.param(None, {}, id="all taken away"),
    ],
)
def test_a_style_changes_field_by_field(caller: Caller, change: Any, style: Mapping[str, str]) -> None:
    assert _edit(caller, _create(caller, style=STYLE), style=change)["style"] == style


def test_updated_at_is_the_last_change(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    code = _create(caller)
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: NOON + 5_000)
    changed = _edit(caller, code, name="New")
    assert (changed["created_at"], changed["updated_at"]) == (code["created_at"], code["created_at"][:17] + "05Z")


# --- The list


def test_the_list_is_newest_first_in_pages_of_twenty(caller: Caller) -> None:
    names = [_create(caller, name=f"n{n}")["name"] for n in range(21)][::-1]
    first, second, third = (caller.call("GET", f"/v1/qrcodes?page={page}").json for page in (1, 2, 3))
    assert [row["name"] for row in first["data"] + second["data"]] == names
    assert [answer["pagination"] for answer in (first, second, third)] == [
        {"page": page, "limit": 20, "total": 21, "total_pages": 2} for page in (1, 2, 3)
    ]
    assert (len(first["data"]), third["data"]) == (20, [])
    assert caller.call("GET", "/v1/qrcodes").json == first


@pytest.mark.parametrize(("asked", "limit"), [("0", 1), ("-5", 1), ("3", 3), ("100", 100), ("101", 100), ("", 20)])
def test_the_limit_is_clamped(caller: Caller, asked: str, limit: int) -> None:
    assert caller.call("GET", f"/v1/qrcodes?limit={asked}").json["pagination"]["limit"] == limit


@pytest.mark.parametrize(("query", "field"), [("page=x", "page"), ("limit=1.5", "limit"), ("status=expired", "status")])
def test_a_parameter_that_makes_no_sense_is_refused(caller: Caller, query: str, field: str) -> None:
    answer = caller.call("GET", f"/v1/qrcodes?{query}")
    assert (answer.status, answer.json["error"]["field"]) == (400, field)


def test_the_list_is_filtered_by_what_a_code_is_now(caller: Caller) -> None:
    codes = {status: _create(caller, name=status, status=status) for status in ("active", "paused", "draft")}
    past = caller.create(label="paused for a time")
    caller.call("PATCH", f"/v1/dynamic/{past['id']}", {"pause_until": "2999-01-01"})
    seen = {
        status: [row["name"] for row in caller.call("GET", f"/v1/qrcodes?status={status}").json["data"]]
        for status in codes
    }
    assert seen == {"active": ["active"], "paused": ["paused for a time", "paused"], "draft": ["draft"]}
    page = caller.call("GET", "/v1/qrcodes?status=paused&limit=1&page=2").json
    assert ([row["name"] for row in page["data"]], page["pagination"]["total"]) == (["paused"], 2)


def test_a_pause_that_is_over_is_filtered_as_active(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    code = _create(caller)
    caller.call("PATCH", f"/v1/dynamic/{code['id']}", {"pause_until": iso_time(NOON + 5_000)})
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: NOON + 5_000)
    totals = {
        status: caller.call("GET", f"/v1/qrcodes?status={status}").json["pagination"]["total"]
        for status in ("active", "paused")
    }
    assert totals == {"active": 1, "paused": 0}


def test_a_code_of_another_api_is_in_the_list_and_shows_its_short_code_for_a_name(caller: Caller) -> None:
    made = caller.create()
    row = caller.call("GET", "/v1/qrcodes").json["data"][0]
    assert (row["name"], row["short_code"]) == (made["slug"], made["slug"])
    assert set(types(row)) <= set(types(_create(caller, style={})))
    number = str(ids.parse(made["id"]))
    for spelling in (made["id"], row["id"], number, made["id"].replace("dc_", "qpr_")):
        assert caller.call("GET", f"/v1/qrcodes/{spelling}").json == row


def test_a_soft_deleted_code_is_shown_as_deleted_by_its_id_alone(caller: Caller) -> None:
    code = _create(caller)
    links.delete(accounts.authenticate(caller.key), code["id"], NOON)
    found = caller.call("GET", f"/v1/qrcodes/{code['id']}").json
    assert (found["status"], found["active"]) == ("deleted", False)
    assert caller.call("GET", "/v1/qrcodes").json["data"] == []
    assert caller.call("PATCH", f"/v1/qrcodes/{code['id']}", {"name": "b"}).status == 404


# --- Deleting, limits, and once only


def test_deleting_erases(caller: Caller) -> None:
    code = _create(caller)
    _scan(caller, code, 0, "a")
    path = f"/v1/qrcodes/{code['id']}"
    answer = caller.call("DELETE", path)
    assert (answer.status, answer.json) == (200, {"deleted": True, "id": code["id"]})
    answers = [caller.call(method, path + rest, {}).status for method, rest in (("GET", ""), ("PATCH", ""))]
    answers += [caller.call("DELETE", path).status, caller.call("GET", f"{path}/analytics").status]
    assert answers == [404] * 4
    assert _redirects(code["short_code"]) == 404


def test_a_repeated_create_gets_the_first_answer(caller: Caller) -> None:
    body = {"name": "Poster", "destination_url": "https://example.com/"}
    first, again = (caller.call("POST", "/v1/qrcodes", body, Idempotency_Key="k") for _ in range(2))
    assert (again.status, again.json, again.headers["idempotent-replay"]) == (201, first.json, "true")
    assert caller.call("GET", "/v1/qrcodes").json["pagination"]["total"] == 1


def test_creates_are_not_limited_by_the_hour(caller: Caller) -> None:
    for _ in range(21):
        _create(caller)


@pytest.mark.parametrize(("plan", "limit"), [("free", 100), ("developer", 100), ("scale", 1000), ("enterprise", 1000)])
def test_requests_are_limited_by_the_minute_as_the_plan_says(world: World, plan: str, limit: int) -> None:
    caller = new_caller(plan=plan)
    answers = [caller.call("GET", "/v1/qrcodes") for _ in range(2)]
    allowances = [{name: it.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining")} for it in answers]
    assert allowances == [{"limit": str(limit), "remaining": str(limit - n)} for n in (1, 2)]
    assert answers[0].headers["x-ratelimit-reset"] == str((NOON // 60_000 + 1) * 60)
    for _ in range(98):
        caller.call("GET", "/v1/qrcodes/qr_1")
    answer = caller.call("GET", "/v1/qrcodes/qr_1")
    assert answer.status == (429 if limit == 100 else 404)
    assert answer.json["error"]["code"] == ("rate_limited" if limit == 100 else "not_found")
