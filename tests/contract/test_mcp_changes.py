"""The tools that change links, and what they want confirmed first."""

from typing import Any

import pytest

from chalicelib.services import confirmations
from tests.api.calls import Caller, new_caller
from tests.contract.assistant import Assistant
from tests.contract.reports import NOW, new_campaign, scan, stop_clock

ELSEWHERE = "https://example.com/elsewhere"
MINUTE = 60_000
# What wants a confirmation.
DESTRUCTIVE: list[tuple[str, dict[str, Any]]] = [
    ("delete_link", {}),
    ("delete_link", {"erase_scans": True}),
    ("update_link", {"destination": ELSEWHERE}),
    ("update_link", {"slug": "another", "label": "Another"}),
]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture
def assistant(caller: Caller) -> Assistant:
    return Assistant(caller)


@pytest.fixture
def link(assistant: Assistant) -> Any:
    return assistant.link(slug="spring", label="Poster")


def at(monkeypatch: pytest.MonkeyPatch, ms: int) -> None:
    """It is another time in the API."""
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: ms)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"label": "Flyer"}, {"label": "Flyer"}),
        ({"label": None}, {"label": None}),
        ({"status": "paused"}, {"status": "paused"}),
        ({"pause_until": "2026-06-01"}, {"status": "paused", "pause_until": "2026-06-01T00:00:00Z"}),
        ({"expires_at": "2026-06-01"}, {"expires_at": "2026-06-01T00:00:00Z"}),
        ({"tags": ["a", "b"]}, {"tags": ["a", "b"]}),
        ({"destination": "https://example.com/", "label": "Flyer"}, {"label": "Flyer"}),
        ({"label": "Flyer", "destination": None, "slug": None, "status": None, "tags": None}, {"label": "Flyer"}),
    ],
    ids=str,
)
def test_what_can_be_taken_back_is_done_at_once(
    assistant: Assistant, link: Any, change: dict[str, Any], fields: dict[str, Any]
) -> None:
    outcome = assistant.tool("update_link", link=link["id"], **change)
    assert outcome["done"]
    assert "confirmation" not in outcome
    assert outcome["link"] == assistant.tool("get_link", link=link["id"]) == {**link, **fields}


def test_a_pause_an_expiry_and_a_campaign_are_taken_back(assistant: Assistant, link: Any) -> None:
    campaign = new_campaign(assistant.caller)
    changed = assistant.tool(
        "update_link", link=link["id"], status="paused", expires_at="2026-06-01", campaign=campaign
    )
    assert (changed["link"]["status"], changed["link"]["campaign"]) == ("paused", campaign)
    back = assistant.tool("update_link", link=link["id"], status="active", expires_at=None, campaign=None)
    assert back["link"] == link


def test_a_change_of_nothing_is_refused(assistant: Assistant, link: Any) -> None:
    for asked in ({}, {"destination": None}, {"confirmation": "x"}):
        assert assistant.refused("update_link", link=link["id"], **asked)["code"] == "invalid_request"


@pytest.mark.parametrize(("name", "change"), DESTRUCTIVE, ids=str)
def test_what_cannot_is_told_first_and_then_done_with_the_confirmation(
    assistant: Assistant, link: Any, name: str, change: dict[str, Any]
) -> None:
    asked = assistant.tool(name, link=link["id"], **change)
    assert not asked["done"]
    assert "https://qz.example/spring" in asked["effect"]
    assert asked["confirm_until"] == "2026-05-15T12:10:00Z"
    assert asked["link"] == assistant.tool("get_link", link=link["id"]) == link
    done = assistant.tool(name, link=link["id"], **change, confirmation=asked["confirmation"])
    assert done["done"]
    assert done["effect"] == asked["effect"]
    assert assistant.tool("list_links", search=link["destination"])["links"] != [link]


@pytest.mark.parametrize(("name", "change"), DESTRUCTIVE, ids=str)
def test_a_confirmation_is_good_once(assistant: Assistant, link: Any, name: str, change: dict[str, Any]) -> None:
    given = assistant.tool(name, link=link["id"], **change)["confirmation"]
    assistant.tool(name, link=link["id"], **change, confirmation=given)
    if name == "delete_link":
        assert assistant.refused(name, link=link["id"], **change, confirmation=given)["code"] == "not_found"
    else:
        assistant_again = assistant.tool(name, link=link["id"], **change, confirmation=given)
        assert "confirmation" not in assistant_again  # it leads there already: nothing is left to be confirmed
        back = {"destination": link["destination"], "slug": "third"}
        assert assistant.refused(name, link=link["id"], **back, confirmation=given)["field"] == "confirmation"


