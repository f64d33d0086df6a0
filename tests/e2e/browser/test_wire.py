"""The heaviest pages cost little to load."""

from typing import Final

import pytest
from playwright.sync_api import Browser

from infra.local import LocalStack
from tests.e2e.browser.conftest import watched
from tests.e2e.browser.sessions import let_in
from tests.e2e.browser.watch import weighed
from tests.e2e.conftest import Client

MOST_BYTES: Final = 200_000
HEAVY: Final = {
    "a link": "/dashboard/links/{}",
    "the docs": "/docs/events",
    "the designer": "/dashboard/links/{}/qr",
    "the list": "/dashboard",
}


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
