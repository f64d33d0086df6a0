"""The `dynamic` API: `/v1`, `/v1/me`, `/v1/codes` and `/v1/dynamic`."""

import json
from functools import partial
from typing import Final, Literal

from chalice.app import Response
from pydantic import Field

from chalicelib import ids
from chalicelib.api import dialects, dynamic_scans
from chalicelib.api import dynamic_shapes as shapes
from chalicelib.api.bodies import Body, Compact, Kind, Label, Moment, PayloadFields
from chalicelib.api.http import Api, created
from chalicelib.api.parameters import Text, Whole
from chalicelib.api.requests import Call
from chalicelib.core.codes import QrCode
from chalicelib.core.days import day_of
from chalicelib.core.links import Details, Link
from chalicelib.core.windows import Window
from chalicelib.errors import (
    IdempotencyMismatch,
    PlanLimitExceeded,
    RateLimited,
    SlugTaken,
    UnsafeDestination,
)
from chalicelib.services import accounts, analytics, codes, links

bp = Api(__name__, dialects.DYNAMIC, tag="dynamic")

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 365
DEFAULT_PAGE: Final = 100
LARGEST_PAGE: Final = 500  # clients read their whole list in one page of this size
CREATE_ERRORS: Final = (UnsafeDestination, SlugTaken, IdempotencyMismatch, PlanLimitExceeded, RateLimited)

# "The full response, field by field", without what its dots leave out.
EXAMPLE: Final = {
    "id": "b1c2",
    "slug": "spring-sale",
    "short_url": "https://oqr.to/spring-sale",
    "destination": "https://example.com/spring/live",
    "scans": {"total": 1840, "last7": 263, "topCountry": "GB", "topDevice": "mobile"},
    "analytics": {
        "days_window": 30,
        "total": 1840,
        "window_total": 612,
        "daily": [{"day": "2026-05-30", "n": 0}, {"day": "2026-05-31", "n": 14}],
        "by_country": [{"value": "GB", "n": 421}, {"value": "IE", "n": 88}],
        "by_device": [{"value": "mobile", "n": 540}, {"value": "desktop", "n": 72}],
        "by_referrer": [{"value": "Direct", "n": 580}, {"value": "t.co", "n": 21}],
    },
}


class CreateDynamic(Body):
    destination: str
    label: Label | None = None
    slug: str | None = None
    compact: Compact = False


class EditDynamic(Body):
    destination: str = ""
    label: Label | None = None
    slug: str = ""
    status: Literal["active", "paused"] = "active"
    pause_until: Moment | None = None
    compact: Compact = False


class CreateCode(Body):
    type: Kind
    fields: PayloadFields = Field(default_factory=dict)
    label: Label | None = None


SEARCH: Final = Text("search", "Only codes whose label, slug, destination or payload holds it, without regard to case.")
CURSOR: Final = Text("cursor", "The next_cursor of the page before.")
LIMIT: Final = Whole("limit", "Codes a page.", DEFAULT_PAGE, 1, LARGEST_PAGE)
DAYS: Final = Whole("days", "Days of the window, which ends with today.", DEFAULT_DAYS, 1, MOST_DAYS)


@bp.operation("GET", "/v1", answer=shapes.Discovery, example=shapes.discovery("https://qz.example"))
def discovery(call: Call) -> shapes.Discovery:
    """What is served here."""
    return shapes.discovery(call.base)


@bp.operation("GET", "/v1/me", scope="qr:read", answer=shapes.Me)
def me(call: Call) -> shapes.Me:
    """Who the key belongs to."""
    return shapes.member(accounts.member(call.who), call.who.plan)


@bp.operation(
    "POST",
    "/v1/dynamic",
    scope="qr:write",
    body=CreateDynamic,
    asked={"destination": "https://example.com/spring", "label": "Spring poster", "slug": "spring"},
    answer=shapes.DynamicCode,
    status=201,
    once=True,
    errors=CREATE_ERRORS,
)
def create_dynamic(call: Call) -> Response:
    """Make a dynamic code.

    Only successful creates count against the hour's limit, and a replay counts nothing.
    """
    body = call.body(CreateDynamic)
    answer = partial(link_answer, base=call.base)
    return created(links.create(call.who, new_link(body, call), call.now_ms, answer, call.once(), hourly=True))


@bp.operation("GET", "/v1/dynamic", scope="qr:read", parameters=(LIMIT, CURSOR, SEARCH), answer=shapes.DynamicCodes)
def list_dynamic(call: Call) -> shapes.DynamicCodes:
    """List dynamic codes, newest first."""
    page = links.page(call.who, call.read(LIMIT), call.before(CURSOR, "dynamic"), call.read(SEARCH))
    answer: shapes.DynamicCodes = {"codes": [shapes.link_row(link, call.base, call.now_ms) for link in page.links]}
    if page.next_before is not None:
        answer["next_cursor"] = call.cursor_before("dynamic", page.next_before)
    return answer


