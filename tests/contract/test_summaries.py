"""`/v1/summaries`, as docs/api-summaries.md says it."""

import json
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.services import health
from chalicelib.store import secrets
from chalicelib.store import subscriptions as stored
from tests.api.calls import Answer, Caller
from tests.posted import Posted
from tests.world import World, now_ms

URL = "https://hooks.slack.com/services/T000/B000/secretXyz9"
PATH = "/v1/summaries"


def _made(caller: Caller, **given: Any) -> dict[str, Any]:
    answer = caller.call("POST", PATH, {"url": URL, **given})
    assert answer.status == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def _refused(answer: Answer, field: str | None, code: str = "invalid_request") -> None:
    error = answer.json["error"]
    assert (answer.status, error["code"], error.get("field")) == (400, code, field)


def test_a_new_one_has_the_defaults_and_never_shows_its_url(caller: Caller) -> None:
    made = _made(caller)
    assert {name: made[name] for name in made.keys() - {"id", "next_at", "created_at", "updated_at", "health"}} == {
        "name": "",
        "url_hint": "hooks.slack.com/…Xyz9",
        "scope": "organization",
        "scope_id": None,
        "frequency": "daily",
        "hour": 9,
        "weekday": 0,
        "time_zone": "UTC",
        "thresholds": True,
        "active": True,
        "status": "active",
        "disabled_at": None,
        "disabled_reason": None,
    }
    assert made["id"].startswith("sum_")
    assert made["next_at"].endswith("T09:00:00Z")
    assert made["health"]["state"] == "ok"
    for answer in (caller.call("GET", f"{PATH}/{made['id']}").json, caller.call("GET", PATH).json["summaries"][0]):
        assert answer == made
        assert "secret" not in json.dumps(answer)


def test_all_of_it_can_be_said(caller: Caller) -> None:
    link = caller.create()["id"]
    given = {
        "scope": "link",
        "scope_id": link,
        "frequency": "weekly",
        "hour": 0,
        "weekday": 6,
        "time_zone": "Asia/Kathmandu",
        "thresholds": False,
        "name": "Märkte",
    }
    made = _made(caller, **given)
    assert {name: made[name] for name in given} == given
    assert made["next_at"].endswith("T18:15:00Z")


def test_summaries_are_listed_newest_first(caller: Caller) -> None:
    made = [_made(caller, name=str(n))["id"] for n in range(3)]
    listed = caller.call("GET", PATH).json["summaries"]
    assert [it["id"] for it in listed] == made[::-1]


def test_an_edit_changes_what_is_given(caller: Caller) -> None:
    made = _made(caller, hour=8)
    edited = caller.call("PATCH", f"{PATH}/{made['id']}", {"time_zone": "America/New_York", "name": "N", "hour": None})
    changed = {"time_zone": "America/New_York", "name": "N", "next_at": edited.json["next_at"]}
    assert edited.json == {**made, **changed, "updated_at": edited.json["updated_at"]}
    moved = caller.call("PATCH", f"{PATH}/{made['id']}", {"url": "https://chat.example.com/hooks/abcd"}).json
    assert moved["url_hint"] == "chat.example.com/…abcd"


def test_one_can_be_made_paused(caller: Caller) -> None:
    made = _made(caller, active=False)
    assert (made["active"], made["status"], made["next_at"]) == (False, "paused", None)


def test_pausing_and_resuming(caller: Caller) -> None:
    made = _made(caller)
    paused = caller.call("PATCH", f"{PATH}/{made['id']}", {"active": False}).json
    assert (paused["active"], paused["status"], paused["next_at"]) == (False, "paused", None)
    resumed = caller.call("PATCH", f"{PATH}/{made['id']}", {"active": True}).json
    assert (resumed["active"], resumed["status"], resumed["next_at"]) == (True, "active", made["next_at"])


def test_one_that_was_disabled_says_when_and_why(caller: Caller) -> None:
    made = _made(caller)
    stored.disable(caller.organization, ids.parse(made["id"]) or 0, "The answer was 410", now_ms())
    found = caller.call("GET", f"{PATH}/{made['id']}").json
    assert (found["status"], found["active"], found["disabled_reason"]) == ("disabled", False, "The answer was 410")
    assert found["disabled_at"] is not None
    resumed = caller.call("PATCH", f"{PATH}/{made['id']}", {"active": True}).json
    assert (resumed["status"], resumed["disabled_at"], resumed["disabled_reason"]) == ("active", None, None)


def test_deleting_says_what_is_gone(caller: Caller) -> None:
    made = _made(caller)
    assert caller.call("DELETE", f"{PATH}/{made['id']}").json == {"id": made["id"], "deleted": True}
    assert caller.call("GET", f"{PATH}/{made['id']}").status == 404
    assert caller.call("DELETE", f"{PATH}/{made['id']}").status == 404


