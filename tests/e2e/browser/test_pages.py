"""Everybody can use every page: in light and in dark, on a phone and on a wide screen, and nothing goes wrong there."""

from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from chalicelib.pages.routes import BLUEPRINTS
from infra.local import LocalStack
from tests.e2e.browser.axe import OF_COLOURS, OF_SIZES, axe, axe_again
from tests.e2e.browser.conftest import Tab, watched
from tests.e2e.browser.pages import PAGES, unseen
from tests.e2e.browser.sessions import let_in
from tests.e2e.browser.things import Maker, Things
from tests.e2e.conftest import Client

NAME: Final = "A good name"
WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def made(stack: LocalStack, owner_session: str, ground: str) -> Iterator[Things]:
    with closing(Client(stack.url, stack.api_key)) as client:
        things = Maker(client, owner_session, ground).things(NAME)
        yield things
        # Later tests scan links of the same organization: nothing shall be posted then.
        assert client.api("DELETE", f"/v1/webhooks/{things.webhook}").status == 200


@pytest.fixture(scope="module")
def tabs(browser: Browser, stack: LocalStack, owner_session: str) -> Iterator[dict[bool, Tab]]:
    """One tab for all pages, and one for those of people who are not signed in: opening one takes as long as a page."""
    with watched(browser, stack.url) as stranger, watched(browser, stack.url) as owner:
        let_in(owner.page.context, stack, owner_session)
        yield {True: stranger, False: owner}


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use(name: str, tabs: dict[bool, Tab], made: Things) -> None:
    shown = PAGES[name]
    tab = tabs[shown.public]
    tab.watch.faults.clear()  # another page's
    answer = tab.page.goto(shown.path(made))
    assert answer is not None
    assert answer.status == shown.status
    (heading,) = tab.page.get_by_role("heading", level=1).all_inner_texts()
    assert shown.is_headed(heading, NAME), heading
    assert tab.page.title()
    assert looks(tab.page) == []
    tab.watch.verify()


def test_every_page_is_looked_at() -> None:
    assert unseen({path for bp in BLUEPRINTS for method, path in bp.paths if method == "GET"}) == set()


def looks(page: Page) -> list[str]:
    """What is wrong in any look of the page that is open: a wide screen in light and dark, and a phone."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)
    wrong = [f"in light: {line}" for line in axe(page)]
    page.emulate_media(color_scheme="dark")
    wrong += [f"in dark: {line}" for line in axe_again(page, OF_COLOURS)]
    page.set_viewport_size(PHONE)
    return wrong + [f"on a phone: {line}" for line in [*axe_again(page, OF_SIZES), *overflowing(page)]]


def overflowing(page: Page) -> list[str]:
    """What makes the page scroll sideways: the outermost elements that reach over the screen's edge."""
    found: list[str] = page.evaluate(
        """() => {
          if (document.documentElement.scrollWidth <= innerWidth) return [];
          const over = (it) => it.getBoundingClientRect().right > innerWidth + 1;
          const clipped = (it) => it && (getComputedStyle(it).overflowX !== "visible" || clipped(it.parentElement));
          return [...document.querySelectorAll("body *")]
            .filter((it) => over(it) && !over(it.parentElement) && !clipped(it.parentElement))
            .map((it) => it.outerHTML.slice(0, 120));
        }"""
    )
    return [f"wider than the screen: {html}" for html in found]
