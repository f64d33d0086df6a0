"""A storage that fails is told as such; a request that is wrong is not hidden."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pynamodb.connection import Connection
from pynamodb.exceptions import GetError

from chalicelib.errors import Unavailable
from chalicelib.services import links
from tests.services.account import new_account
from tests.world import World


def _code(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "GetItem")


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        pytest.param(_code("ThrottlingException"), Unavailable, id="throttled"),
        pytest.param(_code("InternalServerError"), Unavailable, id="server error"),
        pytest.param(EndpointConnectionError(endpoint_url="x"), Unavailable, id="unreachable"),
        pytest.param(_code("AccessDeniedException"), Unavailable, id="a missing permission"),
        pytest.param(_code("ValidationException"), GetError, id="a request that is wrong"),
    ],
)
def test_a_failing_read_is_told_by_its_cause(
    world: World, monkeypatch: pytest.MonkeyPatch, failure: Exception, told: type[Exception]
) -> None:
    account = new_account()

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Connection, "dispatch", fail)
    with pytest.raises(told):
        links.get(account.caller, str(account.link.number))
