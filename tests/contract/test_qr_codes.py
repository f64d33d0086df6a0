"""The `qr` API's document about QR codes, sentence by sentence: its examples, its fields, its limits, its errors."""

import json
import re
import time
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import ids, redirect
from chalicelib.api import qr_answers
from chalicelib.api import qr_codes_shapes as shapes
from chalicelib.core.days import DAY_MS, day_of, iso_time
from chalicelib.core.styles import FORMATS, LEVELS
from chalicelib.outbound.refused import Refused
from chalicelib.services import erasing
from chalicelib.store.transactions import Refusal, Transaction
from tests.api.calls import Answer, Caller, new_caller
from tests.contract.nesting import types
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI
from tests.web import Web, picture
from tests.world import World, now_ms

NOON = day_of(now_ms()) * DAY_MS + DAY_MS // 2
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LOGO = "https://cdn.example.com/logo.png"
VCARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Tosh\nTEL:+1-555-0123\nEMAIL:hi@acme.com\nEND:VCARD"

_addresses = count(1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """It is noon in the API and on the way of a scan, until a test says otherwise."""
    now = [NOON]
    shown = SimpleNamespace(time_ns=lambda: now[0] * 1_000_000, monotonic=time.monotonic)
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: now[0])
    monkeypatch.setattr(redirect, "time", shown)
    monkeypatch.setattr(ids, "_last", 0)
    redirect._cache.clear()
    return now


def _create(caller: Caller, **body: Any) -> Any:
    answer = caller.call("POST", "/api/v1/qr", body)
    assert answer.status == 201, answer.json
    return answer.json["data"]


def _get(caller: Caller, path: str) -> Any:
    answer = caller.call("GET", path)
    assert answer.status == 200, answer.json
    assert answer.json["success"] is True
    return answer.json["data"]


def _refused(answer: Answer, status: int, code: str, field: str | None = None) -> None:
    assert (answer.status, answer.json["success"]) == (status, False), answer.json
    error = answer.json["error"]
    assert (error["code"], error.get("field")) == (code, field)
    assert field is None or error["message"].startswith(f"{field}: ")


def _number(spelled: str) -> int:
    number = ids.parse(spelled)
    assert number is not None
    return number


def _scan(printed: str, agent: str = IPHONE_SAFARI, address: str = "", **query: str) -> int:
    """Somebody scans what was printed; the status that they get."""
    redirect._cache.clear()
    event = {
        "httpMethod": "GET",
        "pathParameters": {"slug": printed.rsplit("/", 1)[-1]},
        "headers": {"User-Agent": agent},
        "queryStringParameters": query or None,
        "requestContext": {"identity": {"sourceIp": address or f"198.51.100.{next(_addresses) % 250}"}},
    }
    status: int = redirect.handler(event, None)["statusCode"]
    return status


# --- Create a QR for an existing URL


def test_the_documents_create_answers_as_its_example_does(caller: Caller) -> None:
    code = caller.create(slug="abc123")
    answer = caller.call("POST", "/api/v1/qr", {**shapes.ASKED, "urlId": _number(code["id"])})
    assert answer.status == 201
    assert set(types(shapes.EXAMPLE)) <= set(types(answer.json))
    made = answer.json["data"]
    same = ("format", "size", "errorCorrection", "foregroundColor", "backgroundColor", "logoUrl", "downloadCount")
    assert {name: made[name] for name in same} == {name: shapes.EXAMPLE["data"][name] for name in same}  # type: ignore[index]
    beside = {"stylePreset", "quietZone", "style", "type", "compact", "scannability"}
    assert made["scannability"] == {"score": 100, "reasons": []}
    assert set(made) - set(shapes.EXAMPLE["data"]) == beside  # type: ignore[call-overload]
    assert made["qrData"] == "https://qz.example/abc123"
    assert made["urlId"] == str(_number(code["id"]))
    assert made["organizationId"] == ids.spell("org", caller.organization)
    assert made["id"].startswith("qr_")
    assert (made["downloadUrl"], made["previewUrl"]) == (f"/api/qr/{made['id']}/download", f"/qr/{made['id']}")
    assert made["scanCount"] == 0
    assert made["createdAt"] == iso_time(NOON)
    assert _get(caller, f"/api/v1/qr/{made['id']}") == made


def test_a_url_is_named_in_every_spelling(caller: Caller) -> None:
    code = caller.create()
    number = _number(code["id"])
    for spelled in (number, str(number), code["id"], ids.spell("qpr", number), code["id"].upper().replace("DC", "dc")):
        assert _create(caller, urlId=spelled)["urlId"] == str(number)


def test_each_further_qr_code_of_a_url_has_a_marker_and_all_lead_to_it(caller: Caller) -> None:
    code = caller.create(slug="spring")
    made = [_create(caller, urlId=code["id"])["qrData"] for _ in range(3)]
    assert made == [f"https://qz.example/{path}" for path in ("spring", "spring.2", "spring.3")]
    assert [_scan(printed) for printed in made] == [302] * 3


