"""The `dynamic` API as its document has it: paths, fields, nesting, defaults, limits."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import counting
from chalicelib.store import scans
from tests.api.calls import Caller, new_caller
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI, WINDOWS_EDGE
from tests.world import World, now_ms

_numbers = count(1)

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _scan(caller: Caller, code: dict[str, Any], days_ago: int = 0, browser: str = IPHONE_SAFARI, **facts: Any) -> None:
    """A scan of a code some days ago, folded."""
    number = ids.parse(code["id"])
    assert number is not None
    key = ScanKey(caller.organization, number, 0, now_ms() - days_ago * DAY_MS, f"{next(_numbers):016x}")
    known = {"address": "a", "agent": "x", **facts}
    scans.put_new(Arrival(key, Facts(**known), Unjudged(browser)).attributes())
    counting.settle(scans.read([key]))


def _today(days_ago: int = 0) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).strftime("%Y-%m-%d")


def test_discovery_needs_no_key(caller: Caller) -> None:
    answer = caller.call("GET", "/v1", Authorization="")
    assert answer.status == 200
    assert answer.json == {
        "name": "Quietzone",
        "version": "1",
        "docs": "https://qz.example/docs",
        "openapi": "https://qz.example/openapi.json",
    }


def test_me_is_the_member_behind_the_key(caller: Caller) -> None:
    answer = caller.call("GET", "/v1/me")
    assert answer.status == 200
    assert answer.json["id"] == ids.spell("usr", caller.member)
    assert (answer.json["email"], answer.json["name"]) == ("Acme@example.com", "Acme")
    assert TIME.fullmatch(answer.json["created_at"])


def test_a_created_code_is_told_with_its_five_fields(caller: Caller) -> None:
    answer = caller.call("POST", "/v1/dynamic", {"destination": "https://example.com/spring?a=1#x", "label": "Spring"})
    assert answer.status == 201
    assert set(answer.json) == {"id", "slug", "short_url", "destination", "label"}
    assert re.fullmatch("[a-hj-km-np-z2-9]{7}", answer.json["slug"])
    assert answer.json["short_url"] == f"https://qz.example/{answer.json['slug']}"
    assert (answer.json["destination"], answer.json["label"]) == ("https://example.com/spring?a=1#x", "Spring")


def test_a_create_tells_what_is_left_of_twenty_an_hour(caller: Caller) -> None:
    answer = caller.call("POST", "/v1/dynamic", {"destination": "https://example.com/"})
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("20", "19")
    reset = int(answer.headers["x-ratelimit-reset"]) - now_ms() // 1000
    assert 3590 < reset <= 3601


def test_a_row_has_status_pause_and_creation_beside_the_create_answer(caller: Caller) -> None:
    created = caller.create(label="Spring")
    row = caller.call("GET", f"/v1/dynamic/{created['id']}").json
    assert {name: row[name] for name in created} == created
    assert (row["status"], row["pause_until"]) == ("active", None)
    assert TIME.fullmatch(row["created_at"])
    assert caller.call("GET", "/v1/dynamic").json == {"codes": [row]}


def test_lists_are_newest_first_and_a_cursor_leads_through_every_code_once(caller: Caller) -> None:
    made = [caller.create(label=str(n))["id"] for n in range(5)]
    seen, path = [], "/v1/dynamic?limit=2"
    while path:
        page = caller.call("GET", path).json
        seen += [code["id"] for code in page["codes"]]
        path = f"/v1/dynamic?limit=2&cursor={page['next_cursor']}" if "next_cursor" in page else ""
    assert seen == made[::-1]


@pytest.mark.parametrize("search", ["SPRING", "spring-sale", "example.com/landing", "pring m"])
def test_a_search_looks_at_label_slug_and_destination_without_case(caller: Caller, search: str) -> None:
    wanted = caller.create(label="Spring menu", slug="spring-sale", destination="https://example.com/landing")
    caller.create(label="Autumn", destination="https://example.org/")
    found = caller.call("GET", f"/v1/dynamic?search={search.replace(' ', '%20')}").json["codes"]
    assert [code["id"] for code in found] == [wanted["id"]]


def test_an_edit_answers_as_a_create_does_and_keeps_what_it_does_not_name(caller: Caller) -> None:
    created = caller.create(label="Spring")
    answer = caller.call("PATCH", f"/v1/dynamic/{created['id']}", {"destination": "https://example.com/b"})
    assert answer.status == 200
    assert {name: answer.json[name] for name in created} == {**created, "destination": "https://example.com/b"}
    cleared = caller.call("PATCH", f"/v1/dynamic/{created['id']}", {"label": None}).json
    assert cleared["label"] is None
    renamed = caller.call("PATCH", f"/v1/dynamic/{created['id']}", {"slug": "Summer-Sale"}).json
    assert (renamed["slug"], renamed["short_url"]) == ("summer-sale", "https://qz.example/summer-sale")


def test_a_pause_ends_by_itself_or_by_making_active(caller: Caller) -> None:
    path = f"/v1/dynamic/{caller.create()['id']}"
    assert caller.call("PATCH", path, {"status": "paused"}).json["status"] == "paused"
    until = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    paused = caller.call("PATCH", path, {"pause_until": until}).json
    assert (paused["status"], paused["pause_until"]) == ("paused", until)
    active = caller.call("PATCH", path, {"status": "active"}).json
    assert (active["status"], active["pause_until"]) == ("active", None)
    again = caller.call("PATCH", path, {"pause_until": until}).json
    assert again["status"] == "paused"
    assert caller.call("PATCH", path, {"pause_until": None}).json["pause_until"] is None


def test_a_deleted_code_is_told_and_gone(caller: Caller) -> None:
    created = caller.create()
    path = f"/v1/dynamic/{created['id']}"
    assert caller.call("DELETE", path).json == {"deleted": True, "id": created["id"]}
    for method, rest in (("GET", ""), ("DELETE", ""), ("PATCH", ""), ("GET", "/scans")):
        answer = caller.call(method, path + rest, {} if method == "PATCH" else None)
        assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_scans_are_answered_field_by_field_as_documented(caller: Caller) -> None:
    code = caller.create()
    _scan(caller, code, 0, country="GB", referrer="t.co")
    _scan(caller, code, 0, country="GB")
    _scan(caller, code, 10, country="IE", address="b", agent="y")
    _scan(caller, code, 40, WINDOWS_EDGE, country="US", address="c")
    _scan(caller, code, 0, GOOGLEBOT)
    answer = caller.call("GET", f"/v1/dynamic/{code['id']}/scans")
    assert answer.status == 200
    assert {"id", "slug", "short_url", "destination", "scans", "analytics"} <= set(answer.json)
    assert answer.json["scans"] == {"total": 4, "last7": 2, "topCountry": "GB", "topDevice": "mobile"}
    analytics = answer.json["analytics"]
    assert (analytics["days_window"], analytics["total"], analytics["window_total"]) == (30, 4, 3)
    assert [set(day) for day in analytics["daily"]] == [{"day", "n"}] * 30
    assert (analytics["daily"][0]["day"], analytics["daily"][-1]) == (_today(29), {"day": _today(), "n": 2})
    assert analytics["by_country"] == [{"value": "GB", "n": 2}, {"value": "IE", "n": 1}]
    assert analytics["by_device"] == [{"value": "mobile", "n": 3}]
    assert analytics["by_referrer"] == [{"value": "Direct", "n": 2}, {"value": "t.co", "n": 1}]
    assert (analytics["unique_visitors"], analytics["unique_addresses"], analytics["bots_excluded"]) == (2, 2, 1)


def test_without_scans_every_day_is_there_and_nothing_leads(caller: Caller) -> None:
    answer = caller.call("GET", f"/v1/dynamic/{caller.create()['id']}/scans?days=365").json
    assert answer["scans"] == {"total": 0, "last7": 0, "topCountry": None, "topDevice": None}
    assert len(answer["analytics"]["daily"]) == 365
    assert answer["analytics"]["by_country"] == []


def test_unknown_country_and_device_are_called_so_and_tops_end_at_eight(caller: Caller) -> None:
    code = caller.create()
    _scan(caller, code, browser="Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 TV Safari/538.1")
    for n in range(9):
        _scan(caller, code, country=f"A{chr(65 + n)}")
    answer = caller.call("GET", f"/v1/dynamic/{code['id']}/scans").json
    countries = [top["value"] for top in answer["analytics"]["by_country"]]
    assert countries == ["AA", "AB", "AC", "AD", "AE", "AF", "AG", "AH"]
    assert {"value": "Unknown", "n": 1} in answer["analytics"]["by_device"]


@pytest.mark.parametrize(
    ("days", "counted"),
    [("", 30), ("?days=", 30), ("?days=0", 1), ("?days=-5", 1), ("?days=9999", 365), ("?days=7", 7)],
)
def test_days_are_clamped_and_default_to_thirty(caller: Caller, days: str, counted: int) -> None:
    answer = caller.call("GET", f"/v1/dynamic/{caller.create()['id']}/scans{days}").json
    assert (answer["analytics"]["days_window"], len(answer["analytics"]["daily"])) == (counted, counted)


def test_every_spelling_of_an_id_finds_the_code(caller: Caller) -> None:
    created = caller.create()
    number = ids.parse(created["id"])
    assert number is not None
    for spelling in (str(number), ids.spell("qr", number), ids.spell("qpr", number)):
        assert caller.call("GET", f"/v1/dynamic/{spelling}").json["id"] == created["id"]


def test_another_organizations_code_is_not_there(caller: Caller) -> None:
    code = new_caller("Other").create()
    for method, rest in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/scans")):
        answer = caller.call(method, f"/v1/dynamic/{code['id']}{rest}", {} if method == "PATCH" else None)
        assert (answer.status, answer.json["code"]) == (404, "not_found")


STATIC = {
    "url": ({"url": "https://example.com/a"}, "https://example.com/a"),
    "text": ({"text": "Hello"}, "Hello"),
    "email": ({"email": "a@example.com", "subject": "Hi there"}, "mailto:a@example.com?subject=Hi%20there"),
    "phone": ({"phone": "+44 20 7946 0000"}, "tel:+442079460000"),
    "sms": ({"phone": "+442079460000", "message": "Hi"}, "SMSTO:+442079460000:Hi"),
    "whatsapp": ({"phone": "+442079460000", "message": "Hi"}, "https://wa.me/442079460000?text=Hi"),
    "wifi": ({"ssid": "Café; 1", "password": "p:w", "encryption": "WPA"}, "WIFI:T:WPA;S:Café\\; 1;P:p\\:w;;"),
    "geo": ({"lat": "51.5", "lng": "-0.12"}, "geo:51.5,-0.12"),
}


@pytest.mark.parametrize("kind", STATIC)
def test_a_static_code_is_built_and_listed_with_its_payload(caller: Caller, kind: str) -> None:
    fields, payload = STATIC[kind]
    answer = caller.call("POST", "/v1/codes", {"type": kind, "fields": fields, "label": "L"})
    assert answer.status == 201
    assert answer.json == {"id": answer.json["id"], "type": kind, "payload": payload, "label": "L"}
    dynamic = caller.create()
    rows = caller.call("GET", "/v1/codes").json["codes"]
    assert [row["id"] for row in rows] == [dynamic["id"], answer.json["id"]]
    documented = {"id", "type", "dynamic", "destination", "label", "status", "short_url", "created_at"}
    assert all(documented <= set(row) for row in rows)
    assert (rows[0]["dynamic"], rows[1]["dynamic"], rows[1]["destination"]) == (True, False, payload)


def test_a_static_vcard_holds_its_name(caller: Caller) -> None:
    fields = {"firstName": "Ada", "lastName": "Lovelace", "org": "Analytical; Engines"}
    payload = caller.call("POST", "/v1/codes", {"type": "vcard", "fields": fields}).json["payload"]
    assert payload.startswith("BEGIN:VCARD\r\nVERSION:3.0")
    assert "ORG:Analytical\\; Engines" in payload


def test_the_key_is_taken_from_either_header(caller: Caller, world: World) -> None:
    assert caller.call("GET", "/v1/me", Authorization="", x_api_key=caller.key).status == 200
    missing = caller.call("GET", "/v1/me", Authorization="")
    assert (missing.status, missing.json["code"], missing.headers["www-authenticate"]) == (
        401,
        "unauthorized",
        "Bearer",
    )
    assert caller.call("GET", "/v1/me", Authorization="Bearer oqr_wrong").status == 401
    stored = str(world.items("objects"))
    assert caller.key not in stored
    assert re.fullmatch("oqr_[A-Za-z0-9]{32}", caller.key)


def test_a_key_without_a_scope_is_refused_what_the_scope_guards(world: World) -> None:
    reader = new_caller(scopes=frozenset({"qr:read"}))
    assert reader.call("GET", "/v1/dynamic").status == 200
    for method, path in (("POST", "/v1/dynamic"), ("GET", "/v1/dynamic/dc_1/scans")):
        answer = reader.call(method, path, {})
        assert (answer.status, answer.json["code"]) == (403, "unauthorized")
