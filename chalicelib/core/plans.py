"""Plans and their meters: how many things an organization may make in a month, and what more of them cost.

The tiers and prices are those of the `qr` API's document, "Billing meter"; it names no limit for short links.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Meter(StrEnum):
    """What is counted in a month, by the names that are shown."""

    QR_GENERATED = "qr_generated"
    URL_CREATED = "url_created"


class Plan(NamedTuple):
    """How many QR codes a month includes; None is unlimited.

    A `hard` plan stops there, others go on as overage: `overage_cents` is the price of each, in US cents.
    """

    name: str
    qr_codes_a_month: int | None
    hard: bool
    overage_cents: int | None = None

    def included(self, meter: Meter) -> int | None:
        """How many a month includes; None is unlimited."""
        return self.qr_codes_a_month if meter is Meter.QR_GENERATED else None

    def stops_at(self, meter: Meter) -> int | None:
        """The number in a month at which creating is refused; None for never."""
        return self.included(meter) if self.hard else None

    def price_cents(self, meter: Meter) -> int | None:
        """What each one beyond the included costs, in US cents; None where none is sold."""
        return self.overage_cents if meter is Meter.QR_GENERATED else None


class Usage(NamedTuple):
    """What was made in a month by one meter, against a plan."""

    meter: Meter
    used: int
    plan: Plan

    @property
    def included(self) -> int | None:
        return self.plan.included(self.meter)

    @property
    def remaining(self) -> int | None:
        """How many are left of what is included; None is unlimited."""
        return None if self.included is None else max(self.included - self.used, 0)

    @property
    def overage(self) -> int:
        """How many were made beyond what is included."""
        return 0 if self.included is None else max(self.used - self.included, 0)

    @property
    def price_cents(self) -> int | None:
        return self.plan.price_cents(self.meter)

    @property
    def cost_cents(self) -> int:
        """What the overage costs, in US cents."""
        return self.overage * (self.price_cents or 0)


PLANS: Final = {
    plan.name: plan
    for plan in (
        Plan("free", 25, hard=True),
        Plan("developer", 1_000, hard=False, overage_cents=5),
        Plan("scale", 25_000, hard=False, overage_cents=3),
        Plan("enterprise", None, hard=False),
    )
}
