"""The list of links as somebody looks through it."""

import pytest

from chalicelib import ids
from chalicelib.core.campaigns import Assignments
from chalicelib.core.links import Link
from chalicelib.errors import InvalidRequest, SlugTaken
from chalicelib.services import assignments, bulk, campaigns, clients, link_lists, links, listing
from chalicelib.services.accounts import Caller
from chalicelib.services.link_lists import Wanted
from chalicelib.services.links import NewLink
from tests.services.account import Account, new_account
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def seeded(caller: Caller, *slugs: str) -> list[Link]:
    return [links.seed(caller, NewLink("https://example.com/", (), slug=slug), now_ms()) for slug in slugs]


def walk(caller: Caller, wanted: Wanted, limit: int = 2) -> tuple[list[str], list[int | None]]:
    """The slugs of all pages, newest first, and the totals that each page told."""
    seen: Assignments = assignments.everything(caller)
    slugs: list[str] = []
    totals: list[int | None] = []
    before = None
    while True:
        page = link_lists.page(caller, seen, wanted, limit, before, now_ms())
        slugs += [link.slug for link in page.links]
        totals.append(page.total)
        before = page.next_before
        if before is None:
            return slugs, totals


def test_every_page_tells_how_many_there_are(account: Account) -> None:
    seeded(account.caller, *(f"a-{n}{n}" for n in range(5)), "other")
    everything, totals = walk(account.caller, Wanted())
    assert everything == ["other", *(f"a-{n}{n}" for n in reversed(range(5))), account.link.slug]
    assert set(totals) == {7}
    assert walk(account.caller, Wanted(search="A-")) == ([f"a-{n}{n}" for n in reversed(range(5))], [5, 5, 5])


def test_of_too_many_links_each_still_comes_once_without_a_total(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SEARCHED", 3)
    seeded(account.caller, "a-1", "other-1", "other-2", "other-3", "a-2", "a-3", "other-4")
    found, totals = walk(account.caller, Wanted(search="a-"))
    assert found == ["a-3", "a-2", "a-1"]
    assert set(totals) == {None}


def test_a_clients_links_are_its_own_and_those_of_its_campaigns(account: Account) -> None:
    direct, by_campaign, _ = seeded(account.caller, "direct", "by-campaign", "nobodys")
    client = clients.create(account.caller, clients.Edit("Shop", links=[str(direct.number)]), now_ms())
    spelled = [ids.spell("dc", by_campaign.number)]
    made = campaigns.Edit("Spring", client=client.number, links=spelled)
    campaign = campaigns.create(account.caller, made, now_ms())
    assert walk(account.caller, Wanted(client=client.number))[0] == ["by-campaign", "direct"]
    assert walk(account.caller, Wanted(campaign=campaign.number))[0] == ["by-campaign"]


def test_links_are_found_by_their_ids_in_the_order_asked_for(account: Account) -> None:
    one, two = seeded(account.caller, "one", "two")
    theirs = new_account("Other").link
    asked = [ids.spell("dc", two.number), str(one.number), "nonsense", str(theirs.number), str(two.number)]
    assert [link.slug for link in link_lists.several(account.caller, asked)] == ["two", "one"]


def test_problems_are_those_that_a_create_would_refuse(account: Account) -> None:
    seeded(account.caller, "taken")
    asked = [NewLink("https://example.com/", (), slug=slug) for slug in ("fine", "taken", "FINE", "a b", None)] + [
        NewLink("ftp://example.com/", ())
    ]
    names = [f"line {n}" for n in range(2, 8)]
    found = bulk.problems(asked, now_ms(), names)
    assert {row: type(error) for row, error in found.items()} == {
        1: SlugTaken,
        2: InvalidRequest,
        3: InvalidRequest,
        5: InvalidRequest,
    }
    assert "fine is the slug of line 2 too" in found[2].message
