"""Thresholds: `/v1/thresholds`, the organization's, and `/v1/thresholds/{id}`, a link's own."""

from typing import Annotated, Final

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api import dialects
from chalicelib.api.bodies import Body
from chalicelib.api.fields import said
from chalicelib.api.http import Api
from chalicelib.api.requests import Call
from chalicelib.core import limits
from chalicelib.core.links import Link
from chalicelib.core.thresholds import LARGEST, MOST
from chalicelib.services import threshold_lists
from chalicelib.services.threshold_lists import InForce

bp = Api(__name__, dialects.QPR, tag="webhooks")

ASKED: Final = {"thresholds": [10, 100, 500]}

Numbers = Annotated[
    list[int], Field(json_schema_extra={"items": {"type": "integer", "minimum": 1, "maximum": LARGEST}})
]


class SetThresholds(Body):
    """An empty list announces nothing; null takes the list away, so that what it stood in the place of holds again."""

    thresholds: Numbers | None = Field(description=f"At most {MOST} numbers of scans.")


class ThresholdsAnswer(TypedDict):
    """The thresholds of the organization, for all links that have none of their own."""

    thresholds: Annotated[list[int], said("The numbers of scans that are announced, in order.", [1, 10, 100])]
    own: Annotated[bool, said("Whether it was set here; false where the default holds, or the organization's list.")]


class LinkThresholds(ThresholdsAnswer):
    """The thresholds of a link and its QR codes."""

    id: Annotated[str, said("The link's id.")]


@bp.operation("GET", "/v1/thresholds", scope="webhooks:read", limit=limits.QPR_OTHER, answer=ThresholdsAnswer)
def get_thresholds(call: Call) -> ThresholdsAnswer:
    """Read at which numbers of scans events are sent."""
    return _shown(threshold_lists.of_organization(call.who))


@bp.operation(
    "PUT",
    "/v1/thresholds",
    scope="webhooks:write",
    limit=limits.QPR_OTHER,
    body=SetThresholds,
    answer=ThresholdsAnswer,
    asked=ASKED,
)
def set_thresholds(call: Call) -> ThresholdsAnswer:
    """Set at which numbers of scans events are sent.

    A number that a total has passed already is not announced any more.
    """
    return _shown(threshold_lists.set_for_organization(call.who, call.body(SetThresholds).thresholds))


@bp.operation("GET", "/v1/thresholds/{code_id}", scope="webhooks:read", limit=limits.QPR_OTHER, answer=LinkThresholds)
def get_link_thresholds(call: Call, code_id: str) -> LinkThresholds:
    """Read at which numbers of scans of a link events are sent."""
    return _of_link(*threshold_lists.of_link(call.who, code_id))


@bp.operation(
    "PUT",
    "/v1/thresholds/{code_id}",
    scope="webhooks:write",
    limit=limits.QPR_OTHER,
    body=SetThresholds,
    answer=LinkThresholds,
    asked=ASKED,
)
def set_link_thresholds(call: Call, code_id: str) -> LinkThresholds:
    """Give a link thresholds of its own, in the place of the organization's."""
    given = call.body(SetThresholds).thresholds
    return _of_link(*threshold_lists.set_for_link(call.who, code_id, given))


@bp.operation(
    "DELETE", "/v1/thresholds/{code_id}", scope="webhooks:write", limit=limits.QPR_OTHER, answer=LinkThresholds
)
def drop_link_thresholds(call: Call, code_id: str) -> LinkThresholds:
    """Let the organization's thresholds hold for a link again."""
    return _of_link(*threshold_lists.set_for_link(call.who, code_id, None))


def _of_link(link: Link, held: InForce) -> LinkThresholds:
    return {"id": ids.spell("qpr", link.number), **_shown(held)}


def _shown(held: InForce) -> ThresholdsAnswer:
    return {"thresholds": list(held.thresholds), "own": held.own}
