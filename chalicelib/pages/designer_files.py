"""Files of a link's QR codes, as they are saved, and a page to print one of them."""

from typing import Final

from chalice.app import Response

from chalicelib.api.files import Bytes, Headers, content_disposition, picture_headers
from chalicelib.core import filenames, styles
from chalicelib.core.pictures import Picture
from chalicelib.core.styles import SCALABLE, Format
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.pages import desks, scores
from chalicelib.pages.desks import Desk
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import designing, pictures

bp = Pages(__name__)

# What each format is for.
FORMATS: Final[dict[Format, str]] = {
    "png": "PNG, for screens",
    "svg": "SVG, any size",
    "pdf": "PDF, for print",
    "eps": "EPS, for print",
    "webp": "WebP, for the web",
}
SIZES: Final = (256, 512, 1024, 2048)
SIZE: Final = 1024
CACHED: Final = "private, no-store"
# Widths that may be printed, in millimetres: from a label to a page of A4 with margins.
NARROWEST_MM: Final = 10
WIDEST_MM: Final = 180
WIDTHS_MM: Final = (20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 180)
WIDTH_MM: Final = 60


@bp.page("GET", "/dashboard/links/{link}/qr/file")
def file(visit: Visit, link: str) -> Response:
    """Download a QR code as it is saved."""
    desk = desks.of(visit, link, visit.query.get("code", ""))
    form, size = _format(visit), _between(visit, "size", SIZE, styles.SMALLEST, styles.LARGEST)
    shown = _saved(desk).shown(form, size)
    drawn = pictures.draw(shown)
    if visit.request.method == "GET":
        pictures.count_download(shown)
    name = shown.name if form in SCALABLE else f"{filenames.safe(shown.name)}-{size}"
    disposition = content_disposition(name, form, attachment=True)
    headers: Headers = picture_headers(form, pictures.etag(shown), CACHED, disposition)
    return Bytes(drawn, headers, 200)


@bp.page("GET", "/dashboard/links/{link}/qr/print")
def print_page(visit: Visit, link: str) -> Response:
    """A page with nothing but a QR code in a width of millimetres, for the printer."""
    desk = desks.of(visit, link, visit.query.get("code", ""))
    width = _between(visit, "width", WIDTH_MM, NARROWEST_MM, WIDEST_MM)
    look = designing.look(_saved(desk))
    return visit.page(
        "designer/print.html",
        desk=desk,
        title=desk.title,
        payload=_saved(desk).payload,
        source=scores.source(look.svg),
        width=width,
        widths=sorted({*WIDTHS_MM, width}),
    )


def _saved(desk: Desk) -> Picture:
    """The picture as it is saved. Raises NotFound for a code that nobody made yet."""
    if not desk.is_there:
        raise NotFound.of("QR code")
    return desk.picture(desk.style)


def _format(visit: Visit) -> Format:
    asked = visit.query.get("format", "png")
    found = next((each for each in FORMATS if each == asked), None)
    if found is None:
        raise InvalidRequest.for_field("format", f"must be one of {', '.join(FORMATS)}")
    return found


def _between(visit: Visit, name: str, usual: int, least: int, most: int) -> int:
    text = visit.query.get(name, "") or str(usual)
    if not (text.isascii() and text.isdigit()) or len(text) > 5 or not least <= int(text) <= most:
        raise InvalidRequest.for_field(name, f"must be a whole number from {least} to {most}")
    return int(text)
