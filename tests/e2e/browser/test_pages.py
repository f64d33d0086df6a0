"""Everybody can use every page: in light and in dark, on a phone and on a wide screen, and nothing goes wrong there."""

from collections.abc import Iterator
from contextlib import closing
from itertools import product
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, Page

from chalicelib.pages.routes import BLUEPRINTS
from infra.local import LocalStack
from tests.e2e.browser.axe import axe, axe_again
from tests.e2e.browser.conftest import Tab, watched
from tests.e2e.browser.pages import PAGES, unseen
from tests.e2e.browser.sessions import let_in
from tests.e2e.browser.things import Things, things
from tests.e2e.conftest import Client

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
SIZES: Final = ((1440, 900), (390, 844))


@pytest.fixture(scope="module")
def made(stack: LocalStack) -> Iterator[Things]:
    with closing(Client(stack.url, stack.api_key)) as client:
        yield things(client, "A good link")


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
    assert shown.matches(heading), heading
    assert tab.page.title()
    assert looks(tab.page) == []
    tab.watch.verify()


def test_every_page_is_looked_at() -> None:
    assert unseen({path for bp in BLUEPRINTS for method, path in bp.paths if method == "GET"}) == set()


def looks(page: Page) -> list[str]:
    """What is wrong in any look of the page that is open."""
    wrong = []
    for number, (scheme, size) in enumerate(product(SCHEMES, SIZES)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        judged = axe_again(page) if number else axe(page)
        wrong += [f"{scheme}, {size}: {line}" for line in [*judged, *overflowing(page)]]
    return wrong


def overflowing(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
        .filter((it) => it.getBoundingClientRect().right > innerWidth).map((it) => it.outerHTML.slice(0, 120))"""
    )
    return [f"wider than the screen: {html}" for html in found]
