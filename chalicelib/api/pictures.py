"""Pictures for anybody: of a QR code, or of any link, as a file and on a page. Every API's answers lead here."""

from typing import Final

from chalice.app import Response

from chalicelib.api import dialects, picture_page
from chalicelib.api.files import Bytes, Headers, content_disposition, is_held, picture_headers
from chalicelib.api.http import Api
from chalicelib.api.operations import HEAD
from chalicelib.api.parameters import Choice, WholeOrNone
from chalicelib.api.requests import Call
from chalicelib.core.pictures import Picture
from chalicelib.core.styles import FORMATS, LARGEST, MEDIA_TYPES, SMALLEST, Format
from chalicelib.errors import Gone, Unavailable
from chalicelib.services import pictures

bp = Api(__name__, dialects.QR, tag="pictures")
pages = Api(__name__, dialects.PAGES, tag="pictures")

CACHED: Final = "public, max-age=300"

FORMAT: Final = Choice("format", "Its own format unless given.", FORMATS, "")
SIZE: Final = WholeOrNone("size", "Width and height in pixels; its own unless given.", SMALLEST, LARGEST)
YES: Final = ("1", "true")
DOWNLOAD: Final = Choice("download", "Whether a browser shall save it rather than show it.", (*YES, "0", "false"), "")


@bp.operation(
    "GET",
    "/api/qr/{qr_id}/download",
    head=True,
    parameters=(FORMAT, SIZE, DOWNLOAD),
    binary=tuple(MEDIA_TYPES.values()),
    headers={
        "ETag": "The same as long as the bytes are.",
        "Cache-Control": "How long a copy may be shown without asking again.",
        "Content-Disposition": "What a file of it is called.",
    },
    others={304: "What `If-None-Match` names is what it would be."},
    errors=(Gone, Unavailable),
)
def download(call: Call, qr_id: str) -> Response:
    """Download the picture of a QR code or of a link, without a key.

    A QR code counts its downloads; what is answered from a copy, or with a 304, is not among them.
    """
    picture = pictures.find(qr_id, call.base).shown(_format(call), call.read(SIZE))
    etag = pictures.etag(picture)
    headers = _headers(call, picture, etag)
    if is_held(call.request, etag):
        return Response(body="", status_code=304, headers=headers)
    if call.operation.method == HEAD:
        return Response(body="", status_code=200, headers=headers)
    drawn = Bytes(pictures.draw(picture), headers, 200)
    pictures.count_download(picture)
    return drawn


@pages.operation(
    "GET",
    "/qr/{qr_id}",
    head=True,
    answer=str,
    media="text/html",
    errors=(Gone, Unavailable),
)
def preview(call: Call, qr_id: str) -> Response:
    """Look at a QR code or a link's picture on a page, without a key.

    It says what the QR code holds (of a network, not the password), and has the picture in every format. Other sites
    may show a card of it: it has Open Graph tags.
    """
    picture = pictures.find(qr_id, call.base)
    headers: Headers = {**picture_page.HEADERS, "Cache-Control": CACHED}
    return Response(body=picture_page.page(picture, call.base), status_code=200, headers=headers)


def _format(call: Call) -> Format | None:
    asked = call.read(FORMAT)
    return next((each for each in FORMATS if each == asked), None)


def _headers(call: Call, picture: Picture, etag: str) -> Headers:
    form = picture.style.format
    disposition = content_disposition(picture.name, form, attachment=call.read(DOWNLOAD) in YES)
    return picture_headers(form, etag, CACHED, disposition)
