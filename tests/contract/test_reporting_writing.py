"""Campaigns and clients of the `reporting` API: making them, assigning codes, and what a client's own key sees."""

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.accounts import SCOPES
from chalicelib.services import accounts, keys
from tests.api.calls import Caller, new_caller
from tests.contract.reports import (
    BASE,
    NOW,
    get,
    key_of,
    new_campaign,
    new_client,
    new_qr,
    scan,
    send,
    stop_clock,
)
from tests.world import now_ms

ABSENT = ids.spell("qr", 5)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


def _assigned(caller: Caller, qr: str) -> tuple[Any, Any]:
    row = next(row for row in get(caller, "qrs") if row["id"] == qr)
    return row["campaignId"], row["clientId"]


# --- Making, editing, deleting


def test_a_campaign_is_made_changed_and_deleted(caller: Caller) -> None:
    made = send(caller, "POST", "campaigns", {"name": " Q3 Billboards "})
    assert made == {
        "id": made["id"],
        "name": "Q3 Billboards",
        "qrCount": 0,
        "totalScans": 0,
        "clientId": None,
        "createdAt": "2026-05-15T12:00:00Z",
    }
    client = new_client(caller)
    changed = send(caller, "PATCH", f"campaigns/{made['id']}", {"clientId": client})
    assert changed == {**made, "clientId": client}
    changed = send(caller, "PATCH", f"campaigns/{made['id']}", {"name": "Q4", "clientId": None})
    assert changed == {**made, "name": "Q4"}
    assert get(caller, "campaigns") == [changed]
    assert send(caller, "DELETE", f"campaigns/{made['id']}") == {"id": made["id"], "deleted": True}
    assert get(caller, "campaigns") == []


def test_a_client_is_made_changed_and_deleted(caller: Caller) -> None:
    made = send(caller, "POST", "clients", {"name": "Acme Corp"})
    assert made == {
        "id": made["id"],
        "name": "Acme Corp",
        "activeQrs": 0,
        "status": "ACTIVE",
        "qrCount": 0,
        "totalScans": 0,
        "createdAt": "2026-05-15T12:00:00Z",
    }
    changed = send(caller, "PATCH", f"clients/{made['id']}", {"name": "Acme", "status": "INACTIVE"})
    assert changed == {**made, "name": "Acme", "status": "INACTIVE"}
    assert get(caller, "clients") == [changed]
    assert send(caller, "DELETE", f"clients/{made['id']}") == {"id": made["id"], "deleted": True}
    assert get(caller, "clients") == []


@pytest.mark.parametrize("kind", ["campaign", "client"])
def test_what_was_deleted_is_not_found_and_its_codes_stay_and_are_in_none(caller: Caller, kind: str) -> None:
    qr = new_qr(caller)
    made = new_campaign(caller, qrIds=[qr]) if kind == "campaign" else new_client(caller, qrIds=[qr])
    send(caller, "DELETE", f"{kind}s/{made}")
    assert caller.call("GET", f"{BASE}/{kind}/{made}").status == 404
    for method in ("PATCH", "DELETE"):
        assert caller.call(method, f"{BASE}/{kind}s/{made}", {"name": "Again"}).status == 404
    assert _assigned(caller, qr) == (None, None)
    assert get(caller, f"qr/{qr}")[f"{kind}Id"] is None
    again = send(caller, "PATCH", f"qr/{qr}", {f"{kind}Id": None})
    assert again[f"{kind}Id"] is None


