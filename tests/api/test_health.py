"""`/healthz` and `/readyz`: what monitors ask."""

import pytest

from chalicelib.version import VERSION
from tests.api.calls import Caller
from tests.world import World

NOBODY = Caller("", 0, 0)


@pytest.mark.parametrize(("path", "status"), [("/healthz", "ok"), ("/readyz", "ready")])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_installation_that_works_says_so(world: World, method: str, path: str, status: str) -> None:
    answer = NOBODY.call(method, path)
    assert (answer.status, bool(answer.json)) == (200, method == "GET")
    assert method == "HEAD" or answer.json["status"] == status
    assert answer.headers["cache-control"] == "no-store"


def test_it_says_which_release_runs() -> None:
    assert NOBODY.call("GET", "/healthz").json["version"] == VERSION


def test_what_runs_is_well_without_any_table(world: World) -> None:
    world.dynamodb.delete_table(TableName="objects")
    assert NOBODY.call("GET", "/healthz").status == 200


def test_tables_that_cannot_be_reached_are_named_as_the_docs_name_them(world: World) -> None:
    for table in ("visitors", "scans"):
        world.dynamodb.delete_table(TableName=table)
    answer = NOBODY.call("GET", "/readyz")
    assert (answer.status, answer.json) == (
        503,
        {"error": "Cannot be reached: scans, visitors", "code": "server_error"},
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["retry-after"] == "5"
