"""Answers about files that a job makes: what takes longer than a request may is ordered, and asked for again."""

import json
from typing import Annotated, Final, NotRequired

from chalice.app import Response
from typing_extensions import TypedDict

from chalicelib.api.fields import Time, Url, one_of, said
from chalicelib.api.files import Headers
from chalicelib.core.exports import DONE, FAILED, RUNNING

POLL_SECONDS: Final = 5


class OrderStatus(TypedDict):
    """How far an order is."""

    id: Annotated[str, said("The order's id.", "373582406462294")]
    status: Annotated[str, one_of(RUNNING, DONE, FAILED)]
    status_url: Annotated[Url, said("Where to ask again. Once it is done, that leads to the file.")]
    created_at: Time
    url: NotRequired[Annotated[Url, said("Where the file is, for 15 minutes. It needs no key.")]]


def accepted(order: OrderStatus) -> Response:
    """The answer to whoever ordered a file."""
    return _answer(order, 202, order["status_url"])


def status(order: OrderStatus) -> Response:
    """The answer to whoever asks how far an order is; one that is done has its `url`, and leads there."""
    url = order.get("url")
    return _answer(order, 200 if url is None else 303, url)


def _answer(order: OrderStatus, status: int, location: str | None) -> Response:
    headers: Headers = {"Content-Type": "application/json"}
    if location is not None:
        headers["Location"] = location
    if order["status"] == RUNNING:
        headers["Retry-After"] = str(POLL_SECONDS)
    return Response(body=json.dumps(order), status_code=status, headers=headers)