def test_qr_data_is_shown_as_it_was_printed_after_the_slug_changed(caller: Caller) -> None:
    code = caller.create(slug="old-slug")
    first = _create(caller, urlId=code["id"])
    assert caller.call("PATCH", f"/v1/dynamic/{code['id']}", {"slug": "new-slug"}).status == 200
    second = _create(caller, urlId=code["id"])
    assert _get(caller, f"/api/v1/qr/{first['id']}")["qrData"] == "https://qz.example/old-slug"
    assert second["qrData"] == "https://qz.example/new-slug.2"
    assert (_scan(first["qrData"]), _scan(second["qrData"])) == (404, 302)
    assert _get(caller, f"/api/v1/qr/{second['id']}")["scanCount"] == 1


@pytest.mark.parametrize("url_id", [5, "5", "dc_5", "nothing", 0, -1, 10**30, ""])
def test_a_url_that_is_not_there_is_not_found(caller: Caller, url_id: Any) -> None:
    _refused(caller.call("POST", "/api/v1/qr", {"urlId": url_id}), 404, "not_found")


def test_the_url_must_belong_to_the_calling_organization(caller: Caller) -> None:
    other = new_caller("Other").create()
    _refused(caller.call("POST", "/api/v1/qr", {"urlId": other["id"]}), 404, "not_found")
    _refused(caller.call("GET", f"/api/v1/urls/{other['id']}/qr"), 404, "not_found")


# --- Create a standalone QR


def test_a_standalone_one_has_no_url_and_holds_what_it_was_given(caller: Caller) -> None:
    made = _create(caller, data=VCARD, size=512, format="svg")
    assert (made["urlId"], made["qrData"], made["format"]) == (None, VCARD, "svg")
    assert set(types({**shapes.EXAMPLE["data"], "urlId": None})) <= set(types(made))  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("data", "level"),
    [
        pytest.param("x", "H", id="a letter"),
        pytest.param("x" * 2048, "M", id="2 KB"),
        pytest.param("\u20ac" * 682, "M", id="not quite 2 KB of three bytes each"),
        pytest.param("1" * 2048, "H", id="2 KB of digits, at every level"),
        pytest.param("A" * 1852, "H", id="as many capitals as there can be"),
        pytest.param("a" * 1273, "H", id="as many bytes as there can be"),
        pytest.param(" \n\t\x00", "M", id="nothing to be seen"),
    ],
)
def test_any_payload_that_a_symbol_holds_is_taken(caller: Caller, data: str, level: str) -> None:
    made = _create(caller, data=data, errorCorrectionLevel=level)
    assert _get(caller, f"/api/v1/qr/{made['id']}")["qrData"] == data


@pytest.mark.parametrize(
    ("data", "level"),
    [
        pytest.param("", "M", id="nothing"),
        pytest.param("x" * 2049, "M", id="a byte too many"),
        pytest.param("\u20ac" * 683, "L", id="bytes count, not letters"),
        pytest.param("\ud800", "M", id="no text"),
        pytest.param("A" * 1853, "H", id="capitals that no symbol of the level holds"),
        pytest.param("a" * 1274, "H", id="bytes that no symbol of the level holds"),
        pytest.param("a" * 1664, "Q", id="bytes that no symbol of level Q holds"),
        pytest.param(7, "M", id="a number"),
        pytest.param({"text": "x"}, "M", id="an object"),
    ],
)
def test_other_payloads_are_refused(caller: Caller, world: World, data: Any, level: str) -> None:
    answer = caller.call("POST", "/api/v1/qr", {"data": data, "errorCorrectionLevel": level})
    _refused(answer, 400, "invalid_request", "data")
    assert not [item for item in world.items("objects") if item["sk"]["S"].startswith(("code#", "usage#"))]


def test_a_url_and_data_exclude_each_other_and_one_must_be_given(caller: Caller) -> None:
    code = caller.create()
    _refused(caller.call("POST", "/api/v1/qr", {"urlId": code["id"], "data": "x"}), 400, "invalid_request", "data")
    for body in ({}, {"urlId": None}, {"data": None, "urlId": None}):
        _refused(caller.call("POST", "/api/v1/qr", body), 400, "invalid_request", "urlId")
    assert _create(caller, urlId=None, data="x")["urlId"] is None


def test_a_standalone_one_is_a_static_code_of_the_dynamic_api(caller: Caller) -> None:
    text = _create(caller, data="hello", stylePreset="dots")
    url = _create(caller, data="https://example.com/a?b")
    rows = caller.call("GET", "/v1/codes").json["codes"]
    assert [(_number(row["id"]), row["type"], row["payload"], row["dynamic"]) for row in rows] == [
        (_number(url["id"]), "url", "https://example.com/a?b", False),
        (_number(text["id"]), "text", "hello", False),
    ]
    assert caller.call("GET", "/v1/codes?search=HELL").json["codes"] == rows[1:]


def test_a_static_code_of_the_dynamic_api_is_a_standalone_one_in_the_default_style(caller: Caller) -> None:
    fields = {"ssid": "Cafe", "password": "secret99"}
    static = caller.call("POST", "/v1/codes", {"type": "wifi", "fields": fields, "label": "Wi-Fi"}).json
    (row,) = _get(caller, "/api/v1/qr?standalone=true")
    assert row == _get(caller, f"/api/v1/qr/{static['id']}")
    assert (row["qrData"], row["urlId"], row["size"], row["format"]) == (static["payload"], None, 512, "png")
    assert (row["errorCorrection"], row["foregroundColor"], row["stylePreset"]) == ("M", "#000000", "default")
    caller.call("PATCH", f"/api/v1/qr/{row['id']}", {"size": 300})
    (code,) = caller.call("GET", "/v1/codes").json["codes"]
    assert (code["id"], code["type"], code["label"]) == (static["id"], "wifi", "Wi-Fi")
    assert caller.call("DELETE", f"/api/v1/qr/{row['id']}").status == 200
    assert caller.call("GET", "/v1/codes").json == {"codes": []}


