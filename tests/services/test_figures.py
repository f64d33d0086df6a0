"""The figures of links, read from rollups that were folded a moment ago."""

import pytest

from chalicelib import ids
from chalicelib.core import rollups as r
from chalicelib.core.ranges import Range, asked
from chalicelib.services import assignments, campaigns, clients, counting, figures
from chalicelib.store import scans
from tests.services.account import Account, new_account
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def _week() -> Range:
    return asked({"range": "7d"}, "UTC", now_ms() + 1000)


def _scanned(account: Account, *at: tuple[int, str]) -> None:
    """Scans of an account's link that are counted: so many days ago, from these addresses."""
    counting.settle(scans.read([account.scan(account.days_ago(days), address) for days, address in at]))


def _campaign(account: Account, *of: Account) -> int:
    links = [ids.spell("dc", each.link.number) for each in of]
    return campaigns.create(account.caller, campaigns.Edit("Spring", links=links), now_ms()).number


def test_a_pending_scan_is_in_the_figures_at_once(account: Account) -> None:
    account.scan()
    found = figures.of_link(account.organization, account.link.number, _week())
    assert (found.total.now, found.visitors.now, found.pending) == (1, 1, 0)


def test_a_range_and_what_it_is_compared_with_come_at_once(account: Account) -> None:
    _scanned(account, (0, "a"), (3, "b"), (9, "c"), (9, "c"), (40, "a"))
    found = figures.of_link(account.organization, account.link.number, _week())
    assert (found.total.now, found.total.before) == (2, 2)
    assert (found.visitors.now, found.visitors.before) == (2, 1)
    assert (found.lifetime, found.lifetime_visitors) == (5, 3)
    assert found.rankings[r.COUNTRY].rows[0].name == "United Kingdom"
    assert set(found.rankings) == set(r.DIMENSIONS)


def test_visitors_of_several_links_are_added_up(account: Account) -> None:
    other = account.other()
    _scanned(account, (0, "a"))
    _scanned(other, (0, "a"))
    both = _campaign(account, account, other)
    seen = assignments.everything(account.caller)
    found = figures.of_campaign(account.caller, seen, seen.campaigns[both], _week()).figures
    assert (found.visitors.now, found.exact) == (2, False)


def test_a_campaign_ranks_its_links(account: Account) -> None:
    other, third = account.other(), account.other()
    _scanned(account, (1, "a"), (9, "b"), (9, "c"))
    _scanned(other, (1, "a"), (2, "a"))
    number = _campaign(account, account, other, third)
    seen = assignments.everything(account.caller)
    found = figures.of_campaign(account.caller, seen, seen.campaigns[number], _week())
    assert [(it.link.number, it.scans) for it in found.ranked] == [
        (other.link.number, 2),
        (account.link.number, 1),
        (third.link.number, 0),
    ]
    assert (found.links, found.figures.total.now, found.figures.total.before) == (3, 3, 2)


def test_a_client_has_the_links_of_its_campaigns(account: Account) -> None:
    other = account.other()
    _scanned(other, (1, "a"))
    number = _campaign(account, other)
    client = clients.create(account.caller, clients.Edit("Acme"), now_ms()).number
    campaigns.edit(account.caller, ids.spell("camp", number), campaigns.Edit(client=client), now_ms())
    seen = assignments.everything(account.caller)
    found = figures.of_client(account.caller, seen, seen.clients[client], _week())
    assert (found.links, found.figures.total.now) == (1, 1)


def test_an_organization_knows_its_visitors_apart_and_few_rankings(account: Account) -> None:
    _scanned(account, (0, "a"))
    _scanned(account.other(), (0, "a"))
    found = figures.of_everything(account.caller, _week())
    assert (found.figures.total.now, found.figures.visitors.now, found.figures.exact) == (2, 1, True)
    assert set(found.figures.rankings) == set(r.ORGANIZATION_DIMENSIONS)
    assert found.ranked == ()
