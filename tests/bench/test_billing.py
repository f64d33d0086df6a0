"""From usage to dollars: tiers, milliseconds, memory, storage; each expectation is worked out by hand."""

from math import inf

import pytest

from bench import billing
from bench.prices import REGIONS, SERVICES, US_EAST_1, Item, Price, Tier

TIERED = Price("Some", 1e6, [Tier(333e6, 3.50), Tier(1e9, 2.80), Tier(inf, 2.00)], "2026")


@pytest.mark.parametrize(
    ("amount", "dollars"),
    [
        pytest.param(0, 0, id="nothing"),
        pytest.param(1, 3.5e-6, id="one"),
        pytest.param(1e6, 3.50, id="a million"),
        pytest.param(333e6, 1165.50, id="to the end of the first tier"),
        pytest.param(334e6, 1168.30, id="one million into the second"),
        pytest.param(1e9, 1165.50 + 667 * 2.80, id="to the end of the second"),
        pytest.param(3e9, 1165.50 + 667 * 2.80 + 2000 * 2.00, id="far into the last"),
    ],
)
def test_each_part_of_an_amount_costs_what_its_tier_says(amount: float, dollars: float) -> None:
    assert TIERED.dollars(amount) == pytest.approx(dollars)


@pytest.mark.parametrize("region", REGIONS)
def test_every_item_has_a_price_whose_tiers_rise_to_the_end_and_get_cheaper(region: str) -> None:
    prices = REGIONS[region]
    assert set(prices) == set(Item)
    for price in prices.values():
        ends, dollars = zip(*price.tiers, strict=True)
        assert price.service in SERVICES
        assert list(ends) == sorted(ends)
        assert ends[-1] == inf
        assert list(dollars) == sorted(dollars, reverse=True)


@pytest.mark.parametrize(
    ("milliseconds", "gb_seconds"),
    [
        pytest.param(1.0, 0.5, id="a whole millisecond is one"),
        pytest.param(1.2, 1.0, id="a begun one is billed whole"),
        pytest.param(200, 100.0, id="two hundred"),
    ],
)
def test_an_invocation_is_billed_by_begun_milliseconds_and_memory(milliseconds: float, gb_seconds: float) -> None:
    thousand = billing.invocations(1000, milliseconds, 512)
    assert thousand == {Item.INVOCATIONS: 1000, Item.GB_SECONDS: pytest.approx(gb_seconds)}


@pytest.mark.parametrize(
    ("megabytes", "duration"),
    [
        pytest.param(512, 10 * 1769 / 512 + 5, id="less than a core takes longer"),
        pytest.param(1769, 15, id="a whole core"),
        pytest.param(3538, 15, id="a second core does not help one thread"),
    ],
)
def test_work_takes_longer_with_a_share_of_a_core_and_waiting_does_not(megabytes: int, duration: float) -> None:
    assert billing.duration_ms(10, megabytes, waits_ms=5) == pytest.approx(duration)


def test_an_example_by_hand() -> None:
    """A million calls, each a write of 3 units and an invocation of 4 ms in 512 MB: 2,000 GB-seconds."""
    usage = billing.added(
        {Item.API_CALLS: 1e6}, billing.invocations(1e6, 3.1, 512), billing.times({Item.WRITES: 3.0}, 1e6)
    )
    bill = billing.bill(usage, US_EAST_1)
    assert bill == {
        "API Gateway": pytest.approx(3.50),
        "Lambda": pytest.approx(0.20 + 2000 * 0.0000133334),
        "DynamoDB writes": pytest.approx(1.875),
    }
    assert billing.total(usage, US_EAST_1) == pytest.approx(5.6016668)


def test_standing_allowances_are_left_out_of_a_bill_and_can_be_taken_off() -> None:
    usage = {Item.INVOCATIONS: 1.5e6, Item.ALARMS: 4.0}
    assert billing.total(usage, US_EAST_1) == pytest.approx(0.30 + 0.40)
    assert billing.beyond_free(usage, US_EAST_1) == {Item.INVOCATIONS: 0.5e6, Item.ALARMS: 0.0}


def test_what_is_stored_with_every_item_counts() -> None:
    assert billing.stored(2**20, 924) == pytest.approx(1.0)


def test_provisioned_capacity_is_billed_used_or_not() -> None:
    assert billing.capacity_hours(7200, utilised=0.5) == pytest.approx(4.0)
