"""Bad input gets a clear error with the field's name, and nothing is lost or half-written."""

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from pathlib import Path
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import EndpointConnectionError

from app import app
from chalicelib import ids
from chalicelib.api.operations import MAX_BODY_BYTES
from chalicelib.core.destinations import LONGEST_BYTES
from chalicelib.core.links import Link
from chalicelib.services import links, sweeping
from chalicelib.store import jobs
from tests.api.calls import Answer, Caller, new_caller
from tests.world import World, now_ms

TABLES = ("objects", "scans", "rollups", "visitors")


def _everything(world: World) -> list[Any]:
    return [sorted(world.items(table), key=str) for table in TABLES]


def _refused(answer: Answer, status: int, code: str, field: str | None) -> None:
    assert (answer.status, answer.json["code"], answer.json.get("field")) == (status, code, field)
    assert field is None or field in answer.json["error"]


BODIES = [
    pytest.param(b"", "body", id="no body"),
    pytest.param(b"{", "body", id="wrong JSON"),
    pytest.param(b"\xff\xfe", "body", id="not text"),
    pytest.param(b"[]", "body", id="a list"),
    pytest.param(b"null", "body", id="null"),
    pytest.param(b"[" * 50_000, "body", id="nested beyond reason"),
    pytest.param(b"{}", "destination", id="destination missing"),
    pytest.param(b'{"destination": 5}', "destination", id="destination a number"),
    pytest.param(b'{"destination": null}', "destination", id="destination null"),
    pytest.param(b'{"destination": ""}', "destination", id="destination empty"),
    pytest.param(b'{"destination": "example.com"}', "destination", id="destination relative"),
    pytest.param(b'{"destination": "ftp://example.com"}', "destination", id="another scheme"),
    pytest.param(b'{"destination": "https://example.com/\\nSet-Cookie: a"}', "destination", id="a line break"),
    pytest.param(b'{"destination": "https://example.com/\\ud800"}', "destination", id="a lone surrogate"),
    pytest.param(b'{"destination": "https://example.com/' + b"a" * 8200 + b'"}', "destination", id="over 8 KB"),
    pytest.param(b'{"destination": "https://example.com/", "label": 5}', "label", id="label a number"),
    pytest.param(b'{"destination": "https://example.com/", "label": "a\\u0000b"}', "label", id="label with a NUL"),
    pytest.param(b'{"destination": "https://example.com/", "label": "\\ud800"}', "label", id="label no text"),
    pytest.param(b'{"destination": "https://example.com/", "label": "' + b"a" * 201 + b'"}', "label", id="long label"),
    pytest.param(b'{"destination": "https://example.com/", "slug": "ab"}', "slug", id="short slug"),
    pytest.param(b'{"destination": "https://example.com/", "slug": "-abc"}', "slug", id="hyphen first"),
    pytest.param(b'{"destination": "https://example.com/", "slug": "a/b/c"}', "slug", id="slash in slug"),
    pytest.param(b'{"destination": "https://example.com/", "slug": "Dashboard"}', "slug", id="reserved slug"),
]


@pytest.mark.parametrize(("raw", "field"), BODIES)
def test_a_create_that_is_wrong_names_the_field_and_writes_nothing(
    caller: Caller, world: World, raw: bytes, field: str
) -> None:
    before = _everything(world)
    _refused(caller.call("POST", "/v1/dynamic", raw=raw), 400, "invalid_request", field)
    assert _everything(world) == before


def test_a_body_over_the_limit_is_refused(caller: Caller, world: World) -> None:
    before = _everything(world)
    body = {"destination": "https://example.com/", "label": "a" * 70_000}
    _refused(caller.call("POST", "/v1/dynamic", body), 413, "invalid_request", "body")
    assert _everything(world) == before


