"""Plans: what a month includes, where it stops, what more costs."""

import pytest

from chalicelib.core.plans import PLANS, Meter, Usage

QR, URL = Meter.QR_GENERATED, Meter.URL_CREATED


def test_the_tiers_and_prices_are_the_documents() -> None:
    tiers = {name: (plan.included(QR), plan.stops_at(QR), plan.price_cents(QR)) for name, plan in PLANS.items()}
    assert tiers == {
        "free": (25, 25, None),
        "developer": (1_000, None, 5),
        "scale": (25_000, None, 3),
        "enterprise": (None, None, None),
    }


@pytest.mark.parametrize("plan", PLANS)
def test_short_links_have_no_limit_and_no_price_in_any_plan(plan: str) -> None:
    usage = Usage(URL, 10**6, PLANS[plan])
    assert (usage.included, PLANS[plan].stops_at(URL), usage.remaining) == (None, None, None)
    assert (usage.overage, usage.price_cents, usage.cost_cents) == (0, None, 0)


@pytest.mark.parametrize(
    ("plan", "used", "remaining", "overage", "cents"),
    [
        pytest.param("free", 0, 25, 0, 0, id="nothing yet"),
        pytest.param("free", 25, 0, 0, 0, id="all of it"),
        pytest.param("free", 40, 0, 15, 0, id="the plan was larger before: no overage is sold"),
        pytest.param("developer", 999, 1, 0, 0, id="one left"),
        pytest.param("developer", 1_000, 0, 0, 0, id="exactly what is included"),
        pytest.param("developer", 1_003, 0, 3, 15, id="3 at 5 cents"),
        pytest.param("scale", 25_007, 0, 7, 21, id="7 at 3 cents"),
        pytest.param("enterprise", 10**9, None, 0, 0, id="without end"),
    ],
)
def test_what_is_beyond_the_included_costs_its_price_each(
    plan: str, used: int, remaining: int | None, overage: int, cents: int
) -> None:
    usage = Usage(QR, used, PLANS[plan])
    assert (usage.remaining, usage.overage, usage.cost_cents) == (remaining, overage, cents)