def test_a_campaign_whose_client_was_deleted_is_nobodys(caller: Caller) -> None:
    client = new_client(caller)
    campaign = new_campaign(caller, clientId=client)
    send(caller, "DELETE", f"clients/{client}")
    assert get(caller, "campaigns")[0]["clientId"] is None
    assert get(caller, f"campaign/{campaign}")["clientId"] is None


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        pytest.param("campaigns", {}, "name", id="no name"),
        pytest.param("campaigns", {"name": "  "}, "name", id="an empty name"),
        pytest.param("campaigns", {"name": "a\nb"}, "name", id="two lines"),
        pytest.param("campaigns", {"name": "a" * 201}, "name", id="a long name"),
        pytest.param("campaigns", {"name": 5}, "name", id="a number"),
        pytest.param("campaigns", {"name": "a", "clientId": ABSENT}, "clientId", id="no such client"),
        pytest.param("campaigns", {"name": "a", "clientId": "?"}, "clientId", id="no id"),
        pytest.param("campaigns", {"name": "a", "qrIds": [ABSENT]}, "qrIds", id="no such code"),
        pytest.param("campaigns", {"name": "a", "qrIds": [ABSENT] * 101}, "qrIds", id="too many codes"),
        pytest.param("clients", {}, "name", id="a client without a name"),
        pytest.param("clients", {"name": "a", "status": "active"}, "status", id="an unknown status"),
        pytest.param("clients", {"name": "a", "qrIds": ["?"]}, "qrIds", id="a client with no such code"),
    ],
)
def test_bad_input_is_refused_by_name_and_nothing_is_written(caller: Caller, path: str, body: Any, field: str) -> None:
    answer = caller.call("POST", f"{BASE}/{path}", body)
    assert (answer.status, answer.json["status"], answer.json["data"]) == (400, 400, None)
    assert (answer.json["code"], answer.json["field"]) == ("invalid_request", field)
    assert get(caller, path) == []


# --- Assigning


def test_assigning_is_retroactive_and_so_is_taking_away(caller: Caller) -> None:
    qr, client, campaign = new_qr(caller), new_client(caller), new_campaign(caller)
    scan(caller, qr, "2026-05-02T00:00:00Z")
    row = send(caller, "PATCH", f"qr/{qr}", {"campaignId": campaign, "clientId": client})
    assert (row["id"], row["campaignId"], row["clientId"], row["totalScans"]) == (qr, campaign, client, 1)
    assert get(caller, f"campaign/{campaign}")["aggregatedScans"] == 1
    assert get(caller, f"client/{client}")["totalScans"] == 1
    send(caller, "PATCH", f"qr/{qr}", {"campaignId": None})
    assert _assigned(caller, qr) == (None, client)
    assert get(caller, f"campaign/{campaign}")["aggregatedScans"] == 0
    assert get(caller, f"client/{client}")["totalScans"] == 1


def test_many_codes_are_assigned_at_once_and_others_stay(caller: Caller) -> None:
    codes = [new_qr(caller) for _ in range(4)]
    campaign = new_campaign(caller, qrIds=[codes[0]])
    client = send(caller, "POST", "clients", {"name": "Acme", "qrIds": codes[:2]})
    assert client["qrCount"] == 2
    spelled = [codes[1], codes[1], ids.spell("dc", ids.parse(codes[2]) or 0)]
    changed = send(caller, "PATCH", f"campaigns/{campaign}", {"qrIds": spelled})
    assert (changed["name"], changed["qrCount"]) == ("Q3 Billboards", 3)
    changed = send(caller, "PATCH", f"clients/{client['id']}", {"qrIds": codes[2:]})
    assert (changed["status"], changed["qrCount"]) == ("ACTIVE", 4)
    assert [_assigned(caller, qr) for qr in codes] == [(campaign, client["id"])] * 3 + [(None, client["id"])]


@pytest.mark.parametrize("kind", ["campaign", "client"])
def test_codes_are_all_looked_at_before_anything_is_written(caller: Caller, kind: str) -> None:
    qr = new_qr(caller)
    made = new_campaign(caller) if kind == "campaign" else new_client(caller)
    answer = caller.call("PATCH", f"{BASE}/{kind}s/{made}", {"name": "Other", "qrIds": [qr, ABSENT]})
    assert (answer.status, answer.json["field"]) == (400, "qrIds")
    assert answer.json["message"] == "qrIds: there is no code with the id at place 2"
    assert get(caller, f"{kind}s")[0]["name"] != "Other"
    assert _assigned(caller, qr) == (None, None)


def test_a_code_is_assigned_to_what_there_is(caller: Caller) -> None:
    qr, other = new_qr(caller), new_caller("Other")
    for body in ({"campaignId": new_campaign(other)}, {"clientId": new_client(other)}, {"clientId": ""}):
        (field,) = body
        answer = caller.call("PATCH", f"{BASE}/qr/{qr}", body)
        assert (answer.status, answer.json["field"]) == (400, field)
    assert caller.call("PATCH", f"{BASE}/qr/{ABSENT}", {"clientId": None}).status == 404
    assert caller.call("PATCH", f"{BASE}/qr/{new_qr(other)}", {"clientId": None}).status == 404


