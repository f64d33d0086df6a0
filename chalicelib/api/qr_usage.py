"""`/api/v1/usage`: the meters of the `qr` API."""

from typing import Annotated, Final, Literal

from typing_extensions import TypedDict

from chalicelib.api import dialects
from chalicelib.api.fields import Count, said
from chalicelib.api.http import Api
from chalicelib.api.qr_answers import Success, success
from chalicelib.api.requests import Call
from chalicelib.core import limits
from chalicelib.services import usage

bp = Api(__name__, dialects.QR, tag="qr")

METER: Final = "qr_generated"


class Meter(TypedDict):
    """What was used of a plan in a month."""

    meter: Annotated[Literal["qr_generated"], said("Links and QR codes that were made, by any API.")]
    used: Count
    limit: Annotated[int | None, said("How many the plan includes; null is unlimited.")]
    overage: Annotated[int, said("How many were made beyond that.")]


class Usage(TypedDict):
    """What the organization has used of its plan."""

    plan: str
    period: Annotated[str, said("The UTC month.", "2026-05")]
    meters: list[Meter]


@bp.operation(
    "GET",
    "/api/v1/usage",
    scope="usage:read",
    limit=limits.QR_USAGE,
    answer=Success[Usage],
)
def read_usage(call: Call) -> Success[Usage]:
    """Read what was made this month, against the plan."""
    used = usage.of_month(call.who, call.now_ms)
    meter: Meter = {"meter": METER, "used": used.made, "limit": used.included, "overage": used.overage}
    period = f"{used.month[:4]}-{used.month[4:]}"
    return success({"plan": call.who.plan.name, "period": period, "meters": [meter]})
