"""Callers of the API, on a fresh world."""

import pytest

from tests.api.calls import Caller, new_caller
from tests.world import World


@pytest.fixture
def caller(world: World) -> Caller:
    return new_caller()