@pytest.mark.parametrize(
    "destination",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:8000/",
        "https://user:password@example.com/",
        "https://qz.example/abc",
        "https://QZ.EXAMPLE:443/abc",
    ],
)
def test_an_unsafe_destination_is_refused_on_create_and_on_edit(caller: Caller, world: World, destination: str) -> None:
    code = caller.create()
    before = _everything(world)
    for method, path in (("POST", "/v1/dynamic"), ("PATCH", f"/v1/dynamic/{code['id']}")):
        answer = caller.call(method, path, {"destination": destination})
        _refused(answer, 400, "unsafe_destination", "destination")
    assert _everything(world) == before


def test_unknown_fields_are_ignored(caller: Caller) -> None:
    assert caller.create(theme="brand", folder={"id": 5})["label"] is None


def test_labels_may_be_in_any_script_and_destinations_stay_verbatim(caller: Caller) -> None:
    code = caller.create(label="Frühling 春 🌸", destination="https://example.com/ü?q=%2f+%20#Ä")
    row = caller.call("GET", f"/v1/dynamic/{code['id']}").json
    assert (row["label"], row["destination"]) == ("Frühling 春 🌸", "https://example.com/ü?q=%2f+%20#Ä")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"status": "off"}, "status", id="unknown status"),
        pytest.param({"status": None}, "status", id="status null"),
        pytest.param({"destination": None}, "destination", id="destination null"),
        pytest.param({"slug": "x"}, "slug", id="slug too short"),
        pytest.param({"pause_until": "soon"}, "pause_until", id="no time"),
        pytest.param({"pause_until": 5}, "pause_until", id="a number"),
        pytest.param({"pause_until": "2020-01-01T00:00:00Z"}, "pause_until", id="in the past"),
        pytest.param({"pause_until": "9999-99-99"}, "pause_until", id="no date"),
        pytest.param({"status": "active", "pause_until": "2099-01-01T00:00:00Z"}, "pause_until", id="a contradiction"),
        pytest.param({"destination": "https://example.com/b", "label": 5}, "label", id="one right, one wrong"),
    ],
)
def test_an_edit_that_is_wrong_changes_nothing(caller: Caller, world: World, body: dict[str, Any], field: str) -> None:
    code = caller.create()
    before = _everything(world)
    _refused(caller.call("PATCH", f"/v1/dynamic/{code['id']}", body), 400, "invalid_request", field)
    assert _everything(world) == before


@pytest.mark.parametrize("parameter", ["days=abc", "days=1.5", "days=1e3", "days=%F0%9F%8C%B8", "days=٣"])
def test_days_that_are_no_number_are_refused(caller: Caller, parameter: str) -> None:
    answer = caller.call("GET", f"/v1/dynamic/{caller.create()['id']}/scans?{parameter}")
    _refused(answer, 400, "invalid_request", "days")


def test_a_limit_is_clamped_and_must_be_a_number(caller: Caller) -> None:
    for n in range(3):
        caller.create(label=str(n))
    assert len(caller.call("GET", "/v1/dynamic?limit=0").json["codes"]) == 1
    assert len(caller.call("GET", "/v1/dynamic?limit=99999").json["codes"]) == 3
    _refused(caller.call("GET", "/v1/dynamic?limit=all"), 400, "invalid_request", "limit")


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%F0%9F%8C%B8", "A" * 500, "-" * 20])
def test_a_cursor_that_we_never_gave_is_refused(caller: Caller, cursor: str) -> None:
    for path in ("/v1/dynamic", "/v1/codes"):
        _refused(caller.call("GET", f"{path}?cursor={cursor}"), 400, "invalid_request", "cursor")


def test_a_cursor_of_another_tenant_or_another_list_is_refused(caller: Caller) -> None:
    other = new_caller("Other")
    for who in (caller, other):
        for n in range(2):
            who.create(label=str(n))
    theirs = other.call("GET", "/v1/dynamic?limit=1").json["next_cursor"]
    mine = caller.call("GET", "/v1/codes?limit=1").json["next_cursor"]
    for cursor in (theirs, mine):
        _refused(caller.call("GET", f"/v1/dynamic?cursor={cursor}"), 400, "invalid_request", "cursor")