def test_another_organizations_codes_are_not_there(caller: Caller) -> None:
    theirs = new_qr(new_caller("Other"))
    answer = caller.call("POST", f"{BASE}/campaigns", {"name": "a", "qrIds": [theirs]})
    assert (answer.status, answer.json["field"]) == (400, "qrIds")


# --- What a campaign and a client come to


def test_the_code_that_performs_best_is_that_of_the_period(caller: Caller) -> None:
    first, second = new_qr(caller), new_qr(caller)
    campaign = new_campaign(caller, qrIds=[second, first])
    for qr, day in ((first, "2026-05-01"), (second, "2026-04-01"), (second, "2026-04-02")):
        scan(caller, qr, f"{day}T00:00:00Z")
    best = {
        month: get(caller, f"campaign/{campaign}?timeLineDate={month}-01")["topPerformingQr"]
        for month in ("2026-04", "2026-05", "2026-06")
    }
    assert best == {
        "2026-04": {"id": second, "scans": 2},
        "2026-05": {"id": first, "scans": 1},
        "2026-06": {"id": first, "scans": 0},
    }


def test_the_code_that_performs_best_is_that_of_the_callers_day(caller: Caller) -> None:
    evening, night = new_qr(caller), new_qr(caller)
    campaign = new_campaign(caller, qrIds=[evening, night])
    for qr, at in ((evening, "2026-05-15T21:00:00Z"), (night, "2026-05-15T22:00:00Z"), (night, "2026-05-15T23:00:00Z")):
        scan(caller, qr, at)
    report = get(caller, f"campaign/{campaign}?period=day&timeLineDate=2026-05-15&timezoneOffset=-120")
    assert (report["aggregatedScans"], report["topPerformingQr"]) == (1, {"id": evening, "scans": 1})


def test_visitors_of_several_codes_are_added_up_and_that_is_said(caller: Caller) -> None:
    first, second = new_qr(caller), new_qr(caller)
    client = new_client(caller, qrIds=[first])
    for qr in (first, second):
        scan(caller, qr)
    report = get(caller, f"client/{client}")
    assert (report["uniqueVisitors"], "uniqueVisitorsSummed" in report) == (1, False)
    send(caller, "PATCH", f"clients/{client}", {"qrIds": [second]})
    report = get(caller, f"client/{client}")
    assert (report["uniqueVisitors"], report["uniqueVisitorsSummed"]) == (2, True)


def test_a_clients_codes_are_its_own_and_those_of_its_campaigns_each_once(caller: Caller) -> None:
    own, both, in_campaign, paused = (new_qr(caller) for _ in range(4))
    client = new_client(caller, qrIds=[own, both, paused])
    new_campaign(caller, clientId=client, qrIds=[both, in_campaign])
    caller.call("PATCH", f"/v1/dynamic/{paused}", {"status": "paused"})
    for qr in (own, both, in_campaign, paused):
        scan(caller, qr)
    (row,) = get(caller, "clients")
    assert (row["activeQrs"], row["qrCount"], row["totalScans"]) == (3, 4, 4)
    report = get(caller, f"client/{client}")
    assert (report["activeQrs"], report["qrCount"], report["totalScans"]) == (3, 4, 4)


# --- A client's own key