def test_those_of_a_url_are_no_codes_of_the_dynamic_api_since_their_link_is_one(caller: Caller) -> None:
    code = caller.create()
    made = _create(caller, urlId=code["id"])
    assert [row["id"] for row in caller.call("GET", "/v1/codes").json["codes"]] == [code["id"]]
    assert caller.call("GET", f"/v1/dynamic/{made['id']}").status == 404


# --- Customization fields

GOOD: list[tuple[str, Any, str]] = [
    ("size", 200, "size"),
    ("size", 2048, "size"),
    *(("format", format, "format") for format in FORMATS),
    ("foregroundColor", "#1a2B3c", "foregroundColor"),
    ("backgroundColor", "#FEDCBA", "backgroundColor"),
    ("backgroundColor", "transparent", "backgroundColor"),
    ("logoUrl", LOGO, "logoUrl"),
    ("logoUrl", None, "logoUrl"),
    *(("errorCorrectionLevel", level, "errorCorrection") for level in LEVELS),
    ("stylePreset", "classy-rounded", "stylePreset"),
]
PRESETS: list[Any] = ["", "p" * 51, "a\nb", None, 1, {}, "\ud800"]
BAD: list[tuple[str, Any]] = [
    *(("size", size) for size in (199, 2049, 0, -512, 512.0, 512.5, "512", True, None, 10**400)),
    *(("format", format) for format in ("gif", "PNG", "", None, 1, ["png"])),
    *(
        (name, colour)
        for name in ("foregroundColor", "backgroundColor")
        for colour in (
            "#000",
            "000000",
            "#0000000",
            "#00000g",
            "red",
            "",
            "#000000\n",
            "#\u0661\u0661\u0661000",
            None,
            0,
        )
    ),
    ("foregroundColor", "transparent"),
    ("backgroundColor", "Transparent"),
    *(("logoUrl", url) for url in ("", "logo.png", "//cdn.example.com/l.png", "http://cdn.example.com/l.png", 1)),
    *(
        ("logoUrl", url)
        for url in ("data:image/png;base64,AA==", "ftp://cdn.example.com/l", "https://a b.example.com/")
    ),
    *(("errorCorrectionLevel", level) for level in ("m", "X", "", "LM", None, 1)),
    *(("stylePreset", preset) for preset in PRESETS),
]
UNSAFE = [
    "https://localhost/l.png",
    "https://127.0.0.1/l.png",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/l.png",
    "https://2130706433/l.png",
    "https://user:secret@cdn.example.com/l.png",
    "https://qz.example/api/qr/qr_5/download",
]


@pytest.mark.parametrize(("name", "value", "shown"), GOOD)
def test_a_customization_is_kept_from_a_create_and_from_an_edit(
    caller: Caller, name: str, value: Any, shown: str
) -> None:
    made = _create(caller, data="x", **{name: value})
    assert made[shown] == value
    plain = _create(caller, data="x")
    edited = caller.call("PATCH", f"/api/v1/qr/{plain['id']}", {name: value})
    assert edited.status == 200
    now = edited.json["data"]
    level = "H" if name == "logoUrl" and value else now["errorCorrection"]  # whatever was asked for
    beside = {"style": now["style"], "scannability": now["scannability"], "errorCorrection": level}
    assert now == {**plain, shown: value, **beside}
    assert _get(caller, f"/api/v1/qr/{plain['id']}") == edited.json["data"]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_another_value_of_it_is_refused_by_its_name(caller: Caller, name: str, value: Any) -> None:
    raw = json.dumps({"data": "x", name: value}).encode()
    _refused(caller.call("POST", "/api/v1/qr", raw=raw), 400, "invalid_request", name)
    made = _create(caller, data="x")
    answer = caller.call("PATCH", f"/api/v1/qr/{made['id']}", {name: value})
    _refused(answer, 400, "invalid_request", name)
    assert _get(caller, f"/api/v1/qr/{made['id']}") == made


@pytest.mark.parametrize("url", UNSAFE)
def test_a_logo_is_never_fetched_from_inside_nor_from_ourselves(caller: Caller, web: Web, url: str) -> None:
    made = _create(caller, data="x")
    for answer in (
        caller.call("POST", "/api/v1/qr", {"data": "x", "logoUrl": url}),
        caller.call("PATCH", f"/api/v1/qr/{made['id']}", {"logoUrl": url}),
    ):
        assert answer.json["error"]["code"] in ("unsafe_destination", "invalid_request")
        _refused(answer, 400, answer.json["error"]["code"], "logoUrl")
    assert web.asked == []


# --- Logos: fetched at create and at change, and never else

