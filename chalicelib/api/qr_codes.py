"""The `qr` API's QR codes: `/api/v1/qr`, and those of a url."""

import json
from typing import Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.api import dialects
from chalicelib.api import qr_answers as answers
from chalicelib.api import qr_codes_shapes as shapes
from chalicelib.api.http import Api, created
from chalicelib.api.parameters import Flag, Text
from chalicelib.api.qr_answers import Listed, Scans, Success
from chalicelib.api.qr_codes_bodies import CreateQrCode, EditQrCode
from chalicelib.api.requests import Call
from chalicelib.core import limits
from chalicelib.core.codes import QrCode
from chalicelib.core.styles import Style
from chalicelib.errors import (
    IdempotencyMismatch,
    InvalidRequest,
    NotFound,
    PlanLimitExceeded,
    UnsafeDestination,
    Unscannable,
)
from chalicelib.services import links, qr_codes
from chalicelib.services.qr_codes import NewQrCode

bp = Api(__name__, dialects.QR, tag="qr")

# What a QR code holds is printed.
PRINTED: Final = ("data", "urlId", "qrData", "type", "fields", "compact")


URL_ID: Final = Text("urlId", "Only QR codes of this url, by its id in any spelling.")
STANDALONE: Final = Flag("standalone", "Only QR codes without a url.")


@bp.operation(
    "POST",
    "/api/v1/qr",
    scope="qr:write",
    limit=limits.QR_WRITE,
    body=CreateQrCode,
    answer=Success[shapes.QrCode],
    status=201,
    once=True,
    errors=(UnsafeDestination, Unscannable, NotFound, IdempotencyMismatch, PlanLimitExceeded),
    example=shapes.EXAMPLE,
    asked=shapes.ASKED,
)
def create_qr_code(call: Call) -> Response:
    """Make a QR code of a url, by its `urlId`, of any payload, in `data`, or of a `type` and its `fields`.

    `compact` is for one of a url. It counts as one code of the month, whatever it looks like.
    """
    body = call.body(CreateQrCode)
    body.check_source()
    new = NewQrCode(
        call.base,
        call.own_hosts,
        body.url_id,
        body.data or "",
        Style(**body.changes),
        body.compact,
        body.type,
        body.fields or {},
    )
    return created(qr_codes.create(call.who, new, call.now_ms, _created, call.once()))


@bp.operation(
    "GET",
    "/api/v1/qr",
    scope="qr:read",
    limit=limits.QR_READ,
    parameters=(*answers.PAGING, URL_ID, STANDALONE),
    answer=Listed[shapes.QrCode],
)
def list_qr_codes(call: Call) -> Listed[shapes.QrCode]:
    """List QR codes, newest first."""
    spelled = call.read(URL_ID)
    link = ids.parse(spelled) if spelled else None
    if spelled and link is None:
        raise URL_ID.refuse("must be the id of a url")
    return _page(call, "qr", link, call.read(STANDALONE))


@bp.operation(
    "GET",
    "/api/v1/qr/{qr_id}",
    scope="qr:read",
    limit=limits.QR_READ,
    answer=Success[shapes.QrCode],
    example=shapes.EXAMPLE,
)
def get_qr_code(call: Call, qr_id: str) -> Success[shapes.QrCode]:
    """Read a QR code, also one that was deleted."""
    return _answer(call, qr_codes.get(call.who, qr_id))


@bp.operation(
    "PATCH",
    "/api/v1/qr/{qr_id}",
    scope="qr:write",
    limit=limits.QR_WRITE,
    body=EditQrCode,
    answer=Success[shapes.QrCode],
    errors=(UnsafeDestination, Unscannable),
    example=shapes.EXAMPLE,
    asked=shapes.ASKED_EDIT,
)
def edit_qr_code(call: Call, qr_id: str) -> Success[shapes.QrCode]:
    """Give a QR code another look; what is not given stays as it is.

    What it holds cannot be changed: to lead elsewhere, edit its url, or make a new QR code and delete this one.
    """
    body = call.body(EditQrCode)
    for name in PRINTED:
        if name in call.json:
            raise InvalidRequest.for_field(name, "cannot be changed: make a new QR code, and delete this one")
    return _answer(call, qr_codes.edit(call.who, qr_id, body.changes, call.own_hosts))


@bp.operation(
    "DELETE", "/api/v1/qr/{qr_id}", scope="qr:write", limit=limits.QR_WRITE, answer=Success[shapes.DeletedQrCode]
)
def delete_qr_code(call: Call, qr_id: str) -> Success[shapes.DeletedQrCode]:
    """Take a QR code out of every list.

    It stays readable by its id, with its scans; what was printed of it goes on leading where its url does.
    """
    code = qr_codes.delete(call.who, qr_id, call.now_ms)
    return answers.success({"id": ids.spell("qr", code.number), "deleted": True})


@bp.operation(
    "GET",
    "/api/v1/urls/{url_id}/qr",
    scope="qr:read",
    limit=limits.QR_READ,
    parameters=answers.PAGING,
    answer=Listed[shapes.QrCode],
)
def list_qr_codes_of_url(call: Call, url_id: str) -> Listed[shapes.QrCode]:
    """List a url's QR codes, newest first: the same as with `urlId`."""
    link = links.get(call.who, url_id)
    return _page(call, "qr of url", link.number)


@bp.operation(
    "GET",
    "/api/v1/qr/{qr_id}/scans",
    scope="qr:read",
    limit=limits.QR_READ,
    parameters=answers.SPAN,
    answer=Success[Scans],
    example=answers.SCANS_EXAMPLE,
)
def scans_of_qr_code(call: Call, qr_id: str) -> Success[Scans]:
    """Read how often a QR code was scanned: totals, breakdowns, a series by hour or day; bots are left out.

    Of a standalone one nothing is known: whoever scans it does not come by here.
    """
    code, asked = qr_codes.get(call.who, qr_id), answers.asked(call)
    report = qr_codes.report(code, asked.counted.window, call.now_ms)
    return answers.success(answers.scans(report, asked, qr=code.number, url=code.link))


def _page(call: Call, listing: str, link: int | None, standalone: bool = False) -> Listed[shapes.QrCode]:
    listing = f"{listing} {link} {standalone}"
    limit, offset = call.read(answers.LIMIT), call.read(answers.OFFSET)
    page = qr_codes.page(call.who, limit, offset, call.before(answers.CURSOR, listing), link, standalone)
    scans, downloads = qr_codes.scan_counts(call.who, page.codes), qr_codes.download_counts(page.codes)
    rows = [shapes.qr_code(it, scans.get(it.number, 0), downloads.get(it.number, 0)) for it in page.codes]
    return answers.listed(call, listing, rows, page.total, page.next_before)


def _answer(call: Call, code: QrCode) -> Success[shapes.QrCode]:
    downloads = qr_codes.download_counts([code]).get(code.number, 0)
    return answers.success(shapes.qr_code(code, qr_codes.scan_count(code, call.now_ms), downloads))


def _created(code: QrCode) -> str:
    return json.dumps(answers.success(shapes.qr_code(code, 0)))
