"""The `qpr` API: `/v1/qpr-codes` and `/v1/scans`."""

import json
from functools import partial
from typing import Any, Final

from chalice.app import Response

from chalicelib.api import dialects
from chalicelib.api import qpr_examples as examples
from chalicelib.api import qpr_shapes as shapes
from chalicelib.api.http import Api, created
from chalicelib.api.parameters import Choice, Moment, Text, Whole
from chalicelib.api.qpr_bodies import CreateCode, EditCode, ReportScan
from chalicelib.api.requests import Call
from chalicelib.core import limits, periods, series
from chalicelib.core import rollups as r
from chalicelib.core.conversations import Conversation
from chalicelib.core.links import Details, Link
from chalicelib.core.places import Place, Span
from chalicelib.core.scans import END_MS
from chalicelib.core.slots import Spread
from chalicelib.core.windows import NO_DAYS
from chalicelib.errors import IdempotencyMismatch, NotFound, PlanLimitExceeded, UnsafeDestination
from chalicelib.services import analytics, link_pages, links, scan_lists, scans

bp = Api(__name__, dialects.QPR, tag="qpr")

DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 200
# The names of a change, as a link has them.
_FIELDS: Final = {"name": "label", "destination": "destination", "status": "status"}
_DETAILS: Final = {
    "prompt": "prompt",
    "welcome_message": "welcome_message",
    "template": "template",
    "metadata": "metadata",
    "report_conversations": "hands_over",
    "compact": "compact",
}

LIMIT: Final = Whole("limit", "Items a page.", DEFAULT_PAGE, 1, LARGEST_PAGE)
OFFSET: Final = Whole("offset", "How many to pass over.", 0, 0, 10**12)
CURSOR: Final = Text("cursor", "The next_cursor of the page before, in place of an offset.")
CODE: Final = Text("qpr_code_id", "Only scans of this code, its id in any spelling.")
SINCE: Final = Moment("since", "Only scans from this time on; its second counts.")
UNTIL: Final = Moment("until", "Only scans before this time; its second counts.")
PERIOD: Final = Choice(
    "period", "The days that end with today, or all since the code was made.", (*periods.NAMED, periods.ALL), "30d"
)
GRANULARITY: Final = Choice(
    "granularity", "What the series counts by.", (periods.HOUR, periods.DAY, periods.WEEK), periods.DAY
)


@bp.operation(
    "POST",
    "/v1/qpr-codes",
    scope="qr:write",
    limit=limits.QPR_CREATES,
    body=CreateCode,
    answer=shapes.Code,
    status=201,
    once=True,
    errors=(UnsafeDestination, IdempotencyMismatch, PlanLimitExceeded),
    example=examples.CODE,
    asked=examples.ASKED,
)
def create_code(call: Call) -> Response:
    """Make a code.

    With `report_conversations` the redirect tells the destination which scan led to it, and gives it a token to report
    on that scan's conversation.
    """
    body = call.body(CreateCode)
    details = Details(
        prompt=body.prompt,
        welcome_message=body.welcome_message,
        template=body.template,
        metadata=body.metadata,
        hands_over=body.report_conversations,
        compact=call.compact(body.compact),
    )
    new = links.NewLink(body.destination, call.own_hosts, body.name, details=details, drawn_at=call.base)
    return created(links.create(call.who, new, call.now_ms, partial(_new_code, call), call.once()))


@bp.operation(
    "GET",
    "/v1/qpr-codes",
    scope="qr:read",
    limit=limits.QPR_OTHER,
    parameters=(LIMIT, OFFSET),
    answer=shapes.Codes,
    example=examples.CODES,
)
def list_codes(call: Call) -> shapes.Codes:
    """List codes, newest first."""
    limit, offset = call.read(LIMIT), call.read(OFFSET)
    page = link_pages.page(call.who, limit, offset)
    ever = analytics.lifetimes(call.who.organization.number, [link.number for link in page.links])
    scans = {link.number: link.ever(r.amount(ever[link.number], r.TOTAL)) for link in page.links}
    codes = [shapes.code(link, scans[link.number], call.base, call.now_ms) for link in page.links]
    return {"qpr_codes": codes, "total": page.total, "limit": limit, "offset": offset}


@bp.operation(
    "GET",
    "/v1/qpr-codes/{code_id}",
    scope="qr:read",
    limit=limits.QPR_OTHER,
    answer=shapes.Code,
    example=examples.CODE,
)
def get_code(call: Call, code_id: str) -> shapes.Code:
    """Read a code."""
    return _code(call, *links.counted(call.who, code_id))


@bp.operation(
    "PATCH",
    "/v1/qpr-codes/{code_id}",
    scope="qr:write",
    limit=limits.QPR_OTHER,
    body=EditCode,
    answer=shapes.Code,
    errors=(UnsafeDestination,),
    example=examples.CODE,
    asked=examples.CHANGE,
)
def edit_code(call: Call, code_id: str) -> shapes.Code:
    """Change, pause or resume a code; what is not given stays as it is.

    Metadata is replaced as a whole.
    """
    body = call.body(EditCode)
    given = body.model_dump(include=body.model_fields_set)
    call.compact(body.compact)
    change = links.Edit(
        fields=frozenset(_FIELDS[name] for name in given.keys() & _FIELDS.keys()),
        own_hosts=call.own_hosts,
        destination=body.destination,
        label=body.name,
        status=body.status,
        details={_DETAILS[name]: value for name, value in given.items() if name in _DETAILS},
        drawn_at=call.base,
    )
    return _code(call, links.edit(call.who, code_id, change, call.now_ms))


