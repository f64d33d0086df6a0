"""Callers of the API, on a fresh world."""

import pytest

from tests.api.calls import Caller, new_caller
from tests.web import Web
from tests.world import World


@pytest.fixture
def caller(world: World) -> Caller:
    return new_caller()


@pytest.fixture(autouse=True)
def _web(web: Web) -> None:
    """Logos come from the stand-in."""