OTHER_LOGO = "https://cdn.example.com/other.webp"
NO_LOGO = [
    (Refused("redirect", 302), "answered with a redirect; give the address of the image itself"),
    (Refused("status", 404), "answered with the status 404 instead of an image"),
    (Refused("timeout"), "took longer than 3 seconds"),
    (Refused("too_large"), "must be at most 1 MB"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "must be a PNG, JPEG or WebP image"),
]


def _logos(world: World) -> list[str]:
    return [it["sk"]["S"] for it in world.items("objects") if it["sk"]["S"].startswith("logo#")]


@pytest.mark.parametrize(("answer", "problem"), NO_LOGO, ids=[problem for _, problem in NO_LOGO])
def test_without_its_logo_nothing_is_made_changed_or_counted(
    caller: Caller, world: World, web: Web, answer: bytes | Refused, problem: str
) -> None:
    code, made = caller.create(), _create(caller, data="x", logoUrl=LOGO)
    web.answers[OTHER_LOGO] = answer
    before = world.items("objects")
    for method, path, body in (
        ("POST", "/api/v1/qr", {"urlId": code["id"]}),
        ("POST", "/api/v1/qr", {"data": "x"}),
        ("PATCH", f"/api/v1/qr/{made['id']}", {"size": 300}),
    ):
        refused = caller.call(method, path, {**body, "logoUrl": OTHER_LOGO}, Idempotency_Key="k")
        _refused(refused, 400, "invalid_request", "logoUrl")
        assert refused.json["error"]["message"] == f"logoUrl: {problem}"
    assert _without_limits(world.items("objects")) == _without_limits(before)
    del web.answers[OTHER_LOGO]
    assert _create(caller, urlId=code["id"], logoUrl=OTHER_LOGO)["qrData"] == code["short_url"]


