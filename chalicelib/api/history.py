"""What an organization decides about its stored scans: `/v1/dynamic/{id}/left-out` and `/v1/retention`."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api import dialects
from chalicelib.api.fields import Time, said
from chalicelib.api.http import Api
from chalicelib.api.requests import Call
from chalicelib.core.days import iso_time, parse_time
from chalicelib.core.judging import Span
from chalicelib.core.links import Link
from chalicelib.errors import InvalidRequest
from chalicelib.services import analytics, history, links

bp = Api(__name__, dialects.DYNAMIC, tag="history")


class _Body(BaseModel):
    """Unknown fields are refused: these routes are the product's own, and a misspelt field would change history."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)


class Range(_Body):
    start: str = Field(alias="from")
    end: str = Field(alias="to")


class LeftOut(_Body):
    ranges: list[Range]


class Retention(_Body):
    keep_days: int | None


ASKED: Final = {"ranges": [{"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}]}


class LeftOutRange(TypedDict("LeftOutRange", {"from": Time, "to": Time})):
    """From a time to just before another."""


class LeftOutAnswer(TypedDict):
    """The spans of time whose scans of a code are tests of the organization's own: in no total."""

    id: Annotated[str, said("The code's id.")]
    ranges: list[LeftOutRange]
    recounting: Annotated[bool, said("Whether stored scans still wait to follow.")]


class Kept(TypedDict):
    """How long raw scans are kept."""

    keep_days: Annotated[int | None, said("Days; null is for ever.")]


@bp.operation("GET", "/v1/dynamic/{code_id}/left-out", scope="analytics:read", answer=LeftOutAnswer)
def left_out(call: Call, code_id: str) -> LeftOutAnswer:
    """Read which scans of a code are left out as own tests."""
    return _left_out(links.get(call.who, code_id))


@bp.operation(
    "PUT",
    "/v1/dynamic/{code_id}/left-out",
    scope="qr:write",
    body=LeftOut,
    asked=ASKED,
    answer=LeftOutAnswer,
)
def leave_out(call: Call, code_id: str) -> LeftOutAnswer:
    """Leave out the scans in these spans of time, and no others, as own tests.

    What was counted already follows within a job; meanwhile answers say `recounting`.
    """
    spans = [_span(n, given) for n, given in enumerate(call.body(LeftOut).ranges)]
    return _left_out(history.leave_out(call.who, code_id, spans, call.now_ms))


@bp.operation("GET", "/v1/retention", scope="analytics:read", answer=Kept)
def retention(call: Call) -> Kept:
    """Read how long raw scans are kept."""
    return {"keep_days": history.kept_days(call.who.organization.number)}


@bp.operation("PUT", "/v1/retention", scope="qr:write", body=Retention, asked={"keep_days": 90}, answer=Kept)
def keep(call: Call) -> Kept:
    """Keep raw scans for so many days, or for ever. Counts stay."""
    wanted = call.body(Retention).keep_days
    history.keep_scans(call.who.organization.number, wanted, call.now_ms)
    return {"keep_days": wanted}


def _left_out(link: Link) -> LeftOutAnswer:
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
