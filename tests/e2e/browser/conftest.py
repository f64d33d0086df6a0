"""One browser for all of its tests, and a fresh, watched context for each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from gallery.chromium import chromium
from infra.local import LocalStack
from tests.e2e.browser.landing import HOST, landing
from tests.e2e.browser.sessions import let_in, session
from tests.e2e.browser.watch import Watch
from tests.qr.programs import need

# What a page of ours does within seconds on two busy cores, and what hangs does not.
TIMEOUT_MS: Final = 20_000
expect.set_options(timeout=TIMEOUT_MS)
# What the same browser says of itself when it has a window: without one it says so, and is left out as a bot.
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"


@pytest.fixture(scope="package")
def ground() -> Iterator[str]:
    """Where links and webhooks lead: an `address:port`."""
    with landing() as address:
        yield address


# For the package, not the session: Playwright's event loop would be in the way of others that run one.
@pytest.fixture(scope="package", name="browser")
def _browser(ground: str) -> Iterator[Browser]:
    need("chromium")
    with chromium({HOST: ground}) as browser:
        yield browser


class Tab(NamedTuple):
    """A tab, and what happens in it."""

    page: Page
    watch: Watch


@contextmanager
def watched(browser: Browser, url: str) -> Iterator[Tab]:
    """A tab of a browser that has never been here."""
    context, watch = browser.new_context(base_url=url, reduced_motion="reduce", user_agent=AGENT), Watch(url)
    context.set_default_timeout(TIMEOUT_MS)
    watch.over(context)
    try:
        yield Tab(context.new_page(), watch)
    finally:
        context.close()


@pytest.fixture
def tab(browser: Browser, stack: LocalStack) -> Iterator[Tab]:
    """The same for one test, which fails when anything goes wrong in it."""
    with watched(browser, stack.url) as opened:
        yield opened
        opened.watch.verify()


@pytest.fixture
def page(tab: Tab) -> Page:
    return tab.page


@pytest.fixture
def watch(tab: Tab) -> Watch:
    return tab.watch


@pytest.fixture(scope="package")
def owner_session(stack: LocalStack) -> str:
    """A session of the stack's owner, which nobody ends."""
    return session(stack, stack.api_key)


@pytest.fixture
def owner_page(page: Page, stack: LocalStack, owner_session: str) -> Page:
    """The page of a test, of the stack's owner, who is signed in."""
    let_in(page.context, stack, owner_session)
    return page
