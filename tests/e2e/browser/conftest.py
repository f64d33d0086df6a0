"""One browser for all of its tests, and a fresh, watched context for each."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from gallery.chromium import chromium
from infra.local import LocalStack
from tests.e2e.browser.landing import HOST, landing
from tests.e2e.browser.watch import Watch
from tests.qr.programs import need

# What a page of ours does within seconds on two busy cores, and what hangs does not.
TIMEOUT_MS: Final = 20_000


# For the package, not the session: Playwright's event loop would be in the way of others that run one.
@pytest.fixture(scope="package", name="browser")
def _browser() -> Iterator[Browser]:
    need("chromium")
    with landing() as address, chromium({HOST: address}) as browser:
        yield browser


@pytest.fixture
def watch(stack: LocalStack) -> Iterator[Watch]:
    """What happens in the test's context; any fault fails the test."""
    made = Watch(stack.url)
    yield made
    made.verify()


@pytest.fixture
def page(browser: Browser, stack: LocalStack, watch: Watch) -> Iterator[Page]:
    """A tab of a browser that has never been here."""
    context = browser.new_context(base_url=stack.url, reduced_motion="reduce")
    context.set_default_timeout(TIMEOUT_MS)
    watch.over(context)
    yield context.new_page()
    context.close()
