"""What is taken away of many links: a table of them, and their QR codes in a zip."""

from typing import Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.api.files import Bytes
from chalicelib.core import csv_lines
from chalicelib.core.bundles import CONTENT_TYPE, FILENAME, MOST
from chalicelib.core.exports import CONTENT_TYPES, CSV, DONE, RUNNING
from chalicelib.core.links import Link
from chalicelib.core.styles import Format
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.pages import answers
from chalicelib.pages.bulk_links import PATH
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import bundling, link_lists
from chalicelib.services.bundling import Asked
from chalicelib.services.exporting import Built

bp = Pages(__name__)

FORMAT: Final[Format] = "svg"
SIZE: Final = 1024
COLUMNS: Final = ("id", "short_url", "destination", "label")


@bp.page("POST", f"{PATH}/table")
def table(visit: Visit) -> Response:
    """A CSV file of the links with these ids."""
    found = link_lists.several(visit.caller, _asked(visit))
    text = csv_lines.lines([COLUMNS, *(_cells(visit, link) for link in found)])
    return answers.file(text, CONTENT_TYPES[CSV], "links", CSV)


@bp.page("POST", f"{PATH}/images")
def images(visit: Visit) -> Response:
    """A zip of the QR codes of the links with these ids, or the page of an order for it when they take longer."""
    wanted = Asked(_asked(visit), FORMAT, SIZE, visit.base)
    made = bundling.build_or_order(visit.caller, wanted, visit.now_ms)
    if isinstance(made, Built):
        disposition = f'attachment; filename="{FILENAME}"'
        return Bytes(
            made.content, {**answers.HEADERS, "Content-Type": CONTENT_TYPE, "Content-Disposition": disposition}, 200
        )
    return visit.see(f"{PATH}/images/{made.number}")


@bp.page("GET", f"{PATH}/images/{{order}}")
def ordered(visit: Visit, order: str) -> Response:
    """How far an order is, and where its file is."""
    number = ids.parse(order)
    if number is None:
        raise NotFound.of("order of images")
    found = bundling.status(visit.caller.organization.number, number, visit.now_ms)
    url = bundling.signed_url(found) if found.state == DONE else ""
    return visit.page("links/bulk_images.html", order=found, url=url, is_running=found.state == RUNNING)


def _asked(visit: Visit) -> list[str]:
    asked = visit.form["ids"].split()
    if not 1 <= len(asked) <= MOST:
        raise InvalidRequest.for_field("ids", f"must be 1 to {MOST}")
    return asked


def _cells(visit: Visit, link: Link) -> list[object]:
    cells = (ids.spell("dc", link.number), f"{visit.base}/{link.slug}", link.destination, link.label or "")
    return [csv_lines.cell(cell) for cell in cells]
