"""Plans: how many codes an organization may make in a month."""

from typing import Final, NamedTuple


class Plan(NamedTuple):
    """`codes_a_month` None is unlimited; a `hard` plan stops there, others go on as overage."""

    name: str
    codes_a_month: int | None
    hard: bool

    @property
    def stops_at(self) -> int | None:
        """The number of codes in a month at which creating is refused; None for never."""
        return self.codes_a_month if self.hard else None


PLANS: Final = {
    plan.name: plan
    for plan in (
        Plan("free", 25, hard=True),
        Plan("developer", 1_000, hard=False),
        Plan("scale", 25_000, hard=False),
        Plan("enterprise", None, hard=False),
    )
}
