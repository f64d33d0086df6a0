"""What strangers write stays words: in every field, on every page, in every address that says it again."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Final
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from infra.local import LocalStack
from tests.e2e.browser.conftest import Tab, watched
from tests.e2e.browser.pages import PAGES
from tests.e2e.browser.probes import NAMES, RESOURCE, injected
from tests.e2e.browser.sessions import found, let_in
from tests.e2e.browser.things import Maker, Things
from tests.e2e.conftest import Client

# Addresses that say again what is in them; `{}` is where strangers write.
ECHOES: Final = {
    "where to go on": "/sign-in?next={}",
    "a message": "/sign-in?said={}",
    "a link to sign in with": "/sign-in/{}",
    "a page": "/dashboard/{}",
    "a picture": "/qr/{}",
    "a slug": "/{}",
}


@pytest.fixture(scope="module")
def probed(browser: Browser, stack: LocalStack, ground: str) -> Iterator[tuple[Tab, Mapping[str, Things]]]:
    """A tab of the owner of an organization in which everything has the probes' names."""
    owner = found(stack, NAMES["markup"])
    with closing(Client(stack.url, owner.key)) as client, watched(browser, stack.url) as tab:
        let_in(tab.page.context, stack, owner.session)
        maker = Maker(client, owner.session, ground)
        yield tab, {kind: maker.things(name) for kind, name in NAMES.items()}


@pytest.mark.parametrize("name", PAGES)
def test_words_of_strangers_stay_words(name: str, probed: tuple[Tab, Mapping[str, Things]]) -> None:
    tab, made = probed
    tab.watch.faults.clear()  # another page's
    for path, kind in {PAGES[name].path(each): kind for kind, each in made.items()}.items():
        tab.page.goto(path)
        unharmed(tab)
        if not PAGES[name].heading:
            assert PAGES[name].is_headed(heading(tab.page), NAMES[kind])


@pytest.mark.parametrize("where", ECHOES)
def test_an_address_that_says_again_what_is_in_it_says_words(where: str, tab: Tab) -> None:
    for name in NAMES.values():
        tab.page.goto(ECHOES[where].format(quote(name, safe="")))
        unharmed(tab)


def unharmed(tab: Tab) -> None:
    """Fails when a stranger's words became part of the page that is open."""
    assert injected(tab.page) == [], tab.page.url
    asked: list[str] = tab.page.evaluate("performance.getEntriesByType('resource').map((it) => it.name)")
    assert [address for address in asked if RESOURCE in address] == [], tab.page.url
    tab.watch.verify()


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()