def _without_limits(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [it for it in items if "#limits#" not in it["pk"]["S"]]


def test_a_logo_on_a_name_that_leads_inside_is_unsafe(caller: Caller, web: Web) -> None:
    web.answers[LOGO] = Refused("private")
    answer = caller.call("POST", "/api/v1/qr", {"data": "x", "logoUrl": LOGO})
    _refused(answer, 400, "unsafe_destination", "logoUrl")


def test_a_logo_is_fetched_once_and_again_only_for_another(caller: Caller, world: World, web: Web) -> None:
    made = _create(caller, data="x", logoUrl=LOGO)
    path = f"/api/v1/qr/{made['id']}"
    for body in ({"size": 300}, {"logoUrl": LOGO}, {"logoUrl": LOGO, "format": "svg"}, {}):
        assert caller.call("PATCH", path, body).status == 200
    _get(caller, path)
    assert (web.asked, len(_logos(world))) == ([LOGO], 1)
    web.answers[OTHER_LOGO] = picture("#3030C0")
    assert caller.call("PATCH", path, {"logoUrl": OTHER_LOGO}).json["data"]["logoUrl"] == OTHER_LOGO
    assert (web.asked, len(_logos(world))) == ([LOGO, OTHER_LOGO], 2)
    assert caller.call("PATCH", path, {"logoUrl": None}).json["data"]["logoUrl"] is None
    assert web.asked == [LOGO, OTHER_LOGO]


def test_the_same_logo_is_stored_once_for_an_organization(caller: Caller, world: World) -> None:
    for url in (LOGO, LOGO, OTHER_LOGO):
        _create(caller, data="x", logoUrl=url)
    assert len(_logos(world)) == 1
    _create(new_caller("Other"), data="x", logoUrl=LOGO)
    assert len(_logos(world)) == 2


def test_what_is_refused_or_replayed_fetches_nothing(world: World, web: Web) -> None:
    caller = new_caller(plan="free")
    body = {"data": "x", "logoUrl": LOGO}
    deleted = _create(caller, data="x")["id"]
    caller.call("DELETE", f"/api/v1/qr/{deleted}")
    first = caller.call("POST", "/api/v1/qr", body, Idempotency_Key="k")
    assert web.asked.pop() == LOGO
    again = caller.call("POST", "/api/v1/qr", body, Idempotency_Key="k")
    assert (again.status, again.json) == (201, first.json)
    for method, path, sent, status in (
        ("POST", "/api/v1/qr", {"urlId": 5}, 404),
        ("POST", "/api/v1/qr", {"data": "x" * 2049}, 400),
        ("POST", "/api/v1/qr", {"data": "x", "size": 1}, 400),
        ("PATCH", "/api/v1/qr/5", {}, 404),
        ("PATCH", f"/api/v1/qr/{deleted}", {}, 404),
    ):
        assert caller.call(method, path, {**sent, "logoUrl": LOGO}).status == status
    for _ in range(23):
        _create(caller, data="x")
    assert caller.call("POST", "/api/v1/qr", body).status == 402
    assert web.asked == []


# --- List and filter


def _ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


def test_a_list_is_newest_first_25_a_page_and_100_at_most(caller: Caller, world: World) -> None:
    code = caller.create()
    made = [_create(caller, **({"urlId": code["id"]} if n % 2 else {"data": str(n)}))["id"] for n in range(27)]
    newest = made[::-1]
    assert _ids(_get(caller, "/api/v1/qr")) == newest[:25]
    assert _ids(_get(caller, "/api/v1/qr?offset=25")) == newest[25:]
    for limit, rows in (("1", 1), ("0", 1), ("-3", 1), ("100", 27), ("101", 27), ("9" * 50, 27)):
        assert _ids(_get(caller, f"/api/v1/qr?limit={limit}")) == newest[:rows]
    pages = [caller.call("GET", f"/api/v1/qr?limit={limit}").json["pagination"] for limit in (10, 1000)]
    assert [(it["limit"], it["offset"], it["total"], it["hasMore"]) for it in pages] == [
        (10, 0, 27, True),
        (100, 0, 27, False),
    ]
    for path in ("/api/v1/qr?offset=27", "/api/v1/qr?offset=999999999999"):
        assert _get(caller, path) == []


@pytest.mark.parametrize("query", ["limit=x", "offset=1.5", "standalone=yes", "cursor=!", "cursor=AAAA", "urlId=abc"])
def test_a_parameter_that_makes_no_sense_is_refused_by_its_name(caller: Caller, query: str) -> None:
    _refused(caller.call("GET", f"/api/v1/qr?{query}"), 400, "invalid_request", query.split("=")[0])


def _lists(url: str) -> dict[str, str]:
    return {
        "all": "/api/v1/qr",
        "of a url": f"/api/v1/qr?urlId={url}",
        "under a url": f"/api/v1/urls/{url}/qr",
        "standalone": "/api/v1/qr?standalone=true",
    }


def test_filters_choose_those_of_a_url_or_those_without(caller: Caller) -> None:
    code, other = caller.create(), caller.create()
    bound = [_create(caller, urlId=code["id"])["id"] for _ in range(3)]
    alone = [_create(caller, data="x")["id"] for _ in range(2)]
    elsewhere = _create(caller, urlId=other["id"])["id"]
    found = {name: _ids(_get(caller, path)) for name, path in _lists(code["id"]).items()}
    assert found == {
        "all": [elsewhere, *alone[::-1], *bound[::-1]],
        "of a url": bound[::-1],
        "under a url": bound[::-1],
        "standalone": alone[::-1],
    }
    assert _ids(_get(caller, "/api/v1/qr?standalone=false")) == found["all"]
    assert _ids(_get(caller, f"/api/v1/qr?urlId={_number(code['id'])}")) == bound[::-1]
    assert _get(caller, f"/api/v1/qr?standalone=true&urlId={code['id']}") == []
    assert _get(caller, "/api/v1/qr?urlId=5") == []


@pytest.mark.parametrize("name", ["all", "of a url", "under a url", "standalone"])
def test_a_walk_by_cursor_has_each_once_while_others_come_and_go(caller: Caller, name: str) -> None:
    code = caller.create()
    body = {"data": "x"} if name == "standalone" else {"urlId": code["id"]}
    made = [_create(caller, **body)["id"] for _ in range(8)]
    path = _lists(code["id"])[name]
    path += "&" if "?" in path else "?"
    walked: list[str] = []
    cursor = ""
    for step in range(4):
        answer = caller.call("GET", f"{path}limit=2&cursor={cursor}").json
        walked += _ids(answer["data"])
        cursor = answer["pagination"]["nextCursor"]
        assert answer["pagination"]["hasMore"] == (cursor is not None) == (step < 3)
        if step == 0:
            _create(caller, **body)
            caller.call("DELETE", f"/api/v1/qr/{made[5]}")
    assert walked == [it for it in made[::-1] if it != made[5]]


def test_a_cursor_is_of_one_list_only(caller: Caller) -> None:
    code = caller.create()
    for _ in range(2):
        _create(caller, urlId=code["id"])
    paths = _lists(code["id"])
    cursor = caller.call("GET", paths["under a url"] + "?limit=1").json["pagination"]["nextCursor"]
    for name in ("all", "of a url", "standalone"):
        path = paths[name] + ("&" if "?" in paths[name] else "?") + f"cursor={cursor}"
        _refused(caller.call("GET", path), 400, "invalid_request", "cursor")


def test_what_others_have_is_in_no_list(caller: Caller) -> None:
    other = new_caller("Other")
    _create(other, data="x")
    _create(other, urlId=other.create()["id"])
    assert _get(caller, "/api/v1/qr") == _get(caller, "/api/v1/qr?standalone=true") == []


# --- Read, update branding, soft-delete


def test_an_edit_changes_what_is_given_and_nothing_else(caller: Caller) -> None:
    made = _create(caller, urlId=caller.create()["id"], logoUrl=LOGO, size=300, errorCorrectionLevel="H")
    path = f"/api/v1/qr/{made['id']}"
    edited = caller.call("PATCH", path, {**shapes.ASKED_EDIT, "logoUrl": None, "unknown": 1}).json["data"]
    shown = {name: value for name, value in shapes.ASKED_EDIT.items() if name != "errorCorrectionLevel"}
    assert made["scannability"]["reasons"][0]["cause"] == "logo"
    perfect = {"score": 100, "reasons": []}
    assert edited == {**made, **shown, "errorCorrection": "M", "logoUrl": None, "scannability": perfect}
    assert caller.call("PATCH", path, {}).json["data"] == edited


@pytest.mark.parametrize("name", ["data", "urlId", "qrData", "type", "fields", "compact"])
@pytest.mark.parametrize("value", ["x", None, 5])
def test_what_it_holds_is_immutable(caller: Caller, name: str, value: Any) -> None:
    for made in (_create(caller, data="x"), _create(caller, urlId=caller.create()["id"])):
        answer = caller.call("PATCH", f"/api/v1/qr/{made['id']}", {"size": 300, name: value})
        _refused(answer, 400, "invalid_request", name)
        assert _get(caller, f"/api/v1/qr/{made['id']}") == made


def test_an_edit_cannot_make_a_symbol_that_holds_less(caller: Caller) -> None:
    made = _create(caller, data="a" * 2000)
    answer = caller.call("PATCH", f"/api/v1/qr/{made['id']}", {"errorCorrectionLevel": "Q"})
    _refused(answer, 400, "invalid_request", "errorCorrectionLevel")
    assert caller.call("PATCH", f"/api/v1/qr/{made['id']}", {"errorCorrectionLevel": "L"}).status == 200


@pytest.mark.parametrize("bound", [True, False], ids=["of a url", "standalone"])
def test_a_deleted_one_is_out_of_every_list_and_stays_readable_with_its_scans(
    caller: Caller, clock: list[int], bound: bool
) -> None:
    code = caller.create()
    body = {"urlId": code["id"]} if bound else {"data": "x"}
    kept, made = _create(caller, **body), _create(caller, **body)
    if bound:
        _scan(made["qrData"])
    clock[0] += 60_000
    answer = caller.call("DELETE", f"/api/v1/qr/{made['id']}")
    assert (answer.status, answer.json) == (200, {"success": True, "data": {"id": made["id"], "deleted": True}})
    scans = 1 if bound else 0
    expected = {**made, "scanCount": scans, "deletedAt": iso_time(clock[0])}
    assert _get(caller, f"/api/v1/qr/{made['id']}") == expected
    assert _get(caller, f"/api/v1/qr/{made['id']}/scans")["totals"]["totalScans"] == scans
    for name, path in _lists(code["id"]).items():
        listed = caller.call("GET", path).json
        assert made["id"] not in _ids(listed["data"])
        assert listed["pagination"]["total"] == (1 if bound != (name == "standalone") or name == "all" else 0)
    assert kept["id"] in _ids(_get(caller, "/api/v1/qr"))
    _refused(caller.call("DELETE", f"/api/v1/qr/{made['id']}"), 404, "not_found")
    _refused(caller.call("PATCH", f"/api/v1/qr/{made['id']}", {"size": 300}), 404, "not_found")
    if bound:
        assert _scan(made["qrData"]) == 302, "what is printed goes on leading somewhere"
        assert _get(caller, f"/api/v1/qr/{made['id']}")["scanCount"] == 2
        assert _create(caller, **body)["qrData"].endswith(".3"), "a marker is never given out again"


@pytest.mark.parametrize("qr_id", ["qr_5", "5", "nothing", "%20", "org_5"])
def test_one_that_is_not_there_is_not_found(caller: Caller, qr_id: str) -> None:
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/scans")):
        body: Any = {} if method == "PATCH" else None
        _refused(caller.call(method, f"/api/v1/qr/{qr_id}{path}", body), 404, "not_found")


def test_every_spelling_of_an_id_is_taken(caller: Caller) -> None:
    made = _create(caller, data="x")
    number = _number(made["id"])
    for spelled in (str(number), ids.spell("dc", number), made["id"]):
        assert _get(caller, f"/api/v1/qr/{spelled}")["id"] == made["id"]


def test_those_of_an_erased_url_go_with_it(caller: Caller, world: World) -> None:
    code, other = caller.create(), caller.create()
    made = [_create(caller, urlId=code["id"]) for _ in range(3)]
    stays = _create(caller, urlId=other["id"])
    caller.call("DELETE", f"/api/v1/qr/{made[0]['id']}")
    caller.call("DELETE", f"/v1/dynamic/{code['id']}")
    for each in made:
        assert caller.call("GET", f"/api/v1/qr/{each['id']}").status == 404
        assert caller.call("GET", f"/api/v1/qr/{each['id']}/scans").status == 404
    assert _ids(_get(caller, "/api/v1/qr")) == [stays["id"]]
    assert caller.call("GET", f"/api/v1/urls/{code['id']}/qr").status == 404
    _refused(caller.call("POST", "/api/v1/qr", {"urlId": code["id"]}), 404, "not_found")
    runs = 0
    while not erasing.erase(caller.organization, _number(code["id"]), NOON, lambda: True):
        runs += 1
        assert runs < 30
    left = [item["sk"]["S"] for item in world.items("objects")]
    assert sorted(sk.split("#")[0] for sk in left if sk.startswith(("bound#", "linked#"))) == ["bound", "linked"]
    assert _ids(_get(caller, "/api/v1/qr")) == [stays["id"]]
    assert caller.call("GET", "/api/v1/qr").json["pagination"]["total"] == 1


# --- Per-QR scan analytics


def test_the_scans_answer_has_every_field_of_the_example(caller: Caller) -> None:
    code = caller.create()
    made = _create(caller, urlId=code["id"])
    _scan(made["qrData"])
    _scan(made["qrData"], via="app_scanner")
    answer = caller.call("GET", f"/api/v1/qr/{made['id']}/scans")
    assert set(types(qr_answers.SCANS_EXAMPLE)) <= set(types(answer.json))
    scans = answer.json["data"]
    assert (scans["qrCodeId"], scans["urlId"]) == (made["id"], made["urlId"])
    assert scans["totals"] == {"totalScans": 2, "uniqueScans": 2, "uniqueIps": 2, "botsExcluded": 0}
    assert scans["breakdowns"]["scanMethod"] == [
        {"scanMethod": "app_scanner", "scans": 1},
        {"scanMethod": "camera", "scans": 1},
    ]
    assert scans["until"] == iso_time(NOON)
    assert (len(scans["timeseries"]), scans["timeseries"][-1]["scans"]) == (31, 2)


def test_scans_are_by_day_from_30_days_ago_or_by_hour_as_is_asked(caller: Caller) -> None:
    made = _create(caller, urlId=caller.create()["id"])
    _scan(made["qrData"])
    today = iso_time(NOON)[:10]
    hourly = _get(caller, f"/api/v1/qr/{made['id']}/scans?since={today}T09:00:00Z&groupBy=hour&limit=1")
    assert (hourly["since"], hourly["until"]) == (f"{today}T00:00:00Z", f"{today}T12:00:00Z")
    assert [(row["bucket"], row["scans"]) for row in hourly["timeseries"] if row["scans"]] == [
        (f"{today}T12:00:00Z", 1)
    ]
    assert len(hourly["timeseries"]) == 13
    for query, name in (("groupBy=week", "groupBy"), ("since=yesterday", "since"), ("limit=x", "limit")):
        answer = caller.call("GET", f"/api/v1/qr/{made['id']}/scans?{query}")
        _refused(answer, 400, "invalid_request", name)


def test_each_qr_code_has_its_own_scans_and_the_first_those_without_a_marker(caller: Caller, clock: list[int]) -> None:
    code = caller.create(slug="spring")
    _scan("spring")  # nobody's: there is no QR code yet
    clock[0] += 1
    first, second, third = (_create(caller, urlId=code["id"]) for _ in range(3))
    for printed in ("spring", "spring.1", "spring.0", "spring.9", "spring.x", "spring.2", "spring.3", "spring.3"):
        assert _scan(printed) == 302
    _scan("spring.3", agent=GOOGLEBOT)
    totals = [_get(caller, f"/api/v1/qr/{it['id']}/scans")["totals"]["totalScans"] for it in (first, second, third)]
    assert totals == [5, 1, 2]
    assert [_get(caller, f"/api/v1/qr/{it['id']}")["scanCount"] for it in (first, second, third)] == totals
    rows = _get(caller, f"/api/v1/urls/{code['id']}/qr")
    assert [row["scanCount"] for row in rows] == totals[::-1]
    assert _get(caller, f"/api/v1/qr/{third['id']}/scans")["totals"]["botsExcluded"] == 1
    assert caller.call("GET", f"/v1/dynamic/{code['id']}/scans").json["scans"]["total"] == 9


def test_a_scan_is_in_the_very_next_count(caller: Caller) -> None:
    made = _create(caller, urlId=caller.create()["id"])
    for scanned in range(1, 4):
        _scan(made["qrData"])
        assert _get(caller, f"/api/v1/qr/{made['id']}")["scanCount"] == scanned


def test_of_a_standalone_one_there_are_no_scans(caller: Caller) -> None:
    made = _create(caller, data="https://example.com/")
    scans = _get(caller, f"/api/v1/qr/{made['id']}/scans")
    assert (scans["qrCodeId"], scans["urlId"]) == (made["id"], None)
    assert set(scans["totals"].values()) == {0}
    assert set(map(len, scans["breakdowns"].values())) == {0}
    assert len(scans["timeseries"]) == 31
    assert {(row["scans"], row["uniques"]) for row in scans["timeseries"]} == {(0, 0)}


# --- Billing meter, and creating once


def _used(world: World) -> int:
    return sum(int(it["created"]["N"]) for it in world.items("objects") if it["sk"]["S"].startswith("usage#"))


def test_each_create_counts_once_plain_or_branded_and_nothing_else_does(caller: Caller, world: World) -> None:
    code = caller.create()
    before = _used(world)
    made = [_create(caller, urlId=code["id"]), _create(caller, data="x", logoUrl=LOGO, foregroundColor="#112233")]
    caller.call("POST", "/api/v1/qr", {"data": "x", "size": 1})
    for each in made:
        caller.call("PATCH", f"/api/v1/qr/{each['id']}", {"size": 300})
        caller.call("GET", f"/api/v1/qr/{each['id']}")
        caller.call("DELETE", f"/api/v1/qr/{each['id']}")
    assert _used(world) == before + 2


def test_the_free_plan_stops_at_its_25(world: World) -> None:
    caller = new_caller(plan="free")
    for _ in range(25):
        _create(caller, data="x")
    _refused(caller.call("POST", "/api/v1/qr", {"data": "x"}), 402, "plan_limit_exceeded")


def test_creates_are_not_bound_to_twenty_an_hour(caller: Caller) -> None:
    for _ in range(21):
        _create(caller, data="x")


def test_an_idempotency_key_makes_one_qr_code_and_one_marker(caller: Caller, world: World) -> None:
    code = caller.create()
    body = {"urlId": code["id"]}
    first = caller.call("POST", "/api/v1/qr", body, Idempotency_Key="k1")
    used = _used(world)
    again = caller.call("POST", "/api/v1/qr", body, Idempotency_Key="k1")
    assert (again.status, again.json, again.headers["idempotent-replay"]) == (201, first.json, "true")
    assert _used(world) == used
    assert _create(caller, **body)["qrData"].endswith(".2")
    other = caller.call("POST", "/api/v1/qr", {**body, "size": 300}, Idempotency_Key="k1")
    _refused(other, 422, "invalid_request", "Idempotency-Key")


# --- Two at once: another request commits just before this one does


def _overtaken(monkeypatch: pytest.MonkeyPatch, overtake: Callable[[], object]) -> None:
    commit, done = Transaction.commit, list[bool]()

    def overtaken(self: Transaction) -> list[Refusal]:
        if not done:
            done.append(True)
            overtake()
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", overtaken)


def test_two_that_are_made_at_once_get_different_markers(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    code = caller.create(slug="spring")
    other: list[Any] = []
    _overtaken(monkeypatch, lambda: other.append(_create(caller, urlId=code["id"])))
    mine = _create(caller, urlId=code["id"])
    assert (other[0]["qrData"], mine["qrData"]) == ("https://qz.example/spring", "https://qz.example/spring.2")
    assert _scan("spring.2") == 302
    assert [_get(caller, f"/api/v1/qr/{it['id']}")["scanCount"] for it in (other[0], mine)] == [0, 1]


def test_one_that_is_made_while_the_slug_changes_holds_the_new_slug(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = caller.create(slug="old-slug")
    path = f"/v1/dynamic/{code['id']}"
    _overtaken(monkeypatch, lambda: caller.call("PATCH", path, {"slug": "new-slug"}))
    made = _create(caller, urlId=code["id"])
    assert made["qrData"] == "https://qz.example/new-slug"
    _scan("new-slug")
    assert _get(caller, f"/api/v1/qr/{made['id']}")["scanCount"] == 1


def test_a_link_that_is_edited_while_one_is_made_keeps_its_marker(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = caller.create(slug="spring")
    _overtaken(monkeypatch, lambda: _create(caller, urlId=code["id"]))
    assert caller.call("PATCH", f"/v1/dynamic/{code['id']}", {"label": "New"}).json["label"] == "New"
    made = _create(caller, urlId=code["id"])
    assert made["qrData"] == "https://qz.example/spring.2"
    _scan("spring.2")
    assert _get(caller, f"/api/v1/qr/{made['id']}")["scanCount"] == 1


def test_one_of_a_url_that_is_erased_meanwhile_is_not_made(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = caller.create()
    _overtaken(monkeypatch, lambda: caller.call("DELETE", f"/v1/dynamic/{code['id']}"))
    _refused(caller.call("POST", "/api/v1/qr", {"urlId": code["id"]}), 404, "not_found")
    assert not [item for item in world.items("objects") if item["sk"]["S"].startswith(("bound#", "linked#"))]


def test_of_two_edits_at_once_both_are_kept(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/api/v1/qr/{_create(caller, data='x')['id']}"
    _overtaken(monkeypatch, lambda: caller.call("PATCH", path, {"size": 300}))
    edited = caller.call("PATCH", path, {"format": "svg"}).json["data"]
    assert (edited["size"], edited["format"]) == (300, "svg")


def test_an_edit_does_not_bring_back_what_is_deleted_meanwhile(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/api/v1/qr/{_create(caller, data='x')['id']}"
    _overtaken(monkeypatch, lambda: caller.call("DELETE", path))
    _refused(caller.call("PATCH", path, {"size": 300}), 404, "not_found")
    assert _get(caller, "/api/v1/qr") == []


# --- Scopes and limits


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "", "qr:write"),
        ("GET", "", "qr:read"),
        ("GET", "/{id}", "qr:read"),
        ("PATCH", "/{id}", "qr:write"),
        ("DELETE", "/{id}", "qr:write"),
        ("GET", "/{id}/scans", "qr:read"),
    ],
)
def test_reading_and_scans_take_qr_read_and_writing_qr_write(world: World, method: str, path: str, scope: str) -> None:
    made = _create(owner := new_caller(), data="x")
    body: Any = {"POST": {"data": "y"}, "PATCH": {"size": 300}}.get(method)
    for held in ("qr:read", "qr:write", "analytics:read"):
        caller = new_caller(f"Of {held}", scopes=frozenset({held}))
        answer = caller.call(method, f"/api/v1/qr{path.format(id=made['id'])}", body)
        assert (answer.status == 403) == (held != scope)
    assert owner.call(method, f"/api/v1/qr{path.format(id=made['id'])}", body).status < 300


def test_reads_are_120_a_minute_and_writes_60(caller: Caller) -> None:
    made = caller.call("POST", "/api/v1/qr", {"data": "x"})
    assert (made.headers["x-ratelimit-limit"], made.headers["x-ratelimit-remaining"]) == ("60", "59")
    read = caller.call("GET", f"/api/v1/qr/{made.json['data']['id']}")
    assert (read.headers["x-ratelimit-limit"], read.headers["x-ratelimit-remaining"]) == ("120", "119")
    for _ in range(59):
        assert caller.call("POST", "/api/v1/qr", {"data": "x"}).status == 201
    refused = caller.call("POST", "/api/v1/qr", {"data": "x"})
    _refused(refused, 429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
