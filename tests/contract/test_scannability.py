"""Proof of scanning, over HTTP: what every create and every new look answers, and what is refused."""

from typing import Any

import pytest

from chalicelib.core.plans import Meter
from tests.api.calls import Caller
from tests.world import World

PERFECT = {"score": 100, "reasons": []}
PALE = "#8899AA"  # 2.9 to 1 on white


def _data(answer: Any) -> Any:
    return answer.json.get("data", answer.json)


def _used(caller: Caller) -> int:
    meters = caller.call("GET", "/api/v1/usage").json["data"]["meters"]
    used: int = next(meter["used"] for meter in meters if meter["meter"] == Meter.QR_GENERATED)
    return used


CREATES = [
    pytest.param("/v1/dynamic", {"destination": "https://example.com/"}, id="dynamic"),
    pytest.param("/v1/codes", {"type": "wifi", "fields": {"ssid": "Cafe", "password": "espresso"}}, id="static"),
    pytest.param("/v1/qrcodes", {"name": "Poster", "destination_url": "https://example.com/"}, id="qrcodes"),
    pytest.param("/v1/qpr-codes", {"name": "N", "prompt": "P", "destination": "https://example.com/"}, id="qpr"),
    pytest.param("/api/v1/qr", {"data": "hello"}, id="qr"),
]


@pytest.mark.parametrize(("path", "body"), CREATES)
def test_every_create_answers_how_well_its_picture_can_be_read(caller: Caller, path: str, body: Any) -> None:
    answer = caller.call("POST", path, body)
    assert answer.status == 201, answer.json
    assert _data(answer)["scannability"] == PERFECT


def test_each_row_of_a_bulk_does_too(caller: Caller) -> None:
    rows = [{"destination": f"https://example.com/{n}"} for n in range(3)]
    made = caller.call("POST", "/v1/dynamic/bulk", {"codes": rows}).json["codes"]
    assert [row["scannability"] for row in made] == [PERFECT] * 3


STYLED = [
    pytest.param("/api/v1/qr", {"data": "hello"}, {"foregroundColor": PALE}, id="qr"),
    pytest.param("/api/v1/qr", {"data": "hello"}, {"style": {"cornersDotColor": PALE}}, id="qr, an eye"),
    pytest.param(
        "/v1/qrcodes",
        {"name": "Poster", "destination_url": "https://example.com/"},
        {"style": {"dotsColor": PALE}},
        id="qrcodes",
    ),
]


@pytest.mark.parametrize(("path", "body", "look"), STYLED)
def test_a_new_look_is_read_anew_and_its_score_is_kept(caller: Caller, path: str, body: Any, look: Any) -> None:
    made = _data(caller.call("POST", path, body))
    one = f"{path}/{made['id']}"
    edited = _data(caller.call("PATCH", one, look))
    assert 0 < edited["scannability"]["score"] < 100
    assert edited["scannability"]["reasons"][0]["cause"] == "contrast"
    assert _data(caller.call("GET", one))["scannability"] == edited["scannability"]
    assert [row["scannability"] for row in caller.call("GET", path).json["data"]] == [edited["scannability"]]


UNREADABLE = [
    pytest.param("/api/v1/qr", {"data": "hello"}, {"foregroundColor": "#FFFFFF"}, "foregroundColor", id="white"),
    pytest.param(
        "/api/v1/qr",
        {"data": "hello"},
        {"style": {"cornersSquareColor": "#FFFFFF"}},
        "style.cornersSquareColor",
        id="white rings",
    ),
    pytest.param(
        "/api/v1/qr",
        {"data": "hello"},
        {"foregroundColor": "#FFFFFF", "backgroundColor": "#000000"},
        "foregroundColor",
        id="inverted",
    ),
    pytest.param(
        "/v1/qrcodes",
        {"name": "Poster", "destination_url": "https://example.com/"},
        {"style": {"dotsColor": "#FFFFFF"}},
        "style.dotsColor",
        id="qrcodes",
    ),
]


@pytest.mark.parametrize(("path", "body", "look", "field"), UNREADABLE)
def test_what_nobody_could_read_is_a_422_and_nothing_is_made_changed_or_charged(
    caller: Caller, world: World, path: str, body: Any, look: Any, field: str
) -> None:
    made = _data(caller.call("POST", path, body))
    used, kept = _used(caller), _objects(world)
    one = f"{path}/{made['id']}"
    for method, where, sent in (("POST", path, {**body, **look}), ("PATCH", one, look)):
        answer = caller.call(method, where, sent)
        error = answer.json["error"]
        assert (answer.status, error["code"], error["field"]) == (422, "unscannable", field)
        assert error["message"].startswith(f"{field}: must be darker than the background")
    assert (_used(caller), _objects(world)) == (used, kept)
    assert _data(caller.call("GET", one))["scannability"] == PERFECT


def _objects(world: World) -> list[Any]:
    """All that is stored, but for what counts requests a minute."""
    return sorted((it for it in world.items("objects") if "#limits#" not in it["pk"]["S"]), key=str)


def test_another_slug_is_another_picture_and_is_read_anew(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    made = caller.call("POST", "/v1/qrcodes", {"name": "P", "destination_url": "https://example.com/"}).json
    read: list[str] = []

    def examined(payload: str, *_: Any) -> Any:
        read.append(payload)
        return None

    monkeypatch.setattr("chalicelib.qr.proof.examine", examined)
    path = f"/v1/qrcodes/{made['id']}"
    caller.call("PATCH", path, {"name": "Q", "status": "paused"})
    assert read == []
    caller.call("PATCH", path, {"short_code": "autumn"})
    assert read == ["https://qz.example/autumn"]


def test_an_edit_that_changes_nothing_reads_nothing(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _data(caller.call("POST", "/api/v1/qr", {"data": "hello", "size": 300}))
    monkeypatch.delattr("chalicelib.qr.proof.examine")
    for body in ({}, {"size": 300}):
        assert _data(caller.call("PATCH", f"/api/v1/qr/{made['id']}", body)) == made
