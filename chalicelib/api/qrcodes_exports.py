"""Exports of the `qrcodes` API: a code's scans as a file, in the answer or, when they are many, by a job."""

from typing import Annotated

from chalice.app import Response

from chalicelib import ids
from chalicelib.api import dialects, ordered
from chalicelib.api.fields import Count, said
from chalicelib.api.http import Api
from chalicelib.api.ordered import OrderStatus
from chalicelib.api.qrcodes import limit_of
from chalicelib.api.qrcodes_analytics import SCAN, days_asked, span_of
from chalicelib.api.qrcodes_analytics_shapes import ScanRow
from chalicelib.api.qrcodes_bodies import END, FORMAT, START
from chalicelib.api.requests import Call
from chalicelib.core.days import iso_day, iso_time
from chalicelib.core.exports import CONTENT_TYPES, DONE, Export, Wanted
from chalicelib.errors import NotFound
from chalicelib.services import exporting, links
from chalicelib.services.exporting import Built

bp = Api(__name__, dialects.QRCODES, tag="qrcodes")


class ExportStatus(OrderStatus):
    """How far an export is."""

    scans_written: Count
    scans_total: Annotated[Count, said("How many there were when it was ordered.")]


@bp.operation(
    "GET",
    "/v1/qrcodes/{code_id}/analytics/export",
    scope="analytics:read",
    limit=limit_of,
    parameters=(FORMAT, START, END),
    answer=list[ScanRow],
    texts=("text/csv",),
    others={202: "The file is large: a job writes it. `Location` and `status_url` tell where to ask for it."},
    example=[SCAN],
)
def export(call: Call, code_id: str) -> Response:
    """Download a code's scans as a CSV or JSON file, one row a scan, oldest first.

    Up to 5 MB it is the answer; beyond that a job is ordered, and its status URL answered with a 202.
    """
    link, window = links.get(call.who, code_id), days_asked(call)
    chosen = call.read(FORMAT)
    name = f"{ids.spell('qr', link.number)}_{iso_day(window.first)}_{iso_day(window.last)}.{chosen}"
    wanted = Wanted(link.organization, link.number, span_of(window), chosen, "qrcodes", name)
    made = exporting.start_or_build(wanted, call.now_ms)
    if isinstance(made, Built):
        return _file(made.content, wanted)
    return ordered.accepted(_shown(call, exporting.status(link.organization, made.number, call.now_ms)))


@bp.operation(
    "GET",
    "/v1/qrcodes/exports/{export_id}",
    scope="analytics:read",
    limit=limit_of,
    answer=ExportStatus,
    others={303: "It is done: `Location` is where the file can be fetched, for 15 minutes and without a key."},
)
def export_status(call: Call, export_id: str) -> Response:
    """Ask how far an export is; once it is done, the answer leads to its file.

    Files are kept for seven days.
    """
    number = ids.parse(export_id)
    if number is None:
        raise NotFound.of("export")
    order = exporting.status(call.who.organization.number, number, call.now_ms)
    links.get(call.who, str(order.wanted.link))  # what was erased is gone in every form
    return ordered.status(_shown(call, order))


def _file(content: bytes, wanted: Wanted) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": CONTENT_TYPES[wanted.format],
        "Content-Disposition": f'attachment; filename="{wanted.filename}"',
    }
    return Response(body=content.decode(), status_code=200, headers=headers)


def _shown(call: Call, order: Export) -> ExportStatus:
    shown: ExportStatus = {
        "id": str(order.number),
        "status": order.state,
        "status_url": f"{call.base}/v1/qrcodes/exports/{order.number}",
        "scans_written": order.progress.scans,
        "scans_total": order.total,
        "created_at": iso_time(order.created_ms),
    }
    if order.state == DONE:
        shown["url"] = exporting.signed_url(order)
    return shown
