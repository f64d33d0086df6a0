"""Browsers, on a fresh world."""

import pytest

from tests.pages.browsing import Browser, new_browser
from tests.world import World


@pytest.fixture
def browser(world: World) -> Browser:
    """The owner of a new organization, who is signed in."""
    return new_browser()


@pytest.fixture
def stranger(world: World) -> Browser:
    """Somebody who is not signed in."""
    return Browser()