@bp.operation("DELETE", "/v1/qpr-codes/{code_id}", scope="qr:write", limit=limits.QPR_OTHER, answer=shapes.Deleted)
def delete_code(call: Call, code_id: str) -> shapes.Deleted:
    """Delete a code, and erase its scans."""
    return {"id": shapes.code_id(links.erase(call.who, code_id, call.now_ms).number), "deleted": True}


@bp.operation(
    "GET",
    "/v1/qpr-codes/{code_id}/analytics",
    scope="analytics:read",
    limit=limits.QPR_ANALYTICS,
    parameters=(PERIOD, GRANULARITY),
    answer=shapes.Analytics,
    example=examples.ANALYTICS,
)
def analytics_of_code(call: Call, code_id: str) -> shapes.Analytics:
    """Read what happened to a code in a period: scans, unique visitors, conversations, a series."""
    period, granularity = call.read(PERIOD), call.read(GRANULARITY)
    link, spread = links.counted(call.who, code_id)
    window = periods.named(period, link.counted_from_ms, call.now_ms)
    series.check_span(granularity, window, GRANULARITY.name)
    report = analytics.link_report(link.organization, link.number, window, call.now_ms, spread)
    return shapes.analytics(link, period, granularity, report, window)


@bp.operation(
    "GET",
    "/v1/scans",
    scope="analytics:read",
    limit=limits.QPR_SCANS,
    parameters=(CODE, LIMIT, OFFSET, SINCE, UNTIL, CURSOR),
    answer=shapes.Scans,
    errors=(NotFound,),
    example=examples.SCANS,
)
def list_scans(call: Call) -> shapes.Scans:
    """List scans of one code or of all, newest first.

    The total is exact. Cursors are the better way through a long list: each scan that was there at its beginning comes
    exactly once. By offset none is lost, but scans that arrive meanwhile make others come again.
    """
    limit, offset = call.read(LIMIT), call.read(OFFSET)
    code, spread = links.counted(call.who, call.read(CODE)) if call.read(CODE) else (None, None)
    listing = f"qpr-scans {code.number if code else ''}"
    organization, span, after = call.who.organization.number, _span(call), _after(call, listing)
    asked: Any = {"limit": limit, "offset": offset, "after": after, "newest_first": True}
    if code:
        page = scan_lists.of_link(organization, code.number, span, call.now_ms, known=spread, **asked)
    else:
        page = scan_lists.of_organization(organization, span, call.now_ms, **asked)
    rows = [shapes.scan(found) for found in scans.with_links(organization, page.scans)]
    answer: shapes.Scans = {"scans": rows, "total": page.total, "limit": limit, "offset": offset}
    if page.next_place:
        answer["next_cursor"] = call.cursor(listing, page.next_place.encode().encode())
    if page.pending:
        answer["pending"] = page.pending
    return answer


@bp.operation(
    "GET",
    "/v1/scans/{scan_id}",
    scope="analytics:read",
    limit=limits.QPR_SCANS,
    answer=shapes.Scan,
    example=examples.SCAN,
)
def get_scan(call: Call, scan_id: str) -> shapes.Scan:
    """Read a scan."""
    return shapes.scan(scans.get(call.who, scan_id, call.now_ms))


@bp.operation(
    "PATCH",
    "/v1/scans/{scan_id}",
    scope="qr:write",
    scan_token=True,
    limit=limits.QPR_SCANS,
    body=ReportScan,
    answer=shapes.Scan,
    example=examples.SCAN,
    asked=examples.REPORT,
)
def report_on_scan(call: Call, scan_id: str) -> shapes.Scan:
    """Report on the conversation that a scan led to; what is not given stays as it is.

    Messages are how many there were in all; any mean that the conversation started.
    """
    body = call.body(ReportScan)
    conversation = Conversation(body.conversation_started, body.conversation_messages, body.ended)
    return shapes.scan(scans.converse(call.who, scan_id, conversation, call.now_ms))


def _code(call: Call, link: Link, spread: Spread | None = None) -> shapes.Code:
    """A code with its total, in which the newest scan is."""
    report = analytics.link_report(link.organization, link.number, NO_DAYS, call.now_ms, spread)
    return shapes.code(link, link.ever(report.total), call.base, call.now_ms)


def _new_code(call: Call, link: Link) -> str:
    return json.dumps(shapes.code(link, 0, call.base, call.now_ms))


def _span(call: Call) -> Span:
    """The span asked for, in whole seconds, as times are shown."""
    since, until = call.read(SINCE), call.read(UNTIL)
    return Span(0 if since is None else since // 1000 * 1000, END_MS if until is None else until // 1000 * 1000)


def _after(call: Call, listing: str) -> Place | None:
    encoded = call.place(call.read(CURSOR), listing)
    if encoded is None:
        return None
    place = Place.parse(encoded.decode("ascii", "replace"))
    if place is None:
        raise CURSOR.refuse("is not a cursor of this list")
    return place
