"""Bad input gets a clear error with the field's name, and nothing is lost or half-written."""

from typing import Any

import pytest

from chalicelib import ids
from tests.api.calls import Answer, Caller, new_caller
from tests.world import World

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
        pytest.param({"type": "text", "fields": {"text": "a" * 2001}}, "fields", id="too long"),
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
