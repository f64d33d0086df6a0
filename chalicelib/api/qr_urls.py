"""`/api/v1/urls`: the short links of the `qr` API."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from chalice.app import Response

from chalicelib.api import dialects, problems
from chalicelib.api import qr_urls_shapes as shapes
from chalicelib.api.http import Api, created, created_many
from chalicelib.api.operations import ONLY_SOME
from chalicelib.api.qr_answers import (
    CURSOR,
    LIMIT,
    OFFSET,
    PAGING,
    SCANS_EXAMPLE,
    SPAN,
    Listed,
    Scans,
    Success,
    asked,
    listed,
    scans,
    success,
)
from chalicelib.api.qr_urls_bodies import CreateUrl, CreateUrls, EditUrl
from chalicelib.api.requests import Call
from chalicelib.core import limits
from chalicelib.core.links import Details, Link
from chalicelib.core.plans import Meter
from chalicelib.errors import (
    IdempotencyMismatch,
    NotSupported,
    QuietzoneError,
    SlugTaken,
    UnsafeDestination,
)
from chalicelib.services import analytics, bulk, link_pages, links
from chalicelib.services.bulk import Made, Rules

bp = Api(__name__, dialects.QR, tag="qr")

CHECKED: Final = (UnsafeDestination, SlugTaken, NotSupported)
CREATE_ERRORS: Final = (*CHECKED, IdempotencyMismatch)
RULES: Final = Rules("urls", Meter.URL_CREATED, hourly=False)

# By the names of the bodies' fields, those of a link's.
_OF_LINK: Final = {
    "target_url": "destination",
    "title": "label",
    "expires_at": "expires_ms",
    "redirect_type": "redirect_type",
}


# The fields that the document names, and what it says of the answer.
ASKED: Final = {
    "targetUrl": "https://example.com/spring",
    "customSlug": "spring-sale",
    "title": "Spring poster",
    "tags": ["print"],
    "redirectType": 307,
    "utmSource": "poster",
    "customUtmParams": {"ref": "window"},
}
EXAMPLE: Final = {
    "success": True,
    "data": {
        "id": "12345",
        "shortCode": "spring-sale",
        "targetUrl": "https://example.com/spring",
        "customSlug": "spring-sale",
        "organizationId": "org_uuid",
        "createdAt": "2026-05-08T10:30:00Z",
    },
}


@bp.operation(
    "POST",
    "/api/v1/urls",
    scope="urls:write",
    limit=limits.QR_WRITE,
    body=CreateUrl,
    answer=Success[shapes.ShortUrl],
    status=201,
    once=True,
    errors=CREATE_ERRORS,
    example=EXAMPLE,
    asked=ASKED,
)
def create_url(call: Call) -> Response:
    """Make a url."""
    new = _new(call.body(CreateUrl), call)
    answer = partial(_answer, call=call)
    return created(links.create(call.who, new, call.now_ms, answer, call.once(), meter=Meter.URL_CREATED, hourly=False))


@bp.operation(
    "POST",
    "/api/v1/urls/bulk",
    scope="urls:write",
    limit=limits.QR_WRITE,
    body=CreateUrls,
    answer=Success[shapes.Bulk],
    status=201,
    others={ONLY_SOME: "Only some exist: `created` has them, `failed` the rest."},
    once=True,
    errors=CREATE_ERRORS,
    asked={"urls": [ASKED]},
)
def create_urls(call: Call) -> Response:
    """Make up to 100 urls.

    What can be refused is refused whole, before anything is made: the error names the row (`urls.3.targetUrl`).
    """
    new = [_row(body, index, call) for index, body in enumerate(call.body(CreateUrls).urls)]
    made = bulk.create(call.who, new, call.now_ms, partial(_text, call=call), RULES, call.once())
    return created_many(made, success(_bulk(made, len(new))))


@bp.operation(
    "GET",
    "/api/v1/urls",
    scope="urls:read",
    limit=limits.QR_READ,
    parameters=PAGING,
    answer=Listed[shapes.ShortUrl],
)
def list_urls(call: Call) -> Listed[shapes.ShortUrl]:
    """List urls, newest first, without those that are deleted."""
    page = link_pages.page(call.who, call.read(LIMIT), call.read(OFFSET), call.before(CURSOR, "urls"))
    rows = [shapes.url(link, call.base, call.now_ms) for link in page.links]
    return listed(call, "urls", rows, page.total, page.next_before)


@bp.operation("GET", "/api/v1/urls/{url_id}", scope="urls:read", limit=limits.QR_READ, answer=Success[shapes.ShortUrl])
def get_url(call: Call, url_id: str) -> Success[shapes.ShortUrl]:
    """Read a url, also one that is deleted."""
    return success(shapes.url(links.get(call.who, url_id), call.base, call.now_ms))


@bp.operation(
    "PATCH",
    "/api/v1/urls/{url_id}",
    scope="urls:write",
    limit=limits.QR_WRITE,
    body=EditUrl,
    answer=Success[shapes.ShortUrl],
    asked={"targetUrl": "https://example.com/summer", "utmSource": None},
    errors=CHECKED,
)
def edit_url(call: Call, url_id: str) -> Success[shapes.ShortUrl]:
    """Change a url; what is not given stays as it is.

    null takes a field away. A new `customSlug` retires the old one for ever; `customUtmParams` replaces all of them.
    """
    body = call.body(EditUrl)
    body.refuse_passwords()
    edited = links.edit(call.who, url_id, _edit(body, call), call.now_ms)
    return success(shapes.url(edited, call.base, call.now_ms))


@bp.operation(
    "DELETE", "/api/v1/urls/{url_id}", scope="urls:write", limit=limits.QR_WRITE, answer=Success[shapes.DeletedUrl]
)
def delete_url(call: Call, url_id: str) -> Success[shapes.DeletedUrl]:
    """Delete a url: its short link ends, its numbers stay.

    It is in no list any more, and readable by its id. Its slug is never given out again.
    """
    link = links.delete(call.who, url_id, call.now_ms)
    return success({"id": str(link.number), "deleted": True})


@bp.operation(
    "GET",
    "/api/v1/urls/{url_id}/clicks",
    scope="analytics:read",
    limit=limits.QR_READ,
    parameters=SPAN,
    answer=Success[Scans],
    example=SCANS_EXAMPLE,
)
def clicks_of_url(call: Call, url_id: str) -> Success[Scans]:
    """Read how often a url was followed: totals, breakdowns, a timeseries.

    Bots are left out. All scans of the url are in it, with the marker of any QR code or with none.
    """
    span, (link, spread) = asked(call), links.counted(call.who, url_id)
    report = analytics.link_report(link.organization, link.number, span.counted.window, call.now_ms, spread)
    return success(scans(report, span, qr=None, url=link.number))


def _new(body: CreateUrl, call: Call) -> links.NewLink:
    body.refuse_passwords()
    return links.NewLink(
        destination=body.target_url,
        own_hosts=call.own_hosts,
        label=body.title,
        slug=body.custom_slug,
        expires_ms=body.expires_ms,
        redirect_type=body.redirect_type,
        details=Details(
            description=body.description,
            category=body.category,
            tags=tuple(body.tags or ()),
            utm=body.utm.added_to({}),
        ),
    )


def _row(body: CreateUrl, index: int, call: Call) -> links.NewLink:
    try:
        return _new(body, call)
    except QuietzoneError as error:
        raise error.within(f"urls.{index}") from error


def _edit(body: EditUrl, call: Call) -> links.Edit:
    sent = body.model_fields_set
    details: dict[str, Any] = {name: getattr(body, name) for name in ("description", "category") if name in sent}
    if "tags" in sent:
        details["tags"] = tuple(body.tags or ())
    fields = {of for name, of in _OF_LINK.items() if name in sent} | (
        {"slug"} if body.custom_slug is not None else set()
    )
    return links.Edit(
        fields=frozenset(fields),
        own_hosts=call.own_hosts,
        destination=body.target_url,
        label=body.title,
        slug=body.custom_slug or "",
        expires_ms=body.expires_ms,
        redirect_type=body.redirect_type,
        details=details,
        utm=body.utm,
        drawn_at=call.base,
    )


def _answer(link: Link, call: Call) -> str:
    return json.dumps(success(shapes.url(link, call.base, call.now_ms)), ensure_ascii=False)


def _text(link: Link, call: Call) -> str:
    return json.dumps(shapes.url(link, call.base, call.now_ms), ensure_ascii=False)


def _bulk(made: Made, rows: int) -> shapes.Bulk:
    missing: Sequence[int] = range(len(made.rows), rows)
    return {
        "created": [json.loads(row) for row in made.rows],
        "failed": [{"index": index, "error": _problem(made.error)} for index in missing if made.error],
    }


def _problem(error: QuietzoneError) -> dialects.Problem:
    drawn: dialects.Problem = dialects.QR.draw(problems.failure(error, dialects.QR))["error"]
    return drawn
