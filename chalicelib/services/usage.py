"""What an organization has used of its plan."""

from typing import NamedTuple

from chalicelib.core.days import month_of
from chalicelib.services.accounts import Caller
from chalicelib.store import creates


class Usage(NamedTuple):
    """Codes made in a month, `YYYYMM`, and how many the plan includes; None is unlimited."""

    month: str
    made: int
    included: int | None

    @property
    def overage(self) -> int:
        """How many were made beyond what is included."""
        return 0 if self.included is None else max(self.made - self.included, 0)


def of_month(caller: Caller, now_ms: int) -> Usage:
    """The usage of the month that contains a time."""
    month = month_of(now_ms)
    return Usage(month, creates.read_usage(caller.organization.number, month), caller.plan.codes_a_month)
