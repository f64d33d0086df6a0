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
from tests.e2e.browser.sessions import found, let_in, session
from tests.e2e.browser.things import Things, things
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
def probed(browser: Browser, stack: LocalStack) -> Iterator[tuple[Tab, Mapping[str, Things]]]:
    """A tab of the owner of an organization in which everything has the probes' names."""
    key = found(stack, NAMES["markup"])
    with closing(Client(stack.url, key)) as client, watched(browser, stack.url) as tab:
        let_in(tab.page.context, stack, session(stack, key))
        yield tab, {kind: things(client, name) for kind, name in NAMES.items()}


@pytest.mark.parametrize("name", PAGES)
def test_words_of_strangers_stay_words(name: str, probed: tuple[Tab, Mapping[str, Things]]) -> None:
    tab, made = probed
    tab.watch.faults.clear()  # another page's
    for path in {PAGES[name].path(each): None for each in made.values()}:
        tab.page.goto(path)
        unharmed(tab)


@pytest.mark.parametrize("kind", NAMES)
def test_a_link_is_shown_with_its_words_as_they_are(kind: str, probed: tuple[Tab, Mapping[str, Things]]) -> None:
    tab, made = probed
    tab.page.goto(f"/qr/{made[kind].link}")
    assert NAMES[kind][:60] in shown(tab.page)  # a title may be cut


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


def shown(page: Page) -> str:
    """The text of a page, with single spaces."""
    return " ".join(page.locator("body").inner_text().split())
