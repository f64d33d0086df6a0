"""`/v1/webhooks`: what the `qpr` API's document says of it, and what is ours."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.api import event_bodies
from chalicelib.config import settings
from chalicelib.core.breaker import Failure, Health
from chalicelib.core.days import DAY_MS, iso_time
from chalicelib.core.deliveries import DELIVERED, FAILED, Attempt, Delivery, Place
from chalicelib.core.endpoints import DISABLED
from chalicelib.core.events import TYPES
from chalicelib.services import health, replaying, webhooks
from chalicelib.store import deliveries, endpoints
from chalicelib.store.versions import Held
from tests.api.calls import Answer, Caller, new_caller
from tests.posted import Posted
from tests.world import World, now_ms

URL = "https://receiver.example/hooks"
DOCUMENTED = {"url": URL, "events": ["scan.created", "conversation.completed", "qpr_code.created"]}
WELL = {
    "state": "ok",
    "consecutive_failures": 0,
    "failing_since": None,
    "last_failure": None,
    "next_attempt_at": None,
}


def _made(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = caller.call("POST", "/v1/webhooks", {**DOCUMENTED, **body})
    assert answer.status == 200, answer.json
    made: dict[str, Any] = answer.json
    return made


def _path(webhook: Mapping[str, Any]) -> str:
    return f"/v1/webhooks/{webhook['id']}"


def _refused(answer: Answer, status: int, field: str | None) -> str:
    error = answer.json["error"]
    assert (answer.status, error.get("field")) == (status, field), answer.json
    return str(error["message"])


def _logged(caller: Caller, webhook: Mapping[str, Any], event: str, ms: int, state: str, answer: str = "") -> Delivery:
    number = ids.parse(webhook["id"])
    assert number is not None
    reason, status = ("", 200) if state == DELIVERED else ("It answered 500", 500)
    place = Place(caller.organization, number, ms, event)
    attempts = (Attempt(ms, 12, status, reason, answer),)
    delivery = Delivery(place, "scan.created", f'{{"id":"{event}"}}', state, tries=1, attempts=attempts)
    assert deliveries.put(delivery)
    return delivery


# --- Make, find


def test_a_webhook_answers_200_with_its_secret_this_once(caller: Caller) -> None:
    answer = caller.call("POST", "/v1/webhooks", DOCUMENTED)
    assert answer.status == 200
    made = answer.json
    assert (made["url"], made["active"], set(made["events"])) == (URL, True, set(DOCUMENTED["events"]))
    assert made["secret"].startswith("whsec_")
    shown = {name: value for name, value in made.items() if name != "secret"}
    assert shown == {
        "id": made["id"],
        "url": URL,
        "events": ["scan.created", "conversation.completed", "qpr_code.created"],
        "format": "qpr",
        "description": "",
        "filters": {"link_ids": [], "qr_code_ids": [], "campaign_ids": []},
        "active": True,
        "status": "active",
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
        "disabled_at": None,
        "disabled_reason": None,
        "health": WELL,
    }
    assert made["id"].startswith("wh_")
    assert caller.call("GET", _path(made)).json == shown
    assert caller.call("GET", "/v1/webhooks").json == {"webhooks": [shown], "total": 1}
    assert answer.headers["x-ratelimit-limit"] == "60"
    assert caller.call("GET", _path(made)).headers["x-ratelimit-limit"] == "100"


def test_everything_may_be_given(caller: Caller, world: World) -> None:
    link, campaign = caller.create()["id"], _campaign(caller)
    code = caller.call("POST", "/api/v1/qr", {"data": "hello"}).json["data"]["id"]
    filters = {
        "link_ids": [ids.parse(link), link.replace("dc_", "qpr_")],
        "qr_code_ids": [code],
        "campaign_ids": [campaign],
    }
    secret = "an-old-services-own-secret"
    made = _made(caller, format="qr", description="Orders", filters=filters, secret=secret, active=False)
    assert (made["format"], made["description"], made["secret"]) == ("qr", "Orders", secret)
    assert (made["active"], made["status"]) == (False, "paused")
    assert made["filters"] == {"link_ids": [link], "qr_code_ids": [code], "campaign_ids": [campaign]}
    assert secret not in str(world.items("objects"))


def _campaign(caller: Caller) -> str:
    answer = caller.call("POST", "/api/v1/external/reporting/campaigns", {"name": "c"})
    return str(answer.json["data"]["id"])


def test_pages_have_each_webhook_once(caller: Caller) -> None:
    made = [_made(caller)["id"] for _ in range(3)][::-1]
    first = caller.call("GET", "/v1/webhooks?limit=2").json
    second = caller.call("GET", f"/v1/webhooks?limit=2&cursor={first['next_cursor']}").json
    assert [it["id"] for it in (*first["webhooks"], *second["webhooks"])] == made
    assert (second["total"], "next_cursor" in second) == (3, False)
    _refused(caller.call("GET", "/v1/webhooks?cursor=x"), 400, "cursor")


BAD = [
    pytest.param({"url": None}, "url", id="url null"),
    pytest.param({"url": "http://receiver.example/"}, "url", id="http"),
    pytest.param({"url": "https://qz.example/"}, "url", id="ourselves"),
    pytest.param({"url": "https://192.168.0.1/"}, "url", id="a private address"),
    pytest.param({"url": "https://a:b@receiver.example/"}, "url", id="credentials"),
    pytest.param({"url": "https://receiver.example/" + "a" * 2_048}, "url", id="a long url"),
    pytest.param({"events": []}, "events", id="no events"),
    pytest.param({"events": "scan.created"}, "events", id="events a text"),
    pytest.param({"events": ["scan.created", "scan.deleted"]}, "events.1", id="an unknown event"),
    pytest.param({"events": [5]}, "events.0", id="an event that is a number"),
    pytest.param({"events": ["scan.created"] * 51}, "events", id="many events"),
    pytest.param({"format": "slack"}, "format", id="a format that is none"),
    pytest.param({"description": "a" * 201}, "description", id="a long description"),
    pytest.param({"description": "a\x00"}, "description", id="a NUL"),
    pytest.param({"filters": []}, "filters", id="filters a list"),
    pytest.param({"filters": {"urlIds": ["5"]}}, "filters", id="a filter of the other API"),
    pytest.param({"filters": {"link_ids": ["dc_5"]}}, "filters.link_ids", id="a link that is not there"),
    pytest.param({"filters": {"link_ids": "dc_5"}}, "filters.link_ids", id="links a text"),
    pytest.param({"filters": {"link_ids": ["5"] * 101}}, "filters.link_ids", id="many links"),
    pytest.param({"filters": {"qr_code_ids": ["qr_5"]}}, "filters.qr_code_ids", id="a QR code that is not there"),
    pytest.param({"filters": {"campaign_ids": [5]}}, "filters.campaign_ids", id="a campaign that is not there"),
    pytest.param({"secret": "short"}, "secret", id="a short secret"),
    pytest.param({"secret": "a" * 201}, "secret", id="a long secret"),
    pytest.param({"secret": "nö" * 20}, "secret", id="a secret in other letters"),
    pytest.param({"secret": "a" * 20, "format": "standard"}, "secret", id="a secret that the format cannot use"),
    pytest.param({"active": "yes"}, "active", id="active a text"),
]


@pytest.mark.parametrize(("body", "field"), BAD)
def test_bad_input_is_refused_by_name_and_nothing_is_made(
    caller: Caller, world: World, body: dict[str, Any], field: str
) -> None:
    made = _made(caller)
    before = [item for item in world.items("objects") if "#limits#" not in item["pk"]["S"]]
    message = _refused(caller.call("POST", "/v1/webhooks", {**DOCUMENTED, **body}), 400, field)
    if field.startswith("events.1"):
        assert all(type in message for type in TYPES)
    assert str(body.get("secret", "\0")) not in message
    if "secret" not in body:
        _refused(caller.call("PATCH", _path(made), body), 400, field)
    assert [item for item in world.items("objects") if "#limits#" not in item["pk"]["S"]] == before


def test_what_is_wrong_with_filters_is_said_in_plain_words(caller: Caller) -> None:
    for filters, said in (
        ([], "filters: should be an object"),
        ({"urlIds": []}, "filters: has no field 'urlIds'"),
        ({"link_ids": ["5"] * 101}, "filters.link_ids: should have at most 100 items"),
    ):
        refused = caller.call("POST", "/v1/webhooks", {**DOCUMENTED, "filters": filters})
        assert _refused(refused, 400, said.split(":")[0]) == said


def test_a_long_description_is_counted_in_characters(caller: Caller) -> None:
    refused = caller.call("POST", "/v1/webhooks", {**DOCUMENTED, "description": "a" * 201})
    assert "at most 200 characters" in _refused(refused, 400, "description")


@pytest.mark.parametrize("missing", ["url", "events"])
def test_url_and_events_are_needed(caller: Caller, missing: str) -> None:
    body = {name: value for name, value in DOCUMENTED.items() if name != missing}
    _refused(caller.call("POST", "/v1/webhooks", body), 400, missing)


def test_one_webhook_too_many_is_refused_with_the_limit(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST", 1)
    _made(caller)
    assert "at most 1 webhook" in _refused(caller.call("POST", "/v1/webhooks", DOCUMENTED), 400, None)


def test_receivers_on_this_machine_are_for_local_use_and_links_stay_as_strict(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = replace(settings(), local_receivers=True)
    for place in ("services.webhooks", "api.requests"):
        monkeypatch.setattr(f"chalicelib.{place}.settings", lambda: local)
    for url in ("http://127.0.0.1:9000/hooks", "http://localhost:9000/", "https://qz.example/hooks"):
        assert _made(caller, url=url)["url"] == url
        refused = caller.call("POST", "/v1/dynamic", {"destination": url})
        assert (refused.status, refused.json["field"]) == (400, "destination")
    _refused(caller.call("POST", "/v1/webhooks", {**DOCUMENTED, "url": "http://192.168.0.1/"}), 400, "url")


# --- Change


def test_a_webhook_is_changed_paused_and_resumed(caller: Caller) -> None:
    made = _made(caller)
    change = {"url": "https://other.example/", "events": ["qr.created"], "format": "standard", "description": "Orders"}
    changed = caller.call("PATCH", _path(made), change).json
    assert {name: changed[name] for name in change} == change
    paused = caller.call("PATCH", _path(made), {"active": False}).json
    assert (paused["active"], paused["status"], paused["url"]) == (False, "paused", change["url"])
    resumed = caller.call("PATCH", _path(made), {"active": True}).json
    assert (resumed["active"], resumed["status"]) == (True, "active")
    link = caller.create()["id"]
    assert caller.call("PATCH", _path(made), {"filters": {"link_ids": [link]}}).json["filters"]["link_ids"] == [link]
    assert caller.call("PATCH", _path(made), {"description": "b"}).json["filters"]["link_ids"] == [link]
    assert caller.call("PATCH", _path(made), {"filters": None}).json["filters"]["link_ids"] == []
    assert caller.call("PATCH", _path(made), {}).status == 200


def test_one_that_was_disabled_tells_why_until_it_is_resumed(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[int] = []
    monkeypatch.setattr(health, "forget", lambda _, number: forgotten.append(number))
    made = _made(caller)
    number = ids.parse(made["id"]) or 0
    held = endpoints.read(caller.organization, number)
    assert held is not None
    gone = replace(held.value, status=DISABLED, disabled_ms=1_768_487_538_000, disabled_for="It answered 410: gone")
    assert endpoints.put(Held(gone, held.version))
    shown = caller.call("GET", _path(made)).json
    assert (shown["active"], shown["status"]) == (False, "disabled")
    assert (shown["disabled_at"], shown["disabled_reason"]) == ("2026-01-15T14:32:18Z", "It answered 410: gone")
    resumed = caller.call("PATCH", _path(made), {"active": True}).json
    assert (resumed["status"], resumed["disabled_at"], resumed["disabled_reason"]) == ("active", None, None)
    assert forgotten == [number]


def test_a_deleted_webhook_is_gone(caller: Caller) -> None:
    made = _made(caller)
    answer = caller.call("DELETE", f"/v1/webhooks/{ids.parse(made['id'])}")
    assert answer.json == {"id": made["id"], "deleted": True}
    for method, path in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate"), ("GET", "/deliveries")]:
        assert caller.call(method, _path(made) + path, {}).status == 404
    assert caller.call("GET", "/v1/webhooks").json == {"webhooks": [], "total": 0}


def test_a_rotation_answers_another_secret_once(caller: Caller) -> None:
    made = _made(caller)
    before = now_ms()
    rotated = caller.call("POST", f"{_path(made)}/rotate").json
    assert rotated["secret"] != made["secret"]
    assert iso_time(before + DAY_MS) <= rotated["previous_secret_until"] <= iso_time(now_ms() + DAY_MS)
    shown = caller.call("GET", _path(made)).json
    assert ("secret" in shown, shown["previous_secret_until"]) == (False, rotated["previous_secret_until"])
    brought = {"overlap_seconds": 0, "secret": "an-old-services-own-secret"}
    again = caller.call("POST", f"{_path(made)}/rotate", brought).json
    assert (again["secret"], "previous_secret_until" in again) == (brought["secret"], False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"overlap_seconds": -1}, "overlap_seconds"),
        ({"overlap_seconds": 2_592_001}, "overlap_seconds"),
        ({"overlap_seconds": 1.5}, "overlap_seconds"),
        ({"secret": "short"}, "secret"),
    ],
)
def test_a_rotation_that_makes_no_sense_is_refused(caller: Caller, body: dict[str, Any], field: str) -> None:
    made = _made(caller)
    _refused(caller.call("POST", f"{_path(made)}/rotate", body), 400, field)
    assert "previous_secret_until" not in caller.call("GET", _path(made)).json


# --- Health


MINUTE = 60_000
FAILURE = {"failures": 3, "failing_since_ms": 1_000, "last_failure": Failure(2_000, 503, "It is down")}


@pytest.mark.parametrize(
    ("known", "state", "rests"),
    [
        pytest.param({}, "ok", False, id="well"),
        pytest.param({"slow_until_ms": MINUTE}, "slow", False, id="slow"),
        pytest.param({"slow_until_ms": -MINUTE}, "ok", False, id="slow once"),
        pytest.param(FAILURE, "failing", False, id="failing"),
        pytest.param({**FAILURE, "open_until_ms": MINUTE, "cooldown_ms": 30_000}, "resting", True, id="resting"),
        pytest.param({**FAILURE, "open_until_ms": -MINUTE, "cooldown_ms": 30_000}, "failing", False, id="has rested"),
    ],
)
def test_an_owner_sees_how_posting_goes(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, known: dict[str, Any], state: str, rests: bool
) -> None:
    made, now = _made(caller), now_ms()
    ends = {name: now + ms for name, ms in known.items() if name.endswith("_until_ms")}
    found = Health(**{**known, **ends})
    monkeypatch.setattr(health, "of", lambda _, numbers: dict.fromkeys(numbers, found))
    shown = caller.call("GET", _path(made)).json["health"]
    failed = "failures" in known
    assert shown == {
        "state": state,
        "consecutive_failures": 3 if failed else 0,
        "failing_since": "1970-01-01T00:00:01Z" if failed else None,
        "last_failure": {"at": "1970-01-01T00:00:02Z", "status": 503, "reason": "It is down"} if failed else None,
        "next_attempt_at": iso_time(now + MINUTE) if rests else None,
    }
    assert caller.call("GET", "/v1/webhooks").json["webhooks"][0]["health"] == shown


# --- Try out


def test_a_sample_is_posted_and_its_outcome_told(caller: Caller, posted: Posted) -> None:
    made = _made(caller, events=["qr.deleted", "qr.created"])
    tested = caller.call("POST", f"{_path(made)}/test").json
    assert tested == {
        "delivered": True,
        "event_id": tested["event_id"],
        "type": "qr.created",
        "delivery_id": tested["delivery_id"],
        "status": 200,
        "duration_ms": 84,
        "reason": None,
        "answer": "ok",
    }
    kept = caller.call("GET", f"{_path(made)}/deliveries/{tested['delivery_id']}").json
    assert (kept["body"], kept["state"]) == (posted.bodies[0], "delivered")
    posted.status, posted.reason, posted.answer = None, "No answer within 15 seconds", ""
    failed = caller.call("POST", f"{_path(made)}/test", {"type": "url.created"}).json
    assert (failed["delivered"], failed["status"], failed["reason"]) == (False, None, "No answer within 15 seconds")
    assert failed["type"] == "url.created"
    _refused(caller.call("POST", f"{_path(made)}/test", {"type": "scan.deleted"}), 400, "type")


@pytest.mark.parametrize("format", ["standard", "qpr", "qr", "qrcodes"])
def test_a_sample_has_the_body_of_the_format(
    caller: Caller, posted: Posted, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    monkeypatch.setattr(event_bodies, "body", lambda event, format, base: f"{event.type} {format} {base}")
    made = _made(caller, format=format)
    assert caller.call("POST", f"{_path(made)}/test").status == 200
    assert posted.bodies == [f"scan.created {format} https://qz.example"]


# --- The log


def test_the_log_tells_what_was_posted_and_what_came_back(caller: Caller) -> None:
    made, answer = _made(caller), "<script>alert(1)</script>\u0000\u202e\"'"
    delivery = _logged(caller, made, "evt_a", 1_700_000_000_000 + 100 * DAY_MS * 10, FAILED, answer)
    ms = delivery.place.ms
    found = caller.call("GET", f"{_path(made)}/deliveries/{delivery.place.id}")
    row = {
        "id": f"dlv_{ms}_evt_a",
        "event_id": "evt_a",
        "type": "scan.created",
        "state": "failed",
        "happened_at": iso_time(ms),
        "attempts": 1,
        "redelivered": 0,
        "last_attempt_at": iso_time(ms),
        "last_status": 500,
        "last_reason": "It answered 500",
        "next_attempt_at": None,
    }
    attempt = {"at": iso_time(ms), "duration_ms": 12, "status": 500, "reason": "It answered 500", "answer": answer}
    assert found.json == {**row, "body": '{"id":"evt_a"}', "attempt_log": [attempt]}
    assert found.headers["content-type"] == "application/json"


def test_the_log_is_paged_and_filtered(caller: Caller) -> None:
    made, now = _made(caller), now_ms()
    for n in range(5):
        _logged(caller, made, f"evt_{n}", now - n, FAILED if n % 2 else DELIVERED)
    path, seen, cursor = f"{_path(made)}/deliveries?limit=2", [], ""
    for _ in range(3):
        page = caller.call("GET", f"{path}{cursor}").json
        seen += [row["event_id"] for row in page["deliveries"]]
        cursor = f"&cursor={page.get('next_cursor')}"
    assert (seen, "next_cursor" in page) == ([f"evt_{n}" for n in range(5)], False)
    failed = caller.call("GET", f"{path}&state=failed&type=scan.created").json["deliveries"]
    assert [row["event_id"] for row in failed] == ["evt_1", "evt_3"]
    assert caller.call("GET", f"{path}&type=qr.created").json == {"deliveries": []}


@pytest.mark.parametrize(
    ("query", "field"),
    [("state=lost", "state"), ("type=scan.deleted", "type"), ("limit=x", "limit"), ("cursor=x", "cursor")],
)
def test_a_log_is_refused_by_name(caller: Caller, query: str, field: str) -> None:
    made = _made(caller)
    _refused(caller.call("GET", f"{_path(made)}/deliveries?{query}"), 400, field)


def test_a_cursor_is_good_for_its_own_log_only(caller: Caller) -> None:
    made, other = _made(caller), _made(caller)
    for n in range(2):
        _logged(caller, made, f"evt_{n}", now_ms() - n, DELIVERED)
    cursor = caller.call("GET", f"{_path(made)}/deliveries?limit=1").json["next_cursor"]
    _refused(caller.call("GET", f"{_path(other)}/deliveries?cursor={cursor}"), 400, "cursor")
    _refused(caller.call("GET", f"/v1/webhooks?cursor={cursor}"), 400, "cursor")


def test_a_delivery_is_sent_again(caller: Caller) -> None:
    made = _made(caller)
    delivery = _logged(caller, made, "evt_a", now_ms(), FAILED)
    path = f"{_path(made)}/deliveries/{delivery.place.id}/redeliver"
    answer = caller.call("POST", path)
    assert answer.status == 202
    assert (answer.json["state"], answer.json["redelivered"], answer.json["attempts"]) == ("waiting", 1, 0)
    assert "waits" in _refused(caller.call("POST", path), 400, None)


def test_nothing_is_sent_again_while_paused(caller: Caller) -> None:
    made = _made(caller, active=False)
    delivery = _logged(caller, made, "evt_a", now_ms(), FAILED)
    path = f"{_path(made)}/deliveries/{delivery.place.id}/redeliver"
    assert "paused: resume it first" in _refused(caller.call("POST", path), 400, None)
    span = {"since": iso_time(now_ms() - DAY_MS)}
    assert "paused: resume it first" in _refused(caller.call("POST", f"{_path(made)}/replay", span), 400, None)


# --- Replays


def test_a_replay_is_ordered_and_followed(caller: Caller) -> None:
    made, now = _made(caller), now_ms()
    _logged(caller, made, "evt_a", now - DAY_MS, FAILED)
    _logged(caller, made, "evt_b", now - DAY_MS, DELIVERED)
    body = {"since": iso_time(now - 2 * DAY_MS), "until": iso_time(now), "states": ["failed"]}
    answer = caller.call("POST", f"{_path(made)}/replay", body)
    ordered = answer.json
    assert (answer.status, ordered["id"][:4]) == (202, "rpl_")
    assert ordered == {
        "id": ordered["id"],
        "webhook_id": made["id"],
        "status": "running",
        **body,
        "seen": 0,
        "sent": 0,
        "created_at": ordered["created_at"],
    }
    path = f"{_path(made)}/replays/{ordered['id']}"
    assert caller.call("GET", path).json == ordered
    assert replaying.replay(caller.organization, ids.parse(ordered["id"]) or 0, now_ms(), lambda: False)
    assert caller.call("GET", path).json == {**ordered, "status": "done", "seen": 2, "sent": 1}


def test_a_replay_of_everything_goes_up_to_now(caller: Caller) -> None:
    made, since = _made(caller), iso_time(now_ms() - DAY_MS)
    ordered = caller.call("POST", f"{_path(made)}/replay", {"since": since}).json
    assert (ordered["since"], ordered["states"]) == (since, ["delivered", "failed", "held"])
    assert since < ordered["until"] <= iso_time(now_ms())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "since", id="no beginning"),
        pytest.param({"since": "yesterday"}, "since", id="no time"),
        pytest.param({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "since", id="backwards"),
        pytest.param({"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}, "since", id="31 days"),
        pytest.param({"since": "2026-01-01T00:00:00Z", "until": 5}, "until", id="a number"),
        pytest.param({"since": "2026-01-01T00:00:00Z", "states": ["lost"]}, "states.0", id="an unknown state"),
        pytest.param({"since": "2026-01-01T00:00:00Z", "states": ["waiting"]}, "states.0", id="what comes anyway"),
    ],
)
def test_a_replay_that_makes_no_sense_is_refused(caller: Caller, body: dict[str, Any], field: str) -> None:
    made = _made(caller)
    _refused(caller.call("POST", f"{_path(made)}/replay", body), 400, field)


def test_what_is_of_another_webhook_is_not_found(caller: Caller) -> None:
    made, other, stranger = _made(caller), _made(caller), new_caller("Other")
    delivery = _logged(caller, made, "evt_a", now_ms(), FAILED)
    ordered = caller.call("POST", f"{_path(made)}/replay", {"since": iso_time(now_ms() - DAY_MS)}).json
    for of, who in ((other, caller), (made, stranger)):
        assert who.call("GET", f"{_path(of)}/deliveries/{delivery.place.id}").status == 404
        assert who.call("POST", f"{_path(of)}/deliveries/{delivery.place.id}/redeliver").status == 404
        assert who.call("GET", f"{_path(of)}/replays/{ordered['id']}").status == 404


def test_no_answer_and_no_item_has_a_secret_after_the_first(caller: Caller, world: World) -> None:
    made = _made(caller)
    rotated = caller.call("POST", f"{_path(made)}/rotate").json
    paths = ["/v1/webhooks", _path(made), "/api/v1/webhooks", f"/api{_path(made)}"]
    answers = [caller.call("GET", path).body.decode() for path in paths]
    answers.append(caller.call("PATCH", _path(made), {"description": "a"}).body.decode())
    for text in (*answers, str(world.items("objects")), str(world.items("deliveries"))):
        assert made["secret"] not in text
        assert rotated["secret"] not in text
