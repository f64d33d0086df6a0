"""`/v1/thresholds`: the organization's list, and a link's in its place, over HTTP."""

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.thresholds import DEFAULT, LARGEST, MOST
from tests.api.calls import Caller, new_caller

ALL = "/v1/thresholds"


def _of(code: dict[str, Any], prefix: str = "dc") -> str:
    number = ids.parse(code["id"])
    assert number is not None
    return f"{ALL}/{ids.spell(prefix, number) if prefix else number}"


def _shown(caller: Caller, path: str) -> tuple[list[int], bool]:
    answer = caller.call("GET", path)
    assert answer.status == 200, answer.json
    return answer.json["thresholds"], answer.json["own"]


def test_the_default_holds_until_the_organization_has_a_list(caller: Caller) -> None:
    assert _shown(caller, ALL) == (list(DEFAULT), False)
    answer = caller.call("PUT", ALL, {"thresholds": [500, 50, 500]})
    assert (answer.status, answer.json) == (200, {"thresholds": [50, 500], "own": True})
    assert _shown(caller, ALL) == ([50, 500], True)
    assert caller.call("PUT", ALL, {"thresholds": None}).json == {"thresholds": list(DEFAULT), "own": False}


def test_a_links_list_is_in_the_place_of_the_organizations(caller: Caller) -> None:
    code, other = caller.create(), caller.create()
    caller.call("PUT", ALL, {"thresholds": [50]})
    assert _shown(caller, _of(code)) == ([50], False)
    answer = caller.call("PUT", _of(code), {"thresholds": [7, 3]})
    number = ids.parse(code["id"])
    assert number is not None
    assert (answer.status, answer.json) == (200, {"id": ids.spell("qpr", number), "thresholds": [3, 7], "own": True})
    assert [_shown(caller, _of(it)) for it in (code, other)] == [([3, 7], True), ([50], False)]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        pytest.param("DELETE", None, id="deleted"),
        pytest.param("PUT", {"thresholds": None}, id="null"),
    ],
)
def test_a_links_list_is_taken_away_again(caller: Caller, method: str, body: Any) -> None:
    path = _of(caller.create())
    caller.call("PUT", path, {"thresholds": []})
    for _ in range(2):
        answer = caller.call(method, path, body)
        assert (answer.status, answer.json["thresholds"], answer.json["own"]) == (200, list(DEFAULT), False)


def test_none_at_all_is_a_list_too(caller: Caller) -> None:
    code = caller.create()
    assert caller.call("PUT", ALL, {"thresholds": []}).json == {"thresholds": [], "own": True}
    assert _shown(caller, _of(code)) == ([], False)
    caller.call("PUT", ALL, {"thresholds": [5]})
    caller.call("PUT", _of(code), {"thresholds": []})
    assert _shown(caller, _of(code)) == ([], True)


@pytest.mark.parametrize("prefix", ["dc", "qr", "qpr", ""])
def test_a_link_is_found_by_any_spelling_of_its_id(caller: Caller, prefix: str) -> None:
    code = caller.create()
    caller.call("PUT", _of(code, prefix), {"thresholds": [5]})
    assert _shown(caller, _of(code)) == ([5], True)


def test_a_list_stays_when_its_link_is_edited(caller: Caller) -> None:
    code = caller.create()
    caller.call("PUT", _of(code), {"thresholds": []})
    assert caller.call("PATCH", f"/v1/dynamic/{code['id']}", {"label": "New"}).status == 200
    assert _shown(caller, _of(code)) == ([], True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "thresholds", id="nothing"),
        pytest.param({"thresholds": 5}, "thresholds", id="no list"),
        pytest.param({"thresholds": [0]}, "thresholds", id="zero"),
        pytest.param({"thresholds": [LARGEST + 1]}, "thresholds", id="too large"),
        pytest.param({"thresholds": list(range(1, MOST + 2))}, "thresholds", id="too many"),
        pytest.param({"thresholds": [1.5]}, "thresholds.0", id="a fraction"),
        pytest.param({"thresholds": ["5"]}, "thresholds.0", id="a text"),
        pytest.param({"thresholds": [True]}, "thresholds.0", id="true"),
    ],
)
def test_a_list_that_cannot_be_is_refused_by_the_fields_name(caller: Caller, body: Any, field: str) -> None:
    for path in (ALL, _of(caller.create())):
        answer = caller.call("PUT", path, body)
        error = answer.json["error"]
        assert (answer.status, error["code"], error["field"]) == (400, "invalid_request", field)
        assert _shown(caller, path) == (list(DEFAULT), False)


def test_the_link_of_another_organization_and_a_deleted_one_are_not_found(caller: Caller) -> None:
    code, other = caller.create(), new_caller("Other")
    for method, body in (("GET", None), ("PUT", {"thresholds": [5]}), ("DELETE", None)):
        assert other.call(method, _of(code), body).status == 404
    assert _shown(caller, _of(code)) == (list(DEFAULT), False)
    caller.call("DELETE", f"/v1/dynamic/{code['id']}")
    assert caller.call("PUT", _of(code), {"thresholds": [5]}).status == 404


def test_the_list_of_one_organization_is_not_that_of_another(caller: Caller) -> None:
    caller.call("PUT", ALL, {"thresholds": [5]})
    assert _shown(new_caller("Other"), ALL) == (list(DEFAULT), False)