def test_send_now_tells_what_became_of_it(caller: Caller, posted: Posted) -> None:
    made = _made(caller)
    sent = caller.call("POST", f"{PATH}/{made['id']}/send").json
    event = sent.pop("event_id")
    assert event.startswith(f"evt_{made['id']}_")
    assert sent == {"delivered": True, "status": 200, "duration_ms": 84, "reason": None, "answer": "ok"}
    (body,), (receiver,) = posted.bodies, posted.receivers
    assert json.loads(body)["text"].startswith("Acme\n*0 scans* yesterday")
    assert list(secrets.read(receiver.signing(now_ms())).values()) == [URL]
    posted.status, posted.reason, posted.answer = 404, "The answer was 404", "no_service"
    sent = caller.call("POST", f"{PATH}/{made['id']}/send").json
    assert (sent["delivered"], sent["status"], sent["reason"], sent["answer"]) == (
        False,
        404,
        "The answer was 404",
        "no_service",
    )


def test_send_now_of_a_link_that_is_gone_is_not_found(caller: Caller) -> None:
    link = caller.create()["id"]
    made = _made(caller, scope="link", scope_id=link)
    caller.call("DELETE", f"/v1/dynamic/{link}")
    answer = caller.call("POST", f"{PATH}/{made['id']}/send")
    assert (answer.status, answer.json["error"]["message"]) == (404, "There is no such link")


BAD = [
    pytest.param({"url": None}, "url", id="no URL"),
    pytest.param({"url": 5}, "url", id="a number"),
    pytest.param({"url": ""}, "url", id="empty"),
    pytest.param({"url": "http://hooks.slack.com/services/a"}, "url", id="no https"),
    pytest.param({"scope": "client"}, "scope", id="unknown scope"),
    pytest.param({"scope": "link"}, "scope_id", id="a link without its id"),
    pytest.param({"scope": "link", "scope_id": "dc_0"}, "scope_id", id="no such link"),
    pytest.param({"scope": "campaign", "scope_id": 5}, "scope_id", id="no such campaign"),
    pytest.param({"scope_id": "dc_0"}, "scope_id", id="an id for the organization"),
    pytest.param({"frequency": "hourly"}, "frequency", id="unknown frequency"),
    pytest.param({"hour": 24}, "hour", id="25 o'clock"),
    pytest.param({"hour": -1}, "hour", id="before midnight"),
    pytest.param({"hour": "9"}, "hour", id="an hour as a text"),
    pytest.param({"hour": True}, "hour", id="an hour that is none"),
    pytest.param({"weekday": 7}, "weekday", id="an eighth day"),
    pytest.param({"time_zone": "Mars/Olympus"}, "time_zone", id="no zone"),
    pytest.param({"time_zone": "europe/london"}, "time_zone", id="in small letters"),
    pytest.param({"time_zone": "A" * 65}, "time_zone", id="too long"),
    pytest.param({"time_zone": "../../etc/passwd"}, "time_zone", id="a path"),
    pytest.param({"thresholds": "yes"}, "thresholds", id="no flag"),
    pytest.param({"name": "a\u0000b"}, "name", id="a control character"),
    pytest.param({"name": "a" * 201}, "name", id="a long name"),
]


@pytest.mark.parametrize(("body", "field"), BAD)
def test_what_is_wrong_is_refused_by_name_and_writes_nothing(
    caller: Caller, world: World, body: dict[str, Any], field: str
) -> None:
    before = world.items("objects")
    _refused(caller.call("POST", PATH, {"url": URL, **body}), field)
    assert _without_use(world.items("objects")) == _without_use(before)
    assert world.items("deliveries") == []


@pytest.mark.parametrize(("body", "field"), [case for case in BAD if case.id != "no URL"])
def test_an_edit_that_is_wrong_changes_nothing(caller: Caller, body: dict[str, Any], field: str) -> None:
    made = _made(caller)
    _refused(caller.call("PATCH", f"{PATH}/{made['id']}", {"name": "new", **body}), field)
    assert caller.call("GET", f"{PATH}/{made['id']}").json == made


def test_a_scope_without_its_id_is_told_so(caller: Caller) -> None:
    for scope in ("link", "campaign"):
        refused = caller.call("POST", PATH, {"url": URL, "scope": scope})
        assert refused.json["error"]["message"] == f"scope_id: is needed for the scope {scope}"


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/hook",
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://user:password@example.com/",
        "https://qz.example/abc",
    ],
)
def test_an_unsafe_url_is_refused(caller: Caller, url: str) -> None:
    _refused(caller.call("POST", PATH, {"url": url}), "url", "unsafe_destination")


def test_the_health_of_each_is_told(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []
    of = health.of

    def watched(organization: int, receivers: Any) -> Any:
        asked.append(list(receivers))
        return of(organization, receivers)

    monkeypatch.setattr(health, "of", watched)
    made = [_made(caller)["id"] for _ in range(2)]
    caller.call("GET", PATH)
    assert asked == [[ids.parse(each) for each in made[::-1]]]


def _without_use(items: list[dict[str, Any]]) -> list[str]:
    """Items but for the counters of limits."""
    return sorted(str(item) for item in items if "#limits#" not in item["pk"]["S"])
