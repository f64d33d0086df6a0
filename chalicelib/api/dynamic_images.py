"""The `dynamic` API: the pictures of many codes in one zip, in the answer or, when they are many, by a job."""

from typing import Annotated, Final

from chalice.app import Response
from pydantic import Field

from chalicelib import ids
from chalicelib.api import dialects, ordered
from chalicelib.api.bodies import AnyId, Body
from chalicelib.api.fields import Count, said
from chalicelib.api.files import Bytes, Headers
from chalicelib.api.http import Api
from chalicelib.api.ordered import OrderStatus
from chalicelib.api.requests import Call
from chalicelib.core import styles
from chalicelib.core.bundles import CONTENT_TYPE, FILENAME, MOST, Order
from chalicelib.core.days import iso_time
from chalicelib.core.exports import DONE
from chalicelib.errors import NotFound
from chalicelib.services import bundling
from chalicelib.services.bundling import Asked
from chalicelib.services.exporting import Built

bp = Api(__name__, dialects.DYNAMIC, tag="dynamic")

FORMAT: Final[styles.Format] = "png"
SIZE: Final = 1024


class MakeImages(Body):
    """Whose pictures, and how they shall be drawn."""

    ids: Annotated[list[AnyId], Field(min_length=1, max_length=MOST)]
    format: styles.Format = FORMAT
    size: int = Field(default=SIZE, ge=styles.SMALLEST, le=styles.LARGEST)


class ImagesStatus(OrderStatus):
    """How far an order of images is."""

    images_total: Annotated[Count, said("How many were ordered.")]


@bp.operation(
    "POST",
    "/v1/dynamic/images",
    scope="qr:read",
    body=MakeImages,
    asked={"ids": ["dc_akn2ybt1za", "qr_akn2yf2p32"], "format": "png", "size": 1024},
    binary=(CONTENT_TYPE,),
    headers={"Content-Disposition": "What the file is called."},
    others={202: "They take longer: a job draws them. `Location` and `status_url` tell where to ask for them."},
    errors=(NotFound,),
)
def make_images(call: Call) -> Response:
    """Download the pictures of up to 500 codes as a zip.

    Links, static codes and QR codes alike, each in its own look, with a table of what is in which file. Up to 4.4 MB it
    is the answer; beyond that, or when it takes longer than 15 seconds, a job is ordered.
    """
    body = call.body(MakeImages)
    made = bundling.build_or_order(call.who, Asked(body.ids, body.format, body.size, call.base), call.now_ms)
    if isinstance(made, Built):
        headers: Headers = {
            "Content-Type": CONTENT_TYPE,
            "Content-Disposition": f'attachment; filename="{FILENAME}"',
        }
        return Bytes(made.content, headers, 200)
    return ordered.accepted(_shown(call, bundling.status(call.who.organization.number, made.number, call.now_ms)))


@bp.operation(
    "GET",
    "/v1/dynamic/images/{images_id}",
    scope="qr:read",
    answer=ImagesStatus,
    others={303: "It is done: `Location` is where the file can be fetched, for 15 minutes and without a key."},
)
def images_status(call: Call, images_id: str) -> Response:
    """Ask how far an order of images is; once it is done, the answer leads to its file.

    Files are kept for seven days.
    """
    number = ids.parse(images_id)
    if number is None:
        raise NotFound.of("order of images")
    return ordered.status(_shown(call, bundling.status(call.who.organization.number, number, call.now_ms)))


def _shown(call: Call, order: Order) -> ImagesStatus:
    shown: ImagesStatus = {
        "id": str(order.number),
        "status": order.state,
        "status_url": f"{call.base}/v1/dynamic/images/{order.number}",
        "images_total": len(order.wanted.numbers),
        "created_at": iso_time(order.created_ms),
    }
    if order.state == DONE:
        shown["url"] = bundling.signed_url(order)
    return shown