def test_a_clients_key_sees_what_is_assigned_to_its_client_alone(caller: Caller) -> None:
    own, in_campaign, other = (new_qr(caller) for _ in range(3))
    client, stranger = new_client(caller), new_client(caller, "Stranger", qrIds=[other])
    mine = new_campaign(caller, "Mine", clientId=client, qrIds=[in_campaign])
    theirs = new_campaign(caller, "Theirs", clientId=stranger, qrIds=[own])
    send(caller, "PATCH", f"qr/{own}", {"clientId": client})
    for qr in (own, in_campaign, other):
        scan(caller, qr)
    theirs_seen = key_of(caller, client)
    rows = {row["id"]: (row["campaignId"], row["clientId"]) for row in get(theirs_seen, "qrs")}
    assert rows == {own: (None, client), in_campaign: (mine, None)}
    assert [row["id"] for row in get(theirs_seen, "campaigns")] == [mine]
    assert [row["id"] for row in get(theirs_seen, "clients")] == [client]
    summary = get(theirs_seen, "summary")
    assert (summary["totalScans"], summary["uniqueVisitors"], summary["uniqueVisitorsSummed"]) == (2, 2, True)
    for path in (f"qr/{own}", f"qr/{in_campaign}", f"campaign/{mine}", f"client/{client}"):
        report = get(theirs_seen, path)
        assert 1 <= report.get("totalScans", report.get("aggregatedScans")) <= 2
    for path in (f"qr/{other}", f"campaign/{theirs}", f"client/{stranger}", f"qr/{ABSENT}"):
        answer = theirs_seen.call("GET", f"{BASE}/{path}")
        assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_a_clients_key_pages_through_its_codes(caller: Caller) -> None:
    made = [new_qr(caller) for _ in range(5)]
    client = new_client(caller, qrIds=made[::2])
    seen = key_of(caller, client)
    first = seen.call("GET", f"{BASE}/qrs?limit=2").json
    second = seen.call("GET", f"{BASE}/qrs?limit=2&cursor={first['nextCursor']}").json
    assert [row["id"] for row in first["data"] + second["data"]] == made[::2][::-1]
    assert "nextCursor" not in second


def test_a_key_is_made_for_a_client_that_there_is(caller: Caller) -> None:
    client = new_client(caller)
    made = caller.call("POST", "/v1/api-keys", {"name": "Theirs", "client_id": client})
    assert (made.status, made.json["client_id"], made.json["scopes"]) == (201, client, ["analytics:read"])
    assert get(Caller(made.json["key"], 0, 0), f"client/{client}")["clientId"] == client
    for absent in (ABSENT, new_client(new_caller("Other"))):
        refused = caller.call("POST", "/v1/api-keys", {"name": "Nobody's", "client_id": absent})
        assert (refused.status, refused.json["error"]["field"]) == (400, "client_id")


def test_a_client_with_nothing_sees_nothing(caller: Caller) -> None:
    scan(caller, new_qr(caller))
    seen = key_of(caller, new_client(caller))
    summary = get(seen, "summary")
    assert (summary["totalScans"], summary["uniqueVisitors"], summary["topDevices"]) == (0, 0, [])
    assert (get(seen, "qrs"), get(seen, "campaigns")) == ([], [])


def test_a_clients_key_writes_nothing(caller: Caller) -> None:
    qr = new_qr(caller)
    client = new_client(caller, qrIds=[qr])
    campaign = new_campaign(caller, clientId=client)
    seen = key_of(caller, client)
    for method, path in (
        ("POST", "campaigns"),
        ("PATCH", f"campaigns/{campaign}"),
        ("DELETE", f"campaigns/{campaign}"),
        ("POST", "clients"),
        ("PATCH", f"clients/{client}"),
        ("DELETE", f"clients/{client}"),
        ("PATCH", f"qr/{qr}"),
    ):
        answer = seen.call(method, f"{BASE}/{path}", {"name": "Mine now"})
        assert (answer.status, answer.json["status"], answer.json["data"]) == (403, 403, None)
    assert (get(caller, "campaigns")[0]["name"], get(caller, "clients")[0]["name"]) == ("Q3 Billboards", "Acme Corp")


@pytest.mark.parametrize("path", ["summary", "qrs", "campaigns", "clients", "qr/{qr}", "campaign/{camp}", "client/{c}"])
def test_an_inactive_clients_keys_see_nothing_until_it_is_active_again(caller: Caller, path: str) -> None:
    qr = new_qr(caller)
    client = new_client(caller, qrIds=[qr])
    campaign = new_campaign(caller, clientId=client)
    seen, at = key_of(caller, client), f"{BASE}/{path.format(qr=qr, camp=campaign, c=client)}"
    statuses = []
    for status in ("ACTIVE", "INACTIVE", "ACTIVE"):
        send(caller, "PATCH", f"clients/{client}", {"status": status})
        statuses.append(seen.call("GET", at).status)
    assert statuses == [200, 403, 200]


