"""A link's page follows its scans, and costs little to load."""

from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from infra.local import LocalStack
from tests.e2e.browser.conftest import watched
from tests.e2e.browser.sessions import let_in
from tests.e2e.browser.things import DESTINATION
from tests.e2e.browser.watch import weighed
from tests.e2e.conftest import Client

MOST_BYTES: Final = 200_000
HEAVY: Final = {"a link": "/dashboard/links/{}", "the docs": "/docs/events"}


def total(page: Page) -> Locator:
    """The number of scans in the page's headline."""
    return page.locator("dl.headline > div").filter(has_text="Total scans").locator(".figure")


def test_a_scan_in_another_tab_raises_the_number_without_loading_the_page(owner_page: Page, client: Client) -> None:
    code = client.create("Scanned while it is looked at", DESTINATION)
    owner_page.goto(f"/dashboard/links/{code['id']}")
    expect(owner_page.get_by_text("No scans yet")).to_be_visible()
    expect(total(owner_page)).to_have_text("0")
    owner_page.evaluate("window.stays = true")
    visitor = owner_page.context.new_page()
    for scans in ("1", "2"):
        visitor.goto(code["short_url"])
        expect(visitor.get_by_role("heading", name="You have landed")).to_be_visible()
        expect(total(owner_page)).to_have_text(scans)
    expect(owner_page.get_by_text("No scans yet")).to_be_hidden()
    assert owner_page.evaluate("window.stays")


@pytest.mark.parametrize("name", HEAVY)
def test_a_first_visit_takes_at_most_200_kb(
    name: str, browser: Browser, stack: LocalStack, client: Client, owner_session: str
) -> None:
    path = HEAVY[name].format(client.create("Weighed")["id"])
    with watched(browser, stack.url) as tab:
        let_in(tab.page.context, stack, owner_session)
        with weighed(tab.page) as wire:
            tab.page.goto(path, wait_until="networkidle")
        assert 10_000 < wire.bytes <= MOST_BYTES
        tab.watch.verify()
