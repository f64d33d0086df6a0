"""`/api/v1/webhooks`: what the `qr` API's document says of it; the webhooks are those of `/v1/webhooks`."""

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS, iso_time
from chalicelib.core.deliveries import DELIVERED, FAILED, Attempt, Delivery, Place
from chalicelib.services import replaying
from chalicelib.store import deliveries
from tests.api.calls import Answer, Caller
from tests.posted import Posted
from tests.world import World, now_ms

PATH = "/api/v1/webhooks"
DOCUMENTED = {"url": "https://receiver.example/hooks", "events": ["qr.created", "qr.scan_threshold"], "isActive": True}


def _data(answer: Answer, status: int = 200) -> Any:
    assert (answer.status, answer.json.get("success")) == (status, True), answer.json
    return answer.json["data"]


def _made(caller: Caller, **body: Any) -> dict[str, Any]:
    made: dict[str, Any] = _data(caller.call("POST", PATH, {**DOCUMENTED, **body}), 201)
    return made


def _refused(answer: Answer, status: int, field: str) -> None:
    assert (answer.status, answer.json["success"]) == (status, False), answer.json
    assert answer.json["error"]["field"] == field
    assert field in answer.json["error"]["message"]


def _logged(caller: Caller, webhook: str, event: str, ms: int, state: str = DELIVERED) -> str:
    place = Place(caller.organization, ids.parse(webhook) or 0, ms, event)
    attempts = (Attempt(ms, 12, 500, "It answered 500", "<b>no</b>"),)
    assert deliveries.put(Delivery(place, "qr.created", "{}", state, tries=1, attempts=attempts))
    return place.id


def test_a_webhook_is_made_as_the_document_says(caller: Caller) -> None:
    answer = caller.call("POST", PATH, DOCUMENTED)
    made = _data(answer, 201)
    documented = {"id", "url", "events", "secret", "isActive"}
    assert documented <= made.keys()
    assert made["secret"].startswith("whsec_")
    shown = {name: value for name, value in made.items() if name != "secret"}
    assert shown == {
        "id": made["id"],
        **DOCUMENTED,
        "format": "qr",
        "description": "",
        "filters": {"urlIds": [], "qrCodeIds": [], "campaignIds": []},
        "status": "active",
        "createdAt": made["createdAt"],
        "updatedAt": made["createdAt"],
        "disabledAt": None,
        "disabledReason": None,
        "health": {
            "state": "ok",
            "consecutiveFailures": 0,
            "failingSince": None,
            "lastFailure": None,
            "nextAttemptAt": None,
        },
    }
    assert _data(caller.call("GET", f"{PATH}/{made['id']}")) == shown
    assert answer.headers["x-ratelimit-limit"] == "60"
    assert caller.call("GET", PATH).headers["x-ratelimit-limit"] == "120"


def test_both_apis_have_the_same_webhooks(caller: Caller) -> None:
    ours = _made(caller, isActive=False)
    theirs = caller.call("POST", "/v1/webhooks", {"url": DOCUMENTED["url"], "events": ["scan.created"]}).json
    assert [row["id"] for row in caller.call("GET", PATH).json["data"]] == [theirs["id"], ours["id"]]
    assert [row["id"] for row in caller.call("GET", "/v1/webhooks").json["webhooks"]] == [theirs["id"], ours["id"]]
    assert _data(caller.call("GET", f"{PATH}/{theirs['id']}"))["format"] == "qpr"
    shown = caller.call("GET", f"/v1/webhooks/{ours['id']}").json
    assert (shown["format"], shown["active"]) == ("qr", False)


def test_lists_have_their_pagination(caller: Caller) -> None:
    made = [_made(caller)["id"] for _ in range(3)][::-1]
    first = caller.call("GET", f"{PATH}?limit=2").json
    assert [row["id"] for row in first["data"]] == made[:2]
    cursor = first["pagination"].pop("nextCursor")
    assert first["pagination"] == {"limit": 2, "offset": 0, "total": 3, "hasMore": True}
    for query in (f"limit=2&cursor={cursor}", "limit=2&offset=2"):
        second = caller.call("GET", f"{PATH}?{query}").json
        assert [row["id"] for row in second["data"]] == made[2:]
        assert (second["pagination"]["hasMore"], second["pagination"]["nextCursor"]) == (False, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"url": "http://receiver.example/"}, "url", id="http"),
        pytest.param({"url": "https://qz.example/"}, "url", id="ourselves"),
        pytest.param({"events": []}, "events", id="no events"),
        pytest.param({"events": ["qr.created", "qr.scanned"]}, "events.1", id="an unknown event"),
        pytest.param({"format": "xml"}, "format", id="a format that is none"),
        pytest.param({"isActive": "no"}, "isActive", id="isActive a text"),
        pytest.param({"filters": {"link_ids": []}}, "filters", id="a filter of the other API"),
        pytest.param({"filters": {"urlIds": [5]}}, "filters.urlIds", id="a url that is not there"),
        pytest.param({"filters": {"urlIds": 5}}, "filters.urlIds", id="urls a number"),
        pytest.param({"filters": {"qrCodeIds": ["5"]}}, "filters.qrCodeIds", id="a QR code that is not there"),
        pytest.param({"filters": {"campaignIds": ["camp_5"]}}, "filters.campaignIds", id="no such campaign"),
    ],
)
def test_bad_input_is_refused_in_this_apis_words(
    caller: Caller, world: World, body: dict[str, Any], field: str
) -> None:
    made = _made(caller)
    before = [item for item in world.items("objects") if "#limits#" not in item["pk"]["S"]]
    _refused(caller.call("POST", PATH, {**DOCUMENTED, **body}), 400, field)
    _refused(caller.call("PATCH", f"{PATH}/{made['id']}", body), 400, field)
    assert [item for item in world.items("objects") if "#limits#" not in item["pk"]["S"]] == before


