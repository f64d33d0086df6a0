"""Unknown paths and methods answer in the shape of the API under which they lie."""

from typing import Any

import pytest

from tests.e2e.conftest import Client

NOT_FOUND = "There is no such route"
NESTED = {"error": {"code": "not_found", "message": NOT_FOUND}}


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        pytest.param("/v1/nothing/here", {"error": NOT_FOUND, "code": "not_found"}, id="dynamic"),
        pytest.param("/v1/qrcodes/qr_1/nothing", NESTED, id="qrcodes"),
        pytest.param("/v1/qpr-codes/qpr_1/nothing/at/all", NESTED, id="qpr"),
        pytest.param(
            "/api/v1/external/reporting/nothing",
            {"status": 404, "message": NOT_FOUND, "data": None, "code": "not_found"},
            id="reporting",
        ),
        pytest.param("/api/v1/nothing", {"success": False, **NESTED}, id="qr"),
        pytest.param("/nothing/here", {"error": "Not found.", "code": "not_found"}, id="under no API"),
    ],
)
def test_an_unknown_path_answers_in_the_shape_of_its_api(client: Client, path: str, shape: Any) -> None:
    answer = client.api("GET", path)
    assert (answer.status, answer.json) == (404, shape)


def test_an_unknown_method_says_which_there_are(client: Client) -> None:
    answer = client.api("PUT", "/v1/qrcodes")
    message = "This route takes GET, POST only"
    assert (answer.status, answer.json) == (405, {"error": {"code": "method_not_allowed", "message": message}})


def test_a_preflight_is_answered_for_a_path_that_is_not_there(client: Client) -> None:
    answer = client.request("OPTIONS", "/v1/nothing/here")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "*")
