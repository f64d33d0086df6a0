"""A link is spread before a campaign begins, and never less than it was."""

import pytest

from chalicelib.core.slots import MAX_SLOTS, SCANS_A_SECOND, expecting
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.services import spreading
from chalicelib.store import links, spreads
from tests.services.account import Account, new_account
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.mark.parametrize(
    ("scans_a_second", "slots"),
    [(1, 1), (100, 1), (101, 2), (1_000, 16), (50_000, 512), (300_000, MAX_SLOTS)],
)
def test_as_many_slots_as_bring_a_second_to_100_scans_each(scans_a_second: int, slots: int) -> None:
    assert expecting(scans_a_second) == slots
    assert slots == MAX_SLOTS or scans_a_second <= slots * SCANS_A_SECOND


def test_a_link_is_found_by_its_slug_in_any_case_and_spread(account: Account) -> None:
    assert spreading.expect(account.link.slug.upper(), 10_000, now_ms()) == 128
    assert spreads.slots(account.organization, account.link.number) == 128
    assert spreads.most_slots(account.organization) == 128


def test_a_link_that_has_more_slots_keeps_them(account: Account) -> None:
    spreads.raise_slots(account.organization, account.link, 256)
    assert spreading.expect(account.link.slug, 1, now_ms()) == 256


def test_what_is_no_link_or_no_number_is_refused(account: Account) -> None:
    with pytest.raises(NotFound):
        spreading.expect("nobody-made-this", 100, now_ms())
    with pytest.raises(InvalidRequest, match="SCANS"):
        spreading.expect(account.link.slug, 0, now_ms())
    assert links.of_slug("nobody-made-this") is None
