"""The `qrcodes` API: `/v1/qrcodes`. What it tells of scans is in `qrcodes_analytics`."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.api import dialects
from chalicelib.api import qrcodes_shapes as shapes
from chalicelib.api.http import Api, created
from chalicelib.api.qrcodes_bodies import CODES, PAGE, STATUS, CreateQrCode, EditQrCode
from chalicelib.api.requests import Call
from chalicelib.core.limits import QRCODES, Limit
from chalicelib.core.links import ACTIVE, Details, Link
from chalicelib.core.slots import Spread
from chalicelib.core.windows import NO_DAYS
from chalicelib.errors import IdempotencyMismatch, PlanLimitExceeded, SlugTaken, UnsafeDestination, Unscannable
from chalicelib.services import analytics, link_pages, links
from chalicelib.services.accounts import Caller

bp = Api(__name__, dialects.QRCODES, tag="qrcodes")

CREATE_ERRORS: Final = (UnsafeDestination, Unscannable, SlugTaken, IdempotencyMismatch, PlanLimitExceeded)
# The fields of a body that are set as they are sent, and what the product calls them.
PLAIN: Final = {"name": "label", "destination_url": "destination", "short_code": "slug"}

ASKED: Final = {
    "name": "Spring poster",
    "destination_url": "https://example.com/spring",
    "style": {"dotsType": "rounded", "dotsColor": "#1A2B3C"},
}
EXAMPLE: Final = {
    "id": "qr_abc123xyz",
    "name": "Spring poster",
    "destination_url": "https://example.com/spring",
    "short_code": "spring",
    "short_url": "https://qz.example/spring",
    "image_url": "https://qz.example/api/qr/qr_abc123xyz/download",
    "status": "active",
    "active": True,
    "total_scans": 1234,
    "unique_scans": 987,
    "created_at": "2026-01-01T09:30:00Z",
    "updated_at": "2026-01-15T14:32:18Z",
}


def limit_of(caller: Caller) -> Limit:
    """How many requests a minute a caller's plan has."""
    return QRCODES[caller.plan.name]


@bp.operation(
    "POST",
    "/v1/qrcodes",
    scope="qr:write",
    limit=limit_of,
    body=CreateQrCode,
    answer=shapes.QrCode,
    status=201,
    once=True,
    errors=CREATE_ERRORS,
    asked=ASKED,
    example=EXAMPLE,
)
def create_code(call: Call) -> Response:
    """Make a code."""
    body = call.body(CreateQrCode)
    new = links.NewLink(
        body.destination_url,
        call.own_hosts,
        body.name,
        body.short_code,
        body.wanted_status or ACTIVE,
        details=Details(style=_given(body.style or {}), compact=call.compact(body.compact)),
        drawn_at=call.base,
    )
    return created(links.create(call.who, new, call.now_ms, partial(_new, call=call), call.once()))


@bp.operation(
    "GET",
    "/v1/qrcodes",
    scope="qr:read",
    limit=limit_of,
    parameters=(PAGE, CODES, STATUS),
    answer=shapes.QrCodes,
    example={"data": [EXAMPLE], "pagination": {"page": 1, "limit": 20, "total": 1, "total_pages": 1}},
)
def list_codes(call: Call) -> shapes.QrCodes:
    """List codes, newest first."""
    page, limit, state = call.read(PAGE), call.read(CODES), call.read(STATUS)
    offset = (page - 1) * limit
    if state:
        found = link_pages.page_in(call.who, state, limit, offset, call.now_ms)
    else:
        found = link_pages.page(call.who, limit, offset)
    counted = analytics.lifetimes(call.who.organization.number, [link.number for link in found.links])
    return {
        "data": [shapes.code(link, counted[link.number], call.base, call.now_ms) for link in found.links],
        "pagination": shapes.pagination(page, limit, found.total),
    }


@bp.operation("GET", "/v1/qrcodes/{code_id}", scope="qr:read", limit=limit_of, answer=shapes.QrCode, example=EXAMPLE)
def get_code(call: Call, code_id: str) -> shapes.QrCode:
    """Read a code."""
    return _counted(call, *links.counted(call.who, code_id))


@bp.operation(
    "PATCH",
    "/v1/qrcodes/{code_id}",
    scope="qr:write",
    limit=limit_of,
    body=EditQrCode,
    answer=shapes.QrCode,
    errors=(UnsafeDestination, SlugTaken, Unscannable),
    asked={"status": "paused"},
    example={**EXAMPLE, "status": "paused", "active": False},
)
def edit_code(call: Call, code_id: str) -> shapes.QrCode:
    """Change, pause or resume a code; what is not sent stays as it is."""
    body = call.body(EditQrCode)
    status = body.wanted_status
    fields = {PLAIN[name] for name in PLAIN.keys() & body.model_fields_set} | ({"status"} if status else set())
    details: dict[str, Any] = {"style": {}} if "style" in body.model_fields_set and body.style is None else {}
    if "compact" in body.model_fields_set:
        details["compact"] = call.compact(body.compact)
    change = links.Edit(
        fields=frozenset(fields),
        own_hosts=call.own_hosts,
        destination=body.destination_url,
        label=body.name,
        slug=body.short_code,
        status=status or ACTIVE,
        details=details,
        style=body.style or {},
        drawn_at=call.base,
    )
    return _counted(call, links.edit(call.who, code_id, change, call.now_ms))


@bp.operation("DELETE", "/v1/qrcodes/{code_id}", scope="qr:write", limit=limit_of, answer=shapes.Deleted)
def delete_code(call: Call, code_id: str) -> shapes.Deleted:
    """Delete a code, and erase its scans."""
    link = links.erase(call.who, code_id, call.now_ms)
    return {"deleted": True, "id": ids.spell("qr", link.number)}


def _new(link: Link, call: Call) -> str:
    return json.dumps(shapes.code(link, {}, call.base, call.now_ms))


def _counted(call: Call, link: Link, spread: Spread | None = None) -> shapes.QrCode:
    """A code with its scans, the newest among them."""
    report = analytics.link_report(link.organization, link.number, NO_DAYS, call.now_ms, spread)
    answer = shapes.code(link, report.lifetime, call.base, call.now_ms)
    if report.pending:
        answer["pending"] = report.pending
    if report.recounting:
        answer["recounting"] = True
    return answer


def _given(style: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in style.items() if value is not None}