def test_with_a_client_end_its_own_keys_and_no_others(caller: Caller) -> None:
    client, stays = new_client(caller), new_client(caller, "Stays")
    ended, good = key_of(caller, client), key_of(caller, stays)
    send(caller, "DELETE", f"clients/{client}")
    assert ended.call("GET", f"{BASE}/summary").status == 401
    assert good.call("GET", f"{BASE}/summary").status == caller.call("GET", f"{BASE}/summary").status == 200
    who = accounts.authenticate(caller.key)
    revoked = [key.client for key in keys.page(who, now_ms(), 10, ended=True).keys if key.revoked_ms is not None]
    assert revoked == [ids.parse(client)]


# --- Keys, limits, errors


@pytest.mark.parametrize(
    ("lacking", "method", "path", "body"),
    [
        pytest.param("analytics:read", "GET", "summary", None, id="a report"),
        pytest.param("accounts:write", "POST", "campaigns", {"name": "a"}, id="a campaign"),
        pytest.param("qr:write", "POST", "campaigns", {"name": "a", "qrIds": [ABSENT]}, id="a campaign with codes"),
        pytest.param("qr:write", "POST", "clients", {"name": "a", "qrIds": [ABSENT]}, id="a client with codes"),
        pytest.param("qr:write", "PATCH", f"qr/{ABSENT}", {"clientId": None}, id="assigning"),
    ],
)
def test_each_route_needs_its_scopes(world: object, lacking: str, method: str, path: str, body: Any) -> None:
    limited = new_caller(scopes=SCOPES - {lacking})
    answer = limited.call(method, f"{BASE}/{path}", body)
    assert (answer.status, answer.json["code"]) == (403, "unauthorized")
    assert lacking in answer.json["message"]


def test_a_key_may_call_sixty_times_a_minute(caller: Caller) -> None:
    answers = [caller.call("GET", f"{BASE}/campaigns") for _ in range(61)]
    assert [answer.status for answer in answers] == [200] * 60 + [429]
    assert (answers[0].headers["x-ratelimit-limit"], answers[0].headers["x-ratelimit-remaining"]) == ("60", "59")
    assert answers[0].headers["x-ratelimit-reset"] == str(NOW // 1000 + 60)
    refused = answers[-1]
    assert (refused.json["status"], refused.json["code"], refused.json["data"]) == (429, "rate_limited", None)
    assert refused.headers["retry-after"] == "60"
    another = Caller(accounts.create_key(caller.organization, caller.member, now_ms()), 0, 0)
    assert another.call("GET", f"{BASE}/campaigns").status == 200


def test_errors_have_the_envelope(caller: Caller) -> None:
    nobody = Caller("smllr_live_" + "a" * 32, 0, 0)
    for answer, status, code in (
        (nobody.call("GET", f"{BASE}/summary"), 401, "unauthorized"),
        (caller.call("GET", f"{BASE}/qr/{ABSENT}"), 404, "not_found"),
        (caller.call("GET", f"{BASE}/campaign/what"), 404, "not_found"),
        (caller.call("GET", f"{BASE}/summary?period=x"), 400, "invalid_request"),
    ):
        assert (answer.status, answer.json["status"], answer.json["code"]) == (status, status, code)
        assert answer.json["data"] is None
        assert answer.json["message"]


@pytest.mark.parametrize("prefix", ["dc", "qr", "qpr", "camp", "client", ""])
def test_every_spelling_of_an_id_is_taken(caller: Caller, prefix: str) -> None:
    qr, client = new_qr(caller), new_client(caller)
    campaign = new_campaign(caller)

    def other(spelled: str) -> str:
        number = ids.parse(spelled) or 0
        return ids.spell(prefix, number) if prefix else str(number)

    body = {"campaignId": other(campaign), "clientId": other(client)}
    assert send(caller, "PATCH", f"qr/{other(qr)}", body)["campaignId"] == campaign
    assert get(caller, f"qr/{other(qr)}")["qrId"] == qr
    assert get(caller, f"campaign/{other(campaign)}")["qrCount"] == 1
    assert get(caller, f"client/{other(client)}")["clientId"] == client
