"""Callers of the API, on a fresh world."""

import pytest

from tests.api.calls import Caller, new_caller
from tests.posted import Posted
from tests.world import World


@pytest.fixture
def caller(world: World) -> Caller:
    return new_caller()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Creates that meet do not wait before they try again."""
    monkeypatch.setattr("chalicelib.services.creating.LONGEST_WAIT_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def _posted(posted: Posted) -> None:
    """Samples of events go to the stand-in."""
