"""Keys, members and the organization over HTTP."""

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.accounts import SCOPES
from chalicelib.core.days import HOUR_MS, iso_time
from chalicelib.services import callers
from tests.api.calls import Answer, Caller
from tests.world import now_ms


def _with(key: str) -> Caller:
    return Caller(key, 0, 0)


def _made(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = caller.call("POST", "/v1/api-keys", body)
    assert answer.status == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def _refused(answer: Answer, status: int, code: str, field: str | None = None) -> None:
    error = answer.json["error"]
    assert (answer.status, error["code"], error.get("field")) == (status, code, field)


def test_a_new_key_works_and_its_text_is_shown_this_once(caller: Caller) -> None:
    made = _made(caller, name="Kiosk", prefix="qrcp_live_", scopes=["qr:read"])
    assert made["key"].startswith("qrcp_live_")
    assert made["key"].startswith(made["hint"])
    assert _with(made["key"]).call("GET", "/v1/dynamic").status == 200
    assert _with(made["key"]).call("POST", "/v1/dynamic", {"destination": "https://example.com/"}).status == 403
    shown = caller.call("GET", f"/v1/api-keys/{made['id']}").json
    assert shown == {name: value for name, value in made.items() if name != "key"} | {
        "last_used_at": shown["last_used_at"]
    }
    assert made["key"] not in str(caller.call("GET", "/v1/api-keys").json)


def test_a_key_hands_out_no_more_than_it_has(caller: Caller) -> None:
    lesser = _made(caller, scopes=["api_keys:write", "qr:read"])
    answer = _with(lesser["key"]).call("POST", "/v1/api-keys", {"scopes": ["qr:write"]})
    _refused(answer, 403, "unauthorized")
    assert set(_made(_with(lesser["key"]))["scopes"]) == {"api_keys:write", "qr:read"}


def test_a_revoked_key_is_403_in_the_qpr_api_and_401_elsewhere(caller: Caller) -> None:
    made = _made(caller)
    assert caller.call("DELETE", f"/v1/api-keys/{made['id']}").json == {"deleted": True, "id": made["id"]}
    _refused(_with(made["key"]).call("GET", "/v1/api-keys"), 403, "unauthorized")
    assert _with(made["key"]).call("GET", "/v1/dynamic").status == 401
    listed = [row["id"] for row in caller.call("GET", "/v1/api-keys").json["api_keys"]]
    ended = {row["id"]: row["status"] for row in caller.call("GET", "/v1/api-keys?ended=true").json["api_keys"]}
    assert made["id"] not in listed
    assert ended[made["id"]] == "revoked"


def test_rotation_gives_a_new_key_and_lets_the_old_one_go_on_for_a_while(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = _made(caller, name="Kiosk", prefix="smllr_live_", scopes=["qr:read"])
    new = caller.call("POST", f"/v1/api-keys/{old['id']}/rotate", {"overlap_seconds": 3600}).json
    assert (new["name"], new["scopes"]) == ("Kiosk", ["qr:read"])
    assert new["key"].startswith("smllr_live_")
    assert [_with(key["key"]).call("GET", "/v1/dynamic").status for key in (old, new)] == [200, 200]
    later = now_ms() + HOUR_MS + 1
    monkeypatch.setattr(callers, "_now_ms", lambda: later)
    assert [_with(key["key"]).call("GET", "/v1/dynamic").status for key in (old, new)] == [401, 200]


def test_rotation_without_an_overlap_ends_the_old_key_at_once(caller: Caller) -> None:
    old = _made(caller)
    caller.call("POST", f"/v1/api-keys/{old['id']}/rotate", {"overlap_seconds": 0})
    assert _with(old["key"]).call("GET", "/v1/dynamic").status == 401


def test_test_keys_have_data_of_their_own(caller: Caller) -> None:
    code = caller.create()
    test = _with(_made(caller, prefix="qrcp_test_")["key"])
    assert test.call("GET", "/v1/dynamic").json == {"codes": []}
    assert test.call("GET", f"/v1/dynamic/{code['id']}").status == 404
    assert (test.call("GET", "/v1/organization").json["test"], test.create()["slug"]) != (False, code["slug"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"prefix": "UPPER"}, "prefix", id="prefix"),
        pytest.param({"scopes": ["everything"]}, "scopes", id="unknown scope"),
        pytest.param({"scopes": "qr:read"}, "scopes", id="no list"),
        pytest.param({"expires_at": "tomorrow"}, "expires_at", id="no time"),
        pytest.param({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at", id="past"),
        pytest.param({"client_id": "who?"}, "client_id", id="no id"),
        pytest.param({"name": "x" * 201}, "name", id="long name"),
        pytest.param({"member_id": "who?"}, "member_id", id="no member's id"),
    ],
)
def test_a_key_that_cannot_be_is_refused_by_the_fields_name(caller: Caller, body: Any, field: str) -> None:
    answer = caller.call("POST", "/v1/api-keys", body)
    _refused(answer, 400, "invalid_request", field)


def test_keys_are_listed_newest_first_a_page_at_a_time(caller: Caller) -> None:
    made = [_made(caller, name=str(n))["id"] for n in range(3)]
    first = caller.call("GET", "/v1/api-keys?limit=2").json
    rest = caller.call("GET", f"/v1/api-keys?limit=2&cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["api_keys"] + rest["api_keys"]][:3] == made[::-1]
    assert "next_cursor" not in rest


def test_a_key_is_renamed_and_rescoped(caller: Caller) -> None:
    made = _made(caller)
    answer = caller.call("PATCH", f"/v1/api-keys/{made['id']}", {"name": "New", "scopes": ["qr:read"]})
    assert (answer.json["name"], answer.json["scopes"]) == ("New", ["qr:read"])
    assert set(made["scopes"]) == SCOPES


def test_members_come_change_and_go_with_their_keys(caller: Caller) -> None:
    added = caller.call("POST", "/v1/members", {"email": "ada@example.com", "name": "Ada", "role": "admin"}).json
    assert [row["email"] for row in caller.call("GET", "/v1/members").json["members"]][1:] == ["ada@example.com"]
    changed = caller.call("PATCH", f"/v1/members/{added['id']}", {"role": "member"}).json
    assert changed == {**added, "role": "member"} == caller.call("GET", f"/v1/members/{added['id']}").json
    assert caller.call("DELETE", f"/v1/members/{added['id']}").json == {"deleted": True, "id": added["id"]}
    _refused(caller.call("GET", f"/v1/members/{added['id']}"), 404, "not_found")


def test_a_colleague_gets_a_key_of_their_own_and_nobody_else_does(caller: Caller) -> None:
    ada = caller.call("POST", "/v1/members", {"email": "ada@example.com", "name": "Ada", "role": "member"}).json
    made = _made(caller, member_id=ada["id"])
    assert _with(made["key"]).call("GET", "/v1/me").json["email"] == "ada@example.com"
    _refused(
        _with(made["key"]).call("POST", "/v1/members", {"email": "b@example.com", "name": "B"}), 403, "unauthorized"
    )
    _refused(caller.call("POST", "/v1/api-keys", {"member_id": "usr_5"}), 404, "not_found")


def test_the_last_owner_stays(caller: Caller) -> None:
    owner = ids.spell("usr", caller.member)
    _refused(caller.call("DELETE", f"/v1/members/{owner}"), 400, "invalid_request", "member")
    _refused(caller.call("PATCH", f"/v1/members/{owner}", {"role": "member"}), 400, "invalid_request", "role")


def test_the_organization_is_read_and_renamed(caller: Caller) -> None:
    before = caller.call("GET", "/v1/organization").json
    assert caller.call("PATCH", "/v1/organization", {"name": "Acme & Sons"}).json == {**before, "name": "Acme & Sons"}
    assert before["created_at"] <= iso_time(now_ms())


def test_a_minutes_requests_are_limited_by_key_with_headers(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    minute = now_ms() // 60_000 * 60_000 + 60_000
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: minute + 1)
    answers = [caller.call("GET", "/v1/organization") for _ in range(101)]
    assert [answer.status for answer in answers] == [200] * 100 + [429]
    remaining = [int(answer.headers["x-ratelimit-remaining"]) for answer in answers]
    assert remaining == [*range(99, -1, -1), 0]
    assert answers[-1].headers["retry-after"] == "60"
    assert {answer.headers["x-ratelimit-reset"] for answer in answers} == {str(minute // 1000 + 60)}
    assert _with(_made(caller)["key"]).call("GET", "/v1/organization").status == 200


def test_a_refused_request_also_says_what_is_left(caller: Caller) -> None:
    answer = caller.call("GET", "/v1/api-keys/key_0")
    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (404, "99")
