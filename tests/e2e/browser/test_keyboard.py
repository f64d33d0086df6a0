"""Everything can be reached and seen by keyboard."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.keyboard import walk
from tests.e2e.conftest import Client

WALKED: Final = {
    "links": "/dashboard",
    "a new link": "/dashboard/links/new",
    "a link": "/dashboard/links/{}",
    "the designer": "/dashboard/links/{}/qr",
    "settings": "/dashboard/settings",
}


@pytest.mark.parametrize("name", WALKED)
def test_the_tab_key_comes_by_everything_and_shows_where_it_is(name: str, owner_page: Page, client: Client) -> None:
    owner_page.goto(WALKED[name].format(client.create("Walked by keyboard")["id"]))
    walked = walk(owner_page)
    assert walked.stops
    assert (walked.unseen, walked.missed) == ([], [])


def test_a_walk_tells_what_is_hidden_from_it(page: Page) -> None:
    page.set_content(
        "<style>#dim:focus{outline:none}</style><a href='#a'>seen</a><button id=dim>dim</button>"
        "<div style='position:absolute;left:-999px'><button>away</button></div>"
    )
    walked = walk(page)
    assert (len(walked.stops), len(walked.unseen)) == (3, 2)
    page.set_content("<button>1</button><button onfocus='this.blur()'>trap</button><button>2</button>")
    assert len(walk(page).missed) > 0


def test_the_first_stop_skips_to_the_content(owner_page: Page) -> None:
    owner_page.goto("/dashboard/account")
    owner_page.keyboard.press("Tab")
    expect(owner_page.get_by_role("link", name="Skip to the content")).to_be_focused()
    owner_page.keyboard.press("Enter")
    expect(owner_page.get_by_role("main")).to_be_focused()
