"""The simulation of a hot link: its model of redirects and arrivals, and what it makes of the product's rules."""

import random

import pytest

from bench import capacity
from bench.hot_code import load, marked, most_in_one, shared
from bench.hot_growth import Growth, Slots, arrivals, grow
from bench.hot_items import Sizes
from chalicelib.core.links import Link
from chalicelib.core.slots import MAX_SLOTS, SCANS_A_SECOND
from chalicelib.services import accounts
from chalicelib.services.links import NewLink, seed
from chalicelib.store import spreads
from tests.world import World, now_ms

SIZES = Sizes(pending=350, counted=400, longest=1200, day=4000, lifetime=400, organization_day=1500)
TAKES = capacity.PARTITION_WRITES / SIZES.scan_units


@pytest.fixture
def link(world: World) -> Link:
    organization, owner = accounts.create_organization("Bench", "owner@example.com", now_ms())
    caller = accounts.authenticate(accounts.create_key(organization.number, owner.number, now_ms()))
    return seed(caller, NewLink("https://example.com/hot", (), slug="hot"), now_ms())


@pytest.mark.parametrize(
    ("before", "after", "transactional", "units"),
    [(0, 1, False, 1), (1024, 0, False, 1), (1025, 10, False, 2), (10, 1024, True, 2), (10, 4053, True, 8)],
)
def test_a_write_costs_by_the_larger_of_before_and_after(
    before: int, after: int, transactional: bool, units: int
) -> None:
    assert capacity.written(before, after, transactional) == units


def test_a_scan_costs_three_units_and_twice_that_with_the_longest_user_agent() -> None:
    assert (SIZES.scan_units, SIZES.longest_units) == (3, 6)
    assert SIZES.commit_units == 2 * 4 + 2 * 1


def test_redirects_learn_of_new_slots_within_five_seconds() -> None:
    slots = Slots()
    assert slots.rates(100, second=0) == [100]
    slots.raised(2, second=10)
    assert slots.rates(100, second=10) == [100, 0]
    assert slots.rates(100, second=12) == pytest.approx([80, 20])
    assert slots.rates(100, second=15) == [50, 50]


def test_no_scan_is_lost_while_redirects_differ() -> None:
    slots = Slots()
    slots.raised(2, second=3)
    slots.raised(4, second=5)
    assert all(sum(slots.rates(1000, second)) == pytest.approx(1000) for second in range(12))


@pytest.mark.parametrize("expected", [0.5, 20, 300])
def test_arrivals_come_as_often_as_expected(expected: float) -> None:
    chance = random.Random(1)
    counts = [arrivals(expected, chance) for _ in range(2000)]
    assert sum(counts) / len(counts) == pytest.approx(expected, rel=0.1)


def test_a_cool_link_keeps_its_one_slot(link: Link) -> None:
    grown = grow(link, 20, TAKES, now_ms())
    assert grown == Growth(slots=1, seconds=0, calm=0, busiest=grown.busiest, spilled=0, backlog=0)
    assert 20 < grown.busiest < SCANS_A_SECOND


def test_a_hot_link_grows_until_no_partition_refuses(link: Link) -> None:
    grown = grow(link, 1000, TAKES, now_ms())
    assert 1000 / SCANS_A_SECOND < grown.slots < MAX_SLOTS
    assert grown.busiest <= SCANS_A_SECOND < TAKES
    assert 0 < grown.calm < grown.seconds
    assert spreads.slots(link.organization, link.number) == grown.slots


def test_slots_share_no_partition_of_table_index_or_rollups(link: Link) -> None:
    assert shared(link, MAX_SLOTS, now_ms()) == (1, 1, 1)
    assert most_in_one(["a", "b", "a"]) == 2


def test_a_load_follows_from_sizes_and_rates() -> None:
    at = load(SIZES, scans_a_second=1000, slots=10, busiest=120)
    assert (at.scans, at.by_day) == (360, 120)
    assert at.rollups == 2.5 * SIZES.commit_units  # 200 scans in two seconds are five chunks
    assert at.read == 235  # two pages of 1,000 scans of 400 bytes, and 400 that wait
    assert load(SIZES, scans_a_second=1, slots=1, busiest=3).read == 12  # all of two minutes
    assert (marked(999.6, 1000), marked(1001, 1000)) == ("1,000", "**1,001**")