def test_a_webhook_is_changed_paused_resumed_and_deleted(caller: Caller) -> None:
    path = f"{PATH}/{_made(caller)['id']}"
    url_id = _data(caller.call("POST", "/api/v1/urls", {"targetUrl": "https://example.com/"}), 201)["id"]
    changed = _data(caller.call("PATCH", path, {"isActive": False, "filters": {"urlIds": [int(url_id)]}}))
    assert (changed["isActive"], changed["status"], changed["filters"]["urlIds"]) == (False, "paused", [url_id])
    resumed = _data(caller.call("PATCH", path, {"isActive": True, "description": "Orders"}))
    assert (resumed["isActive"], resumed["description"], resumed["filters"]["urlIds"]) == (True, "Orders", [url_id])
    assert _data(caller.call("PATCH", path, {"filters": None}))["filters"]["urlIds"] == []
    assert _data(caller.call("DELETE", path)) == {"id": path.rsplit("/", 1)[-1], "deleted": True}
    assert caller.call("GET", path).status == 404


def test_a_secret_is_rotated(caller: Caller) -> None:
    made = _made(caller)
    path = f"{PATH}/{made['id']}"
    rotated = _data(caller.call("POST", f"{path}/rotate", {"overlapSeconds": 3600}))
    assert rotated["secret"] != made["secret"]
    assert rotated["previousSecretUntil"] <= iso_time(now_ms() + 3_600_000)
    _refused(caller.call("POST", f"{path}/rotate", {"overlapSeconds": -1}), 400, "overlapSeconds")


def test_a_sample_is_posted(caller: Caller, posted: Posted) -> None:
    path = f"{PATH}/{_made(caller)['id']}"
    tested = _data(caller.call("POST", f"{path}/test"))
    assert (tested["delivered"], tested["type"], tested["durationMs"]) == (True, "qr.created", 84)
    kept = _data(caller.call("GET", f"{path}/deliveries/{tested['deliveryId']}"))
    assert (kept["body"], kept["eventId"]) == (posted.bodies[0], tested["eventId"])


def test_the_log_is_paged_and_a_delivery_sent_again(caller: Caller) -> None:
    webhook, now = _made(caller)["id"], now_ms()
    path = f"{PATH}/{webhook}/deliveries"
    spelled = [_logged(caller, webhook, f"evt_{n}", now - n, FAILED) for n in range(3)]
    first = caller.call("GET", f"{path}?limit=2").json
    assert [row["id"] for row in first["data"]] == spelled[:2]
    cursor = first["pagination"].pop("nextCursor")
    assert first["pagination"] == {"limit": 2, "hasMore": True}
    second = caller.call("GET", f"{path}?limit=2&cursor={cursor}&state=failed&type=qr.created").json
    assert [row["id"] for row in second["data"]] == spelled[2:]
    assert second["pagination"] == {"limit": 2, "hasMore": False, "nextCursor": None}
    full = _data(caller.call("GET", f"{path}/{spelled[0]}"))
    assert full["attemptLog"] == [
        {
            "at": iso_time(now),
            "durationMs": 12,
            "status": 500,
            "reason": "It answered 500",
            "answer": "<b>no</b>",
        }
    ]
    again = _data(caller.call("POST", f"{path}/{spelled[0]}/redeliver"), 202)
    assert (again["state"], again["redelivered"], again["lastStatus"]) == ("waiting", 1, 500)
    assert caller.call("POST", f"{path}/{spelled[0]}/redeliver").status == 400


def test_a_replay_is_ordered_and_followed(caller: Caller) -> None:
    webhook, now = _made(caller)["id"], now_ms()
    _logged(caller, webhook, "evt_a", now - DAY_MS)
    path = f"{PATH}/{webhook}"
    ordered = _data(caller.call("POST", f"{path}/replay", {"since": iso_time(now - 2 * DAY_MS)}), 202)
    assert (ordered["webhookId"], ordered["status"], ordered["sent"]) == (webhook, "running", 0)
    assert replaying.replay(caller.organization, ids.parse(ordered["id"]) or 0, now_ms(), lambda: False)
    done = _data(caller.call("GET", f"{path}/replays/{ordered['id']}"))
    assert done == {**ordered, "status": "done", "seen": 1, "sent": 1}
    _refused(caller.call("POST", f"{path}/replay", {"since": "never"}), 400, "since")