@pytest.mark.parametrize("code_id", ["x", "dc_", "dc_0", "1", "-1", "qr_zzzzzzzzzzzzzzz", "..", "%00", "9" * 40])
def test_an_id_that_names_nothing_is_not_found(caller: Caller, code_id: str) -> None:
    for path in (f"/v1/dynamic/{code_id}", f"/v1/dynamic/{code_id}/scans"):
        _refused(caller.call("GET", path), 404, "not_found", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "type", id="no type"),
        pytest.param({"type": "fax"}, "type", id="unknown type"),
        pytest.param({"type": "url"}, "fields.url", id="no fields"),
        pytest.param({"type": "url", "fields": []}, "fields", id="fields no object"),
        pytest.param({"type": "url", "fields": {"url": "javascript:alert(1)"}}, "fields.url", id="a script"),
        pytest.param({"type": "text", "fields": {"text": "\u00e9" * 1025}}, "fields", id="too long"),
        pytest.param({"type": "text", "fields": {"text": 5}}, "fields.text", id="no text"),
        pytest.param({"type": "geo", "fields": {"lat": "91", "lng": "0"}}, "fields.latitude", id="beyond the pole"),
        pytest.param({"type": "wifi", "fields": {"ssid": "a", "encryption": "x"}}, "fields.encryption", id="wifi"),
    ],
)
def test_a_static_code_that_cannot_be_built_names_its_field(
    caller: Caller, world: World, body: dict[str, Any], field: str
) -> None:
    before = _everything(world)
    _refused(caller.call("POST", "/v1/codes", body), 400, "invalid_request", field)
    assert _everything(world) == before


