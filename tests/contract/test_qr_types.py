"""QR codes of the `qr` API by a type and its fields, beside those of a url and of any data: beyond its document."""

from typing import Any

import pytest

from chalicelib.core.kinds import KINDS
from tests.api.calls import Answer, Caller
from tests.contract.test_qr_codes import LOGO, VCARD
from tests.world import World

FIELDS: dict[str, dict[str, Any]] = {
    "url": {"url": "https://example.com/menu"},
    "text": {"text": "Hello, w\u00f6rld"},
    "email": {"email": "a@example.com", "subject": "Hi"},
    "phone": {"phone": "+44 20 7946 0000"},
    "sms": {"phone": "+44 20 7946 0000", "message": "Hi"},
    "whatsapp": {"phone": "+44 20 7946 0000"},
    "wifi": {"ssid": "Cafe", "password": "pw; yes"},
    "geo": {"latitude": 51.5, "longitude": -0.12},
    "vcard": {"first_name": "Ada", "last_name": "Lovelace"},
    "mecard": {"first_name": "Ada", "last_name": "Lovelace"},
    "event": {"title": "Concert", "start": "2026-05-01T19:00:00+02:00", "duration": 90},
}


def _create(caller: Caller, **body: Any) -> Any:
    answer = caller.call("POST", "/api/v1/qr", body)
    assert answer.status == 201, answer.json
    return answer.json["data"]


def _refused(answer: Answer, field: str) -> str:
    error = answer.json["error"]
    assert (answer.status, error["code"], error.get("field")) == (400, "invalid_request", field)
    assert error["message"].startswith(f"{field}: ")
    message: str = error["message"]
    return message


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_and_its_fields_make_the_same_payload_as_a_static_code(caller: Caller, kind: str) -> None:
    made = _create(caller, type=kind, fields=FIELDS[kind], size=300)
    static = caller.call("POST", "/v1/codes", {"type": kind, "fields": FIELDS[kind]})
    assert static.status == 201
    assert (made["qrData"], made["type"]) == (static.json["payload"], static.json["type"])
    assert (made["urlId"], made["compact"], made["size"]) == (None, False, 300)
    rows = caller.call("GET", "/v1/codes").json["codes"]
    assert {(row["type"], row["payload"], row["dynamic"]) for row in rows} == {(kind, made["qrData"], False)}
    assert _create(caller, data=made["qrData"])["type"] == kind


def test_one_of_a_url_is_of_the_type_url(caller: Caller) -> None:
    assert _create(caller, urlId=caller.create()["id"])["type"] == "url"


@pytest.mark.parametrize(
    ("data", "kind"), [(VCARD, "vcard"), ("hello", "text"), ("tel:+4420", "phone"), ("https://example.com", "url")]
)
def test_data_is_of_the_type_that_phones_take_it_for(caller: Caller, data: str, kind: str) -> None:
    made = _create(caller, data=data)
    assert (made["type"], made["qrData"]) == (kind, data)
    assert caller.call("GET", f"/api/v1/qr/{made['id']}").json["data"]["type"] == kind


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"type": "text", "fields": {"text": "a"}, "data": "a"}, "type", id="data too"),
        pytest.param({"type": "text", "fields": {"text": "a"}, "urlId": 5}, "type", id="urlId too"),
        pytest.param({"data": "a", "urlId": 5}, "data", id="urlId and data"),
        pytest.param({"fields": {"text": "a"}}, "urlId", id="fields alone"),
        pytest.param({"data": "a", "fields": {"text": "a"}}, "type", id="fields of no type"),
        pytest.param({"type": "fax", "fields": {}}, "type", id="unknown type"),
        pytest.param({"type": "", "fields": {}}, "type", id="empty type"),
        pytest.param({"type": 7, "fields": {}}, "type", id="a number for a type"),
        pytest.param({"type": "text", "fields": []}, "fields", id="a list for fields"),
        pytest.param({"type": "text"}, "fields.text", id="no fields"),
        pytest.param({"type": "text", "fields": None}, "fields.text", id="null for fields"),
        pytest.param(
            {"type": "geo", "fields": {"latitude": 91, "longitude": 0}}, "fields.latitude", id="a wrong field"
        ),
        pytest.param({"type": "event", "fields": {"title": "A", "start": "soon"}}, "fields.start", id="no time"),
        pytest.param({"type": "text", "fields": {"text": "x" * 2049}}, "fields", id="too long"),
    ],
)
def test_what_makes_no_payload_is_refused_by_its_name(
    caller: Caller, world: World, body: dict[str, Any], field: str
) -> None:
    _refused(caller.call("POST", "/api/v1/qr", body), field)
    assert not [item for item in world.items("objects") if item["sk"]["S"].startswith(("code#", "usage#"))]


@pytest.mark.parametrize(
    ("body", "field", "limit"),
    [
        pytest.param({"data": "a" * 1300, "errorCorrectionLevel": "H"}, "data", "1,273", id="bytes"),
        pytest.param({"data": "\u00e9" * 640, "errorCorrectionLevel": "H"}, "data", "1,272", id="not ASCII"),
        pytest.param({"data": "A" * 1853, "errorCorrectionLevel": "H"}, "data", "1,852", id="capitals"),
        pytest.param(
            {"type": "text", "fields": {"text": "a" * 1700}, "errorCorrectionLevel": "Q"},
            "fields",
            "1,663",
            id="fields",
        ),
        pytest.param({"data": "a" * 2049}, "data", "2,048", id="2 KB"),
    ],
)
def test_what_is_too_long_for_its_level_is_told_the_limit(
    caller: Caller, body: dict[str, Any], field: str, limit: str
) -> None:
    assert limit in _refused(caller.call("POST", "/api/v1/qr", body), field)


def test_the_longest_static_code_fits_its_default_level(caller: Caller) -> None:
    for text in ("a" * 2048, "\u00e9" * 1024):
        assert caller.call("POST", "/v1/codes", {"type": "text", "fields": {"text": text}}).status == 201
    answer = caller.call("POST", "/v1/codes", {"type": "text", "fields": {"text": "a" * 2049}})
    assert (answer.status, answer.json["field"]) == (400, "fields")
    assert answer.json["error"] == "fields: 2,049 bytes of UTF-8 are too many: a payload may have 2,048"


def test_a_logo_needs_the_highest_level_whatever_was_asked_for(caller: Caller) -> None:
    long = {"data": "a" * 1300, "errorCorrectionLevel": "L"}
    message = _refused(caller.call("POST", "/api/v1/qr", {**long, "logoUrl": LOGO}), "data")
    assert "a QR code with a logo holds at most 958" in message
    path = f"/api/v1/qr/{_create(caller, **long)['id']}"
    assert "1,300 bytes" in _refused(caller.call("PATCH", path, {"logoUrl": LOGO}), "logoUrl")
    assert caller.call("PATCH", path, {"logoUrl": None}).status == 200
