"""Callers of the API, on a fresh world."""

import pytest

from tests.api.calls import Caller, new_caller
from tests.posted import Posted
from tests.web import Web
from tests.world import World


@pytest.fixture
def caller(world: World) -> Caller:
    return new_caller()


@pytest.fixture(autouse=True)
def _web(web: Web) -> None:
    """Logos come from the stand-in."""


@pytest.fixture(autouse=True)
def _posted(posted: Posted) -> None:
    """Samples of events go to the stand-in."""
