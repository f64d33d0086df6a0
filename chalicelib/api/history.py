"""What an organization decides about its stored scans: `/v1/dynamic/{id}/left-out` and `/v1/retention`."""

from typing import Any

from chalice.app import Request
from pydantic import BaseModel, ConfigDict, Field

from chalicelib import ids
from chalicelib.api import http
from chalicelib.core.days import iso_time, parse_time
from chalicelib.core.judging import Span
from chalicelib.core.links import Link
from chalicelib.errors import InvalidRequest
from chalicelib.services import analytics, history, links

bp = http.Api(__name__)


class _Body(BaseModel):
    """Unknown fields are refused: these routes are the product's own, and a misspelt field would change history."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Range(_Body):
    start: str = Field(alias="from")
    end: str = Field(alias="to")


class LeftOut(_Body):
    ranges: list[Range]


class Retention(_Body):
    keep_days: int | None


@bp.route("/v1/dynamic/{code_id}/left-out", methods=["GET"])
def left_out(code_id: str) -> dict[str, Any]:
    return _left_out(links.get(http.caller(_request(), "analytics:read"), code_id))


@bp.route("/v1/dynamic/{code_id}/left-out", methods=["PUT"])
def leave_out(code_id: str) -> dict[str, Any]:
    request = _request()
    who = http.caller(request, "qr:write")
    body = http.body(request, LeftOut)
    spans = [_span(n, given) for n, given in enumerate(body.ranges)]
    return _left_out(history.leave_out(who, code_id, spans, http.now_ms()))


@bp.route("/v1/retention", methods=["GET"])
def retention() -> dict[str, Any]:
    who = http.caller(_request(), "analytics:read")
    return {"keep_days": history.kept_days(who.organization.number)}


@bp.route("/v1/retention", methods=["PUT"])
def keep() -> dict[str, Any]:
    request = _request()
    who = http.caller(request, "qr:write")
    wanted = http.body(request, Retention).keep_days
    history.keep_scans(who.organization.number, wanted, http.now_ms())
    return {"keep_days": wanted}


def _request() -> Request:
    return http.current(bp)


def _left_out(link: Link) -> dict[str, Any]:
    return {
        "id": ids.spell("dc", link.number),
        "ranges": [{"from": iso_time(first), "to": iso_time(end)} for first, end in link.left_out],
        "recounting": analytics.is_recounting(link.organization, link.number),
    }


def _span(n: int, given: Range) -> Span:
    return _time(f"ranges.{n}.from", given.start), _time(f"ranges.{n}.to", given.end)


def _time(field: str, text: str) -> int:
    moment = parse_time(text)
    if moment is None:
        raise InvalidRequest.for_field(field, "must be an ISO 8601 date or time")
    return moment - moment % 1000  # as it is shown