def test_a_bug_is_answered_without_its_details_and_logged_without_its_values(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("secret value")

    monkeypatch.setattr("chalicelib.services.accounts.member", fail)
    answer = caller.call("GET", "/v1/me")
    assert (answer.status, answer.json["code"]) == (500, "server_error")
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "secret value" not in logged + str(answer.json)


def test_ids_in_answers_are_spelled_as_this_api_does(caller: Caller) -> None:
    code = caller.create()
    number = ids.parse(code["id"])
    assert number is not None
    assert code["id"] == ids.spell("dc", number)


# --- Stranger bodies


def _sized(size: int) -> bytes:
    """A create whose body has exactly so many bytes; what fills it is ignored."""
    empty = b'{"destination": "https://example.com/", "padding": ""}'
    return empty.replace(b'""', b'"' + b"a" * (size - len(empty)) + b'"')


MORE_BODIES = [
    pytest.param(b" \n ", "body", id="blank"),
    pytest.param(b'"destination"', "body", id="a text"),
    pytest.param(b"7", "body", id="a number"),
    pytest.param(b'{"destination": "https://example.com/",}', "body", id="a comma too many"),
    pytest.param(b'{"destination": "https://example.com/"} {}', "body", id="something behind it"),
    pytest.param(b"{'destination': 'https://example.com/'}", "body", id="single quotes"),
    pytest.param(b'{"destination": "https://example.com/\xe4"}', "body", id="Latin-1"),
    pytest.param(b"destination=https%3A%2F%2Fexample.com%2F", "body", id="a form"),
    pytest.param(b'{"destination": "https://example.com/", "x": ' + b"9" * 5000 + b"}", "body", id="immense number"),
    pytest.param(b'{"x":' * 10_000 + b"1" + b"}" * 10_000, "body", id="deeply nested objects"),
    pytest.param(b'{"Destination": "https://example.com/"}', "destination", id="another case"),
    pytest.param(b'{"destination": ["https://example.com/"]}', "destination", id="destination a list"),
    pytest.param(b'{"destination": {"url": "https://example.com/"}}', "destination", id="destination an object"),
    pytest.param(b'{"destination": true}', "destination", id="destination a truth value"),
    pytest.param(b'{"destination": NaN}', "destination", id="destination not a number"),
    pytest.param(b'{"destination": "https://example.com/", "label": ["a"]}', "label", id="label a list"),
    pytest.param(b'{"destination": "https://example.com/", "label": false}', "label", id="label a truth value"),
    pytest.param(b'{"destination": "https://example.com/", "label": "a\\nb"}', "label", id="label of two lines"),
    pytest.param(b'{"destination": "https://example.com/", "label": "\\u001b[31m"}', "label", id="label, escape"),
    pytest.param(b'{"destination": "https://example.com/", "label": "a\\u007f"}', "label", id="label with a delete"),
    pytest.param(b'{"destination": "https://example.com/", "label": "a\\u0085b"}', "label", id="label, C1 control"),
    pytest.param(
        b'{"destination": "https://example.com/", "label": "' + "\U0001f338".encode() * 201 + b'"}',
        "label",
        id="201 letters beyond the basic plane",
    ),
    pytest.param(b'{"destination": "https://example.com/", "slug": 5}', "slug", id="slug a number"),
    pytest.param(b'{"destination": "https://example.com/", "slug": ""}', "slug", id="slug empty"),
    pytest.param(b'{"destination": "https://example.com/", "slug": "abc\\n"}', "slug", id="slug with a line end"),
    pytest.param(b'{"destination": "https://example.com/", "slug": "\\ud800bc"}', "slug", id="slug no text"),
    pytest.param(
        '{"destination": "https://example.com/", "slug": "\u212aelvin"}'.encode(), "slug", id="slug, Kelvin sign"
    ),
    pytest.param(b'{"destination": "https://example.com/", "slug": "' + b"a" * 51 + b'"}', "slug", id="long slug"),
]


@pytest.mark.parametrize(("raw", "field"), MORE_BODIES)
def test_a_stranger_body_is_refused_as_well(caller: Caller, world: World, raw: bytes, field: str) -> None:
    before = _everything(world)
    for headers in ({}, {"Idempotency_Key": "k1"}):
        _refused(caller.call("POST", "/v1/dynamic", raw=raw, **headers), 400, "invalid_request", field)
    assert _everything(world) == before


def test_a_wrong_label_is_told_in_words(caller: Caller) -> None:
    answer = caller.call("POST", "/v1/dynamic", {"destination": "https://example.com/", "label": "a\nb"})
    assert answer.json["error"] == "label: must not hold control characters"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param('{"destination": "https://example.com/", "label": "a"}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"destination": "https://example.com/", "label": "a"}', id="byte order mark"),
        pytest.param(b'{"destination": "https://example.com/", "label": "a", "\\ud800": "\\udfff"}', id="unknown"),
        pytest.param(
            b'{"destination": "https://example.org/", "destination": "https://example.com/", "label": "a"}',
            id="the last of two wins",
        ),
    ],
)
def test_what_can_be_read_is_taken(caller: Caller, raw: bytes) -> None:
    answer = caller.call("POST", "/v1/dynamic", raw=raw, Idempotency_Key="k1")
    assert (answer.status, answer.json["destination"], answer.json["label"]) == (201, "https://example.com/", "a")


@pytest.mark.parametrize(
    "label",
    [
        pytest.param("a" * 200, id="200 letters"),
        pytest.param("\U0001f338" * 200, id="200 letters beyond the basic plane"),
        pytest.param("", id="empty"),
        pytest.param(" ", id="a space"),
    ],
)
def test_a_label_of_any_fitting_text_is_kept_to_the_letter(caller: Caller, label: str) -> None:
    code = caller.create(label=label)
    assert caller.call("GET", f"/v1/dynamic/{code['id']}").json["label"] == label


def test_a_body_of_exactly_the_limit_is_read_and_a_byte_more_is_not(caller: Caller) -> None:
    assert caller.call("POST", "/v1/dynamic", raw=_sized(MAX_BODY_BYTES)).status == 201
    for method, path in (("POST", "/v1/dynamic"), ("POST", "/v1/codes"), ("PATCH", "/v1/dynamic/dc_1")):
        answer = caller.call(method, path, raw=_sized(MAX_BODY_BYTES + 1))
        _refused(answer, 413, "invalid_request", "body")