@bp.operation("GET", "/v1/dynamic/{code_id}", scope="qr:read", answer=shapes.DynamicCodeRow)
def get_dynamic(call: Call, code_id: str) -> shapes.DynamicCodeRow:
    """Read a dynamic code."""
    return shapes.link_row(links.get(call.who, code_id), call.base, call.now_ms)


@bp.operation(
    "PATCH",
    "/v1/dynamic/{code_id}",
    scope="qr:write",
    body=EditDynamic,
    asked={"destination": "https://example.com/summer"},
    answer=shapes.DynamicCodeRow,
    errors=(UnsafeDestination, SlugTaken),
)
def edit_dynamic(call: Call, code_id: str) -> shapes.DynamicCodeRow:
    """Change, pause or resume a dynamic code; what is not given stays as it is."""
    body = call.body(EditDynamic)
    change = links.Edit(
        fields=frozenset(body.model_fields_set - {"compact"}),
        own_hosts=call.own_hosts,
        destination=body.destination,
        label=body.label,
        slug=body.slug,
        status=body.status,
        pause_until_ms=body.pause_until,
        details={"compact": call.compact(body.compact)} if "compact" in body.model_fields_set else {},
        drawn_at=call.base,
    )
    return shapes.link_row(links.edit(call.who, code_id, change, call.now_ms), call.base, call.now_ms)


@bp.operation("DELETE", "/v1/dynamic/{code_id}", scope="qr:write", answer=shapes.Deleted)
def delete_dynamic(call: Call, code_id: str) -> shapes.Deleted:
    """Delete a dynamic code, and erase its scans."""
    link = links.erase(call.who, code_id, call.now_ms)
    return {"deleted": True, "id": ids.spell("dc", link.number)}


@bp.operation(
    "GET",
    "/v1/dynamic/{code_id}/scans",
    scope="analytics:read",
    parameters=(DAYS,),
    answer=dynamic_scans.Scans,
    example=EXAMPLE,
)
def scans_of_dynamic(call: Call, code_id: str) -> dynamic_scans.Scans:
    """Read how often a code was scanned: totals, a daily series, breakdowns.

    Totals are lifetime; all else lies in the window.
    """
    (link, spread), today = links.counted(call.who, code_id), day_of(call.now_ms)
    window, week = Window.ending(today, call.read(DAYS)), Window.ending(today, 7)
    wide = Window(min(window.first, week.first), today)
    report = analytics.link_report(link.organization, link.number, wide, call.now_ms, spread)
    return dynamic_scans.scans(link, report, window, week, call.base)


@bp.operation("GET", "/v1/codes", scope="qr:read", parameters=(LIMIT, CURSOR, SEARCH), answer=shapes.Codes)
def list_codes(call: Call) -> shapes.Codes:
    """List codes of every kind, newest first."""
    page = codes.page(call.who, call.read(LIMIT), call.before(CURSOR, "codes"), call.read(SEARCH))
    answer: shapes.Codes = {"codes": [shapes.code_row(code, call.base, call.now_ms) for code in page.codes]}
    if page.next_before is not None:
        answer["next_cursor"] = call.cursor_before("codes", page.next_before)
    return answer


@bp.operation(
    "POST",
    "/v1/codes",
    scope="qr:write",
    body=CreateCode,
    asked={"type": "wifi", "fields": {"ssid": "Guests", "password": "welcome!"}, "label": "Lobby"},
    answer=shapes.StaticCode,
    status=201,
    once=True,
    errors=(IdempotencyMismatch, PlanLimitExceeded, RateLimited),
)
def create_code(call: Call) -> Response:
    """Make a static code, whose payload is built of its fields."""
    body = call.body(CreateCode)
    new = codes.NewCode(body.type, body.fields, body.label)
    return created(codes.create(call.who, new, call.now_ms, _static_answer, call.once()))


def new_link(body: CreateDynamic, call: Call) -> links.NewLink:
    """What a dynamic code is made from. Raises InvalidRequest."""
    details = Details(compact=call.compact(body.compact))
    return links.NewLink(body.destination, call.own_hosts, body.label, body.slug, details=details, drawn_at=call.base)


def link_answer(link: Link, base: str) -> str:
    """The answer to the create of a dynamic code, as JSON."""
    return json.dumps(shapes.link(link, base))


def _static_answer(code: QrCode) -> str:
    return json.dumps(shapes.static_code(code))