@pytest.mark.parametrize(("name", "change"), DESTRUCTIVE, ids=str)
def test_a_confirmation_is_good_for_ten_minutes(
    assistant: Assistant, link: Any, name: str, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = assistant.tool(name, link=link["id"], **change)["confirmation"]
    at(monkeypatch, NOW + 10 * MINUTE)
    refused = assistant.refused(name, link=link["id"], **change, confirmation=given)
    assert refused["error"] == "confirmation: has expired; ask again without one"
    at(monkeypatch, NOW + 10 * MINUTE - 1)
    assert assistant.tool(name, link=link["id"], **change, confirmation=given)["done"]


def test_a_later_end_cannot_be_written_into_a_confirmation(
    assistant: Assistant, link: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    until, _, signature = assistant.tool("delete_link", link=link["id"])["confirmation"].partition("-")
    at(monkeypatch, NOW + 11 * MINUTE)
    later = f"{int(until, 16) + 120:x}-{signature}"
    assert assistant.refused("delete_link", link=link["id"], confirmation=later)["field"] == "confirmation"


@pytest.mark.parametrize("text", ["", "yes", "-", "6b0236b0-", "g-x", "é", "\ud800", "0" * 200])
def test_what_is_no_confirmation_confirms_nothing(assistant: Assistant, link: Any, text: str) -> None:
    assert assistant.refused("delete_link", link=link["id"], confirmation=text)["field"] == "confirmation"
    assert assistant.tool("get_link", link=link["id"]) == link


def test_a_confirmation_is_for_one_link_one_tool_and_one_change(assistant: Assistant, link: Any) -> None:
    other = assistant.link()["id"]
    given = assistant.tool("delete_link", link=link["id"])["confirmation"]
    for name, asked in (
        ("delete_link", {"link": other}),
        ("delete_link", {"link": link["id"], "erase_scans": True}),
        ("update_link", {"link": link["id"], "destination": ELSEWHERE}),
    ):
        assert assistant.refused(name, **asked, confirmation=given)["field"] == "confirmation"
    retarget = assistant.tool("update_link", link=link["id"], destination=ELSEWHERE)["confirmation"]
    for change in ({"destination": f"{ELSEWHERE}/2"}, {"destination": ELSEWHERE, "label": "x"}):
        refused = assistant.refused("update_link", link=link["id"], **change, confirmation=retarget)
        assert refused["field"] == "confirmation"


def test_another_spelling_of_the_link_is_the_same_link(assistant: Assistant, link: Any) -> None:
    given = assistant.tool("delete_link", link=link["id"])["confirmation"]
    assert assistant.tool("delete_link", link=link["id"].replace("dc_", "qr_"), confirmation=given)["done"]


def test_a_confirmation_is_overtaken_by_any_other_change(assistant: Assistant, link: Any) -> None:
    given = assistant.tool("delete_link", link=link["id"])["confirmation"]
    assistant.tool("update_link", link=link["id"], label="Still needed")
    refused = assistant.refused("delete_link", link=link["id"], confirmation=given)
    assert refused["field"] == "confirmation"
    assert "something has changed" in refused["error"]


def test_a_confirmation_is_for_one_organization(
    assistant: Assistant, link: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Assistant(new_caller("Other"))
    theirs = other.link()["id"]
    monkeypatch.setattr("chalicelib.api.mcp_changes._purpose", lambda *_: "the same")
    given = assistant.tool("delete_link", link=link["id"])["confirmation"]
    assert other.refused("delete_link", link=theirs, confirmation=given)["field"] == "confirmation"
    assert assistant.tool("delete_link", link=link["id"], confirmation=given)["done"]


def test_deleting_says_how_many_scans_stay_and_they_do(assistant: Assistant, link: Any) -> None:
    for _ in range(3):
        scan(assistant.caller, link["id"])
    asked = assistant.tool("delete_link", link=link["id"])
    assert '("Poster")' in asked["effect"]
    assert "What was counted for it (3 scans) stays" in asked["effect"]
    done = assistant.tool("delete_link", link=link["id"], confirmation=asked["confirmation"])
    assert done["link"]["status"] == "deleted"
    assert assistant.tool("get_scans", link=link["id"])["scans"] == 3
    assert assistant.tool("list_links")["links"] == []
    for name in ("delete_link", "update_link", "generate_qr"):
        asked_again = {"label": "x"} if name == "update_link" else {}
        assert assistant.refused(name, link=link["id"], **asked_again)["code"] == "not_found"


def test_erasing_says_how_many_scans_go(assistant: Assistant, link: Any) -> None:
    scan(assistant.caller, link["id"])
    asked = assistant.tool("delete_link", link=link["id"], erase_scans=True)
    assert "Erases all that was counted for it too (1 scan)" in asked["effect"]
    assistant.tool("delete_link", link=link["id"], erase_scans=True, confirmation=asked["confirmation"])
    assert assistant.refused("get_link", link=link["id"])["code"] == "not_found"


def test_erasing_needs_the_scope_of_the_route_that_erases(caller: Caller) -> None:
    narrow = Assistant(new_caller("Narrow", scopes=frozenset({"urls:write"})))
    refused = narrow.refused("delete_link", link=narrow.link()["id"], erase_scans=True)
    assert refused["error"] == "This API key lacks the scope qr:write"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"destination": "javascript:alert(1)"}, "invalid_request", "destination"),
        ({"destination": "https://qz.example/x"}, "unsafe_destination", "destination"),
        ({"slug": "-"}, "invalid_request", "slug"),
        ({"pause_until": "2020-01-01"}, "invalid_request", "pause_until"),
        ({"expires_at": "2020-01-01"}, "invalid_request", "expires_at"),
        ({"campaign": "camp_1"}, "invalid_request", "campaign"),
    ],
    ids=str,
)
def test_what_no_confirmation_would_make_possible_is_refused_at_once(
    assistant: Assistant, link: Any, change: dict[str, Any], code: str, field: str
) -> None:
    refused = assistant.refused("update_link", link=link["id"], **change)
    assert (refused["code"], refused["field"]) == (code, field)


def test_a_slug_that_was_taken_meanwhile_is_named(assistant: Assistant, link: Any) -> None:
    given = assistant.tool("update_link", link=link["id"], slug="summer")["confirmation"]
    assistant.link(slug="summer")
    refused = assistant.refused("update_link", link=link["id"], slug="summer", confirmation=given)
    assert refused["code"] == "slug_taken"


def test_the_life_of_a_confirmation_is_that_which_is_documented() -> None:
    assert confirmations.LIFE_MS == 10 * MINUTE