def test_no_depth_of_nesting_is_a_fault_of_ours(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the parser still takes must not be too deep for whatever comes after it; how deep that is differs."""
    monkeypatch.setattr("chalicelib.services.creating._check_allowance", lambda *_: None)

    def status(depth: int) -> int:
        raw = b'{"destination": "https://example.com/", "x": ' + b"[" * depth + b"]" * depth + b"}"
        return caller.call("POST", "/v1/dynamic", raw=raw, Idempotency_Key=f"k{depth}").status

    deepest = bisect_left(range(30_000), 400, key=status)
    statuses = {depth: status(depth) for depth in range(deepest - 8, deepest + 8)}
    assert set(statuses.values()) <= {201, 400}, statuses


# --- Requests as API Gateway hands them over

CREATE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "events" / "create.json").read_text())


def _ask(headers: dict[str, str], **changes: Any) -> Answer:
    event = {**CREATE, **changes, "headers": {**CREATE["headers"], **headers}}
    event["multiValueHeaders"] = {name: [value] for name, value in event["headers"].items()}
    answer = app(event, None)
    return Answer(
        answer["statusCode"], {n.lower(): v for n, v in answer["headers"].items()}, json.loads(answer["body"])
    )


def test_a_body_in_base64_is_read(caller: Caller) -> None:
    answer = _ask({"AUTHORIZATION": f"Bearer {caller.key}"})
    assert (answer.status, answer.json["label"]) == (201, "Spring")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(b"\xff\xfe\x00", 400, id="not text"),
        pytest.param(b'{"destination": "https://example.com/\xff"}', 400, id="not UTF-8"),
        pytest.param(_sized(MAX_BODY_BYTES), 201, id="the limit is of the bytes, not of the base64"),
        pytest.param(_sized(MAX_BODY_BYTES + 1), 413, id="over the limit"),
    ],
)
def test_a_body_in_base64_is_judged_by_what_is_in_it(caller: Caller, raw: bytes, status: int) -> None:
    body = b64encode(raw).decode()
    answer = _ask({"x-api-key": caller.key}, body=body)
    assert (answer.status, answer.json.get("field")) == (status, None if status == 201 else "body")


def test_no_body_at_all_is_refused(caller: Caller) -> None:
    answer = _ask({"X-Api-Key": caller.key}, body=None, isBase64Encoded=False)
    _refused(answer, 400, "invalid_request", "body")


def test_of_a_header_that_is_sent_twice_the_last_counts(caller: Caller, world: World) -> None:
    """API Gateway keeps the last in `headers` and all in `multiValueHeaders`."""
    other = new_caller("Other")
    event = {**CREATE, "headers": {**CREATE["headers"], "Authorization": f"Bearer {caller.key}"}}
    event["multiValueHeaders"] = {"Authorization": [f"Bearer {other.key}", f"Bearer {caller.key}"]}
    assert app(event, None)["statusCode"] == 201
    assert len(caller.call("GET", "/v1/dynamic").json["codes"]) == 1
    assert other.call("GET", "/v1/dynamic").json == {"codes": []}


def test_of_a_parameter_that_is_sent_twice_the_last_counts(caller: Caller) -> None:
    for n in range(3):
        caller.create(label=str(n))
    assert len(caller.call("GET", "/v1/dynamic?limit=3&limit=1").json["codes"]) == 1
    _refused(caller.call("GET", "/v1/dynamic?limit=1&limit=x"), 400, "invalid_request", "limit")


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param("", id="none"),
        pytest.param("Bearer", id="no key"),
        pytest.param("Basic b3duZXI6c2VjcmV0", id="another scheme"),
        pytest.param("{key}", id="no scheme"),
        pytest.param("Bearer {key}x", id="a letter too many"),
        pytest.param("Bearer {key} {key}", id="twice"),
        pytest.param("Bearer {key},", id="a comma"),
        pytest.param("Bearer \ud800", id="a lone surrogate"),
        pytest.param("Bearer \u043a\u043b\u044e\u0447", id="another script"),
        pytest.param("Bearer " + "a" * 8000, id="over-long"),
    ],
)
def test_who_is_not_known_is_asked_for_a_key_before_anything_is_read(
    caller: Caller, world: World, authorization: str
) -> None:
    code = caller.create()
    before = _everything(world)
    header = authorization.format(key=caller.key)
    requests = [("POST", "/v1/dynamic"), ("POST", "/v1/codes"), ("GET", "/v1/me"), ("GET", "/v1/dynamic")]
    requests += [(method, f"/v1/dynamic/{code['id']}") for method in ("GET", "PATCH", "DELETE")]
    for method, path in requests:
        answer = caller.call(method, path, raw=_sized(MAX_BODY_BYTES + 1), Authorization=header)
        _refused(answer, 401, "unauthorized", None)
    assert _everything(world) == before


def test_a_key_for_reading_writes_nothing(caller: Caller, world: World) -> None:
    reader = new_caller("Reader", scopes=frozenset({"qr:read", "analytics:read"}))
    before = _everything(world)
    for method, path in (
        ("POST", "/v1/dynamic"),
        ("POST", "/v1/codes"),
        ("PATCH", "/v1/dynamic/1"),
        ("DELETE", "/v1/dynamic/1"),
    ):
        _refused(reader.call(method, path, {"destination": "https://example.com/"}), 403, "unauthorized", None)
    assert _everything(world) == before


# --- Destinations, pauses, cursors, ids


def test_a_destination_may_fill_a_header_and_no_more(caller: Caller, world: World) -> None:
    """A letter that is not ASCII takes two bytes in UTF-8 and six in the Location header."""
    start = "https://example.com/"
    letters = (LONGEST_BYTES - len(start)) // 6
    for fits in (start + "a" * (LONGEST_BYTES - len(start)), start + "\u00e4" * letters):
        assert caller.create(destination=fits)["destination"] == fits
    before = _everything(world)
    for over in (start + "a" * (LONGEST_BYTES - len(start) + 1), start + "\u00e4" * (letters + 1)):
        answer = caller.call("POST", "/v1/dynamic", {"destination": over})
        _refused(answer, 400, "invalid_request", "destination")
    assert _everything(world) == before


@pytest.mark.parametrize(
    "until",
    [
        pytest.param("9999-12-31T23:59:59-12:00", id="in the year 10000"),
        pytest.param("9999-12-31T23:59:59.999999-00:01", id="just in the year 10000"),
        pytest.param("0001-01-01T00:00:00+12:00", id="before the year 1"),
        pytest.param("10000-01-01T00:00:00Z", id="five digits"),
        pytest.param("4102444800", id="Unix seconds"),
        pytest.param("2099-02-30T00:00:00Z", id="no such day"),
        pytest.param("2099-01-01T25:00:00Z", id="no such hour"),
        pytest.param("", id="empty"),
        pytest.param("\ud800", id="no text"),
        pytest.param("2099-01-01T00:00:00Z" + " " * 5000, id="over-long"),
    ],
)
def test_a_pause_until_no_time_that_can_be_shown_is_refused_and_lists_stay_readable(
    caller: Caller, world: World, until: str
) -> None:
    code = caller.create()
    before = _everything(world)
    answer = caller.call("PATCH", f"/v1/dynamic/{code['id']}", {"label": "x", "pause_until": until})
    _refused(answer, 400, "invalid_request", "pause_until")
    assert _everything(world) == before
    assert caller.call("GET", "/v1/dynamic").status == 200


def test_the_last_moment_that_can_be_shown_is_taken(caller: Caller) -> None:
    path = f"/v1/dynamic/{caller.create()['id']}"
    answer = caller.call("PATCH", path, {"pause_until": "9999-12-31T23:59:59.999999Z"})
    assert answer.json["pause_until"] == "9999-12-31T23:59:59Z"
    assert caller.call("GET", path).json["pause_until"] == "9999-12-31T23:59:59Z"


def test_an_edit_of_the_slug_to_a_taken_one_changes_nothing_else_either(caller: Caller, world: World) -> None:
    caller.create(slug="spring-sale")
    code = caller.create(label="Old")
    before = _everything(world)
    change = {"label": "New", "destination": "https://example.com/b", "slug": "SPRING-sale"}
    _refused(caller.call("PATCH", f"/v1/dynamic/{code['id']}", change), 409, "slug_taken", "slug")
    assert _everything(world) == before


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda cursor: cursor[:-1], id="cut at the end"),
        pytest.param(lambda cursor: cursor[1:], id="cut at the start"),
        pytest.param(lambda cursor: cursor + "AAAA", id="longer"),
        pytest.param(lambda cursor: cursor * 2, id="twice"),
        pytest.param(lambda cursor: cursor.swapcase(), id="other case"),
        pytest.param(lambda cursor: ("B" if cursor[0] == "A" else "A") + cursor[1:], id="one letter changed"),
    ],
)
def test_a_cursor_that_was_spoiled_is_refused(caller: Caller, spoil: Any) -> None:
    for _ in range(2):
        caller.create()
    cursor = caller.call("GET", "/v1/dynamic?limit=1").json["next_cursor"]
    _refused(caller.call("GET", f"/v1/dynamic?cursor={spoil(cursor)}"), 400, "invalid_request", "cursor")


def test_a_forged_place_in_ones_own_list_leads_no_further_than_the_list(caller: Caller) -> None:
    code = caller.create()
    new_caller("Other").create()
    caller.create()
    cursor = caller.call("GET", "/v1/dynamic?limit=1").json["next_cursor"]
    binding = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[:-7]
    for place, found in ((0, []), (1, []), (2**56 - 1, [code["id"]])):
        forged = urlsafe_b64encode(binding + place.to_bytes(7)).decode().rstrip("=")
        rows = caller.call("GET", f"/v1/dynamic?cursor={forged}").json["codes"]
        assert [row["id"] for row in rows][-1:] == found


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda spelled: spelled + "%20", id="a space behind"),
        pytest.param(lambda spelled: "%20" + spelled, id="a space before"),
        pytest.param(lambda spelled: spelled + "%0a", id="a line end"),
        pytest.param(lambda spelled: spelled + "0", id="a digit too many"),
        pytest.param(lambda spelled: spelled[:-1], id="a digit too few"),
        pytest.param(lambda spelled: spelled.replace("dc_", "xx_"), id="another prefix"),
        pytest.param(lambda spelled: spelled.replace("dc_", ""), id="no prefix"),
        pytest.param(lambda spelled: spelled.replace("dc_", "dc__"), id="two underscores"),
        pytest.param(lambda spelled: spelled.replace("dc_", "dc_dc_"), id="two prefixes"),
        pytest.param(lambda spelled: f"-{ids.parse(spelled)}", id="below zero"),
        pytest.param(lambda spelled: f"%2B{ids.parse(spelled)}", id="a plus"),
        pytest.param(lambda spelled: f"{ids.parse(spelled)}.0", id="a fraction"),
        pytest.param(lambda spelled: f"{(ids.parse(spelled) or 0) + 2**53}", id="beyond 2**53"),
    ],
)
def test_what_only_resembles_an_id_is_not_found_by_any_method(caller: Caller, world: World, spoil: Any) -> None:
    code = caller.create()
    before = _everything(world)
    path = f"/v1/dynamic/{spoil(code['id'])}"
    for method, rest in (("GET", ""), ("GET", "/scans"), ("PATCH", ""), ("DELETE", "")):
        _refused(caller.call(method, path + rest, {"label": "x"}), 404, "not_found", None)
    assert _everything(world) == before


def test_ids_of_other_things_are_no_codes(caller: Caller, world: World) -> None:
    static = caller.call("POST", "/v1/codes", {"type": "text", "fields": {"text": "a"}}).json
    before = _everything(world)
    for number in (caller.organization, caller.member, static["id"]):
        for method in ("GET", "PATCH", "DELETE"):
            _refused(caller.call(method, f"/v1/dynamic/{number}", {"label": "x"}), 404, "not_found", None)
    assert _everything(world) == before


def test_another_organizations_code_is_not_there_by_any_spelling_and_stays_as_it_is(
    caller: Caller, world: World
) -> None:
    other = new_caller("Other")
    code = other.create(slug="their-slug")
    before = _everything(world)
    number = ids.parse(code["id"])
    change = {"label": "Mine", "destination": "https://example.com/mine", "slug": "my-slug", "status": "paused"}
    for spelling in (code["id"], str(number), code["id"].replace("dc_", "qr_"), code["id"].replace("dc_", "qpr_")):
        for method, rest in (("GET", ""), ("GET", "/scans"), ("PATCH", ""), ("DELETE", "")):
            _refused(caller.call(method, f"/v1/dynamic/{spelling}{rest}", change), 404, "not_found", None)
    for path in ("/v1/dynamic", "/v1/codes", "/v1/dynamic?search=their-slug"):
        assert caller.call("GET", path).json == {"codes": []}
    _refused(caller.call("POST", "/v1/dynamic", {**change, "slug": "their-slug"}), 409, "slug_taken", "slug")
    assert _everything(world) == before
    assert world.messages("JOBS_QUEUE_URL") == []


# --- What comes in between


def test_a_code_that_is_deleted_during_an_edit_is_not_brought_back(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/dynamic/{caller.create(slug='spring-sale')['id']}"
    read = links._edited
    deleted: list[int] = []

    def overtaken(*given: Any) -> Link:
        if not deleted:
            deleted.append(caller.call("DELETE", path).status)
        return read(*given)

    monkeypatch.setattr(links, "_edited", overtaken)
    _refused(caller.call("PATCH", path, {"slug": "summer-sale"}), 404, "not_found", None)
    assert deleted == [200]
    assert caller.call("GET", path).status == 404
    assert (
        caller.call("POST", "/v1/dynamic", {"destination": "https://example.com/", "slug": "summer-sale"}).status == 201
    )


def test_two_edits_at_once_both_stand(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/v1/dynamic/{caller.create()['id']}"
    read = links._edited
    overtaking: list[None] = []

    def overtaken(*given: Any) -> Link:
        edited = read(*given)
        if not overtaking:
            overtaking.append(None)
            caller.call("PATCH", path, {"destination": "https://example.com/b"})
        return edited

    monkeypatch.setattr(links, "_edited", overtaken)
    answer = caller.call("PATCH", path, {"label": "New"}).json
    assert (answer["label"], answer["destination"]) == ("New", "https://example.com/b")
    assert caller.call("GET", path).json == answer


def test_a_code_is_deleted_although_its_job_cannot_be_sent_and_the_sweep_sends_it(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = caller.create()
    call = botocore.client.BaseClient._make_api_call

    def failing(client: Any, operation: str, request: dict[str, Any]) -> Any:
        if operation == "SendMessage":
            raise EndpointConnectionError(endpoint_url="https://sqs.example")
        return call(client, operation, request)

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", failing)
        answer = caller.call("DELETE", f"/v1/dynamic/{code['id']}")
    assert (answer.status, answer.json) == (200, {"deleted": True, "id": code["id"]})
    assert caller.call("GET", f"/v1/dynamic/{code['id']}").status == 404
    number = ids.parse(code["id"])
    assert jobs.erases(caller.organization, idle_since_ms=now_ms()) == [number]
    sweeping.sweep(now_ms() + 2 * sweeping.IDLE_MS)
    erasing = [job for job in world.messages("JOBS_QUEUE_URL") if "erase" in job]
    assert erasing == [{"organization": caller.organization, "erase": number}]
