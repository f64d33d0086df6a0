"""`/api/v1/usage`: the meters of the `qr` API."""

from typing import Annotated, Final

from typing_extensions import TypedDict

from chalicelib.api import dialects
from chalicelib.api.fields import Count, Time, one_of, said
from chalicelib.api.http import Api
from chalicelib.api.qr_answers import Success, success
from chalicelib.api.requests import Call
from chalicelib.core import limits, plans
from chalicelib.core.days import iso_time
from chalicelib.services import usage

bp = Api(__name__, dialects.QR, tag="qr")

EXAMPLE: Final = {
    "success": True,
    "data": {
        "plan": "developer",
        "period": "2026-05",
        "resetsAt": "2026-06-01T00:00:00Z",
        "meters": [
            {
                "meter": "qr_generated",
                "used": 1003,
                "limit": 1000,
                "remaining": 0,
                "overage": 3,
                "overageUnitPrice": 0.05,
                "overageAmount": 0.15,
            },
            {
                "meter": "url_created",
                "used": 120,
                "limit": None,
                "remaining": None,
                "overage": 0,
                "overageUnitPrice": None,
                "overageAmount": 0.0,
            },
        ],
    },
}


class Meter(TypedDict):
    """What was used of a plan in a month."""

    meter: Annotated[
        str,
        one_of(*plans.Meter),
        said(
            "`qr_generated`: QR codes that were made, by any API; a dynamic code is one. `url_created`: short links "
            "that were made by `/api/v1/urls`."
        ),
    ]
    used: Count
    limit: Annotated[int | None, said("How many the plan includes; null is unlimited.")]
    remaining: Annotated[Count | None, said("How many of these are left; null is unlimited.")]
    overage: Annotated[Count, said("How many were made beyond the limit.")]
    overageUnitPrice: Annotated[float | None, said("US dollars for each of these; null where none is sold.", 0.05)]
    overageAmount: Annotated[float, said("US dollars for all of these, exact to the cent.", 0.15)]


class Usage(TypedDict):
    """What the organization has used of its plan."""

    plan: str
    period: Annotated[str, said("The UTC month.", "2026-05")]
    resetsAt: Annotated[Time, said("When the next month begins, and every meter at 0.")]
    meters: list[Meter]


@bp.operation(
    "GET",
    "/api/v1/usage",
    scope="usage:read",
    limit=limits.QR_USAGE,
    answer=Success[Usage],
    example=EXAMPLE,
)
def read_usage(call: Call) -> Success[Usage]:
    """Read what was made this month, against the plan."""
    month = usage.of_month(call.who, call.now_ms)
    shown: Usage = {
        "plan": call.who.plan.name,
        "period": month.name,
        "resetsAt": iso_time(month.ends_ms),
        "meters": [_meter(used) for used in month.meters],
    }
    return success(shown)


def _meter(used: plans.Usage) -> Meter:
    return {
        "meter": used.meter,
        "used": used.used,
        "limit": used.included,
        "remaining": used.remaining,
        "overage": used.overage,
        "overageUnitPrice": None if used.price_cents is None else used.price_cents / 100,
        "overageAmount": used.cost_cents / 100,
    }
