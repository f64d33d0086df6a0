"""What the organization has used of its plan this month."""

from typing import Final

from chalice.app import Response

from chalicelib.core.plans import Meter
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import usage

bp = Pages(__name__)

NAMES: Final = {Meter.QR_GENERATED: "QR codes made", Meter.URL_CREATED: "Short links made"}


@bp.page("GET", "/dashboard/usage")
def shown(visit: Visit) -> Response:
    """This month, meter by meter."""
    month = usage.of_month(visit.caller, visit.now_ms)
    return visit.page("organization/usage.html", month=month, plan=visit.caller.plan, names=NAMES)
