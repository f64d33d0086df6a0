"""Many at once in the `dynamic` API: `/v1/dynamic/bulk`."""

import json
from functools import partial
from typing import Annotated, Any, Final, NotRequired

from chalice.app import Response
from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.api import dialects, problems
from chalicelib.api.bodies import Body
from chalicelib.api.dynamic import CREATE_ERRORS, CreateDynamic, link_answer, new_link
from chalicelib.api.dynamic_shapes import DynamicCode
from chalicelib.api.fields import said
from chalicelib.api.http import Api, created_many
from chalicelib.api.operations import ONLY_SOME
from chalicelib.api.requests import Call
from chalicelib.core.plans import Meter
from chalicelib.errors import InvalidRequest
from chalicelib.services import bulk
from chalicelib.services.bulk import Made, Rules
from chalicelib.services.links import NewLink

bp = Api(__name__, dialects.DYNAMIC, tag="dynamic")

MOST_CODES: Final = 500
MOST_BYTES: Final = 1_048_576
RULES: Final = Rules("codes", Meter.QR_GENERATED, hourly=True)

ASKED: Final = {
    "codes": [
        {"destination": "https://example.com/table/1", "label": "Table 1", "slug": "table-1"},
        {"destination": "https://example.com/table/2", "label": "Table 2"},
    ]
}
EXAMPLE: Final = {
    "codes": [
        {
            "id": "dc_akn2ybt1za",
            "slug": "table-1",
            "short_url": "https://qz.example/table-1",
            "destination": "https://example.com/table/1",
            "label": "Table 1",
            "compact": False,
            "scannability": {"score": 100, "reasons": []},
        },
        {
            "id": "dc_akn2ybt1zb",
            "slug": "jvtf3jk",
            "short_url": "https://qz.example/jvtf3jk",
            "destination": "https://example.com/table/2",
            "label": "Table 2",
            "compact": False,
            "scannability": {"score": 100, "reasons": []},
        },
    ]
}


class CreateDynamics(Body):
    codes: Annotated[list[CreateDynamic], Field(min_length=1, max_length=MOST_CODES)]


class Failed(dialects.DynamicError):
    """A row that was not made, and why."""

    index: Annotated[int, said("Its place in what was sent, from 0.")]


class Bulk(TypedDict):
    """What was made of many rows, in order: the first that were sent."""

    codes: list[DynamicCode]
    failed: NotRequired[Annotated[list[Failed], said("The rest, of which nothing exists; absent when there is none.")]]


@bp.operation(
    "POST",
    "/v1/dynamic/bulk",
    scope="qr:write",
    body=CreateDynamics,
    most_bytes=MOST_BYTES,
    asked=ASKED,
    answer=Bulk,
    status=201,
    others={ONLY_SOME: "Only some exist: `codes` has them, `failed` the rest."},
    once=True,
    errors=CREATE_ERRORS,
    example=EXAMPLE,
)
def create_dynamics(call: Call) -> Response:
    """Make up to 500 dynamic codes.

    What can be refused is refused whole, before anything is made: the error names the row (`codes.17.destination`).
    Each row takes one of the hour's creates, and counts as one QR code of the month.
    """
    new = [_row(row, index, call) for index, row in enumerate(call.body(CreateDynamics).codes)]
    made = bulk.create(call.who, new, call.now_ms, partial(link_answer, base=call.base), RULES, call.once())
    return created_many(made, _bulk(made, len(new)))


def _row(row: CreateDynamic, index: int, call: Call) -> NewLink:
    try:
        return new_link(row, call)
    except InvalidRequest as error:
        raise error.within(f"codes.{index}") from error


def _bulk(made: Made, rows: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"codes": [json.loads(row) for row in made.rows]}
    if made.error:
        said = dialects.DYNAMIC.draw(problems.failure(made.error, dialects.DYNAMIC))
        answer["failed"] = [{"index": index, **said} for index in range(len(made.rows), rows)]
    return answer
