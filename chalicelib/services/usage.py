"""What an organization has used of its plan."""

from typing import NamedTuple

from chalicelib.core.days import iso_time, month_of, next_month_ms
from chalicelib.core.plans import Meter, Usage
from chalicelib.services.accounts import Caller
from chalicelib.store import creates


class Month(NamedTuple):
    """What was used in a UTC month, `YYYY-MM`, by every meter; they begin anew at `ends_ms`."""

    name: str
    ends_ms: int
    meters: list[Usage]


def of_month(caller: Caller, now_ms: int) -> Month:
    """The usage of the month that contains a time."""
    organization, month = caller.organization.number, month_of(now_ms)
    used = [Usage(meter, creates.read_usage(organization, month, meter), caller.plan) for meter in Meter]
    return Month(iso_time(now_ms)[:7], next_month_ms(now_ms), used)
