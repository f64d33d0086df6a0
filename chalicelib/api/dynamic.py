"""The `dynamic` API: `/v1`, `/v1/me`, `/v1/codes` and `/v1/dynamic`."""

import json
import re
from typing import Annotated, Any, Final, Literal

from chalice.app import Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from chalicelib import ids
from chalicelib.api import dynamic_shapes as shapes
from chalicelib.api import http
from chalicelib.core.codes import StaticCode
from chalicelib.core.days import day_of, parse_time
from chalicelib.core.windows import Window
from chalicelib.errors import InvalidRequest
from chalicelib.services import accounts, analytics, codes, links
from chalicelib.services.creating import Created

bp = http.Api(__name__)

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 365
DEFAULT_PAGE: Final = 100
LARGEST_PAGE: Final = 500  # clients read their whole list in one page of this size
LONGEST_LABEL: Final = 200

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def _printable(text: str) -> str:
    if _CONTROLS.search(text):
        raise ValueError("must not hold control characters")
    return text


Label = Annotated[str, StringConstraints(max_length=LONGEST_LABEL), AfterValidator(_printable)]


class _Body(BaseModel):
    """Unknown fields are ignored, as the service does; known ones are never converted from another type."""

    model_config = ConfigDict(strict=True, extra="ignore")


class CreateDynamic(_Body):
    destination: str
    label: Label | None = None
    slug: str | None = None


class EditDynamic(_Body):
    destination: str = ""
    label: Label | None = None
    slug: str = ""
    status: Literal["active", "paused"] = "active"
    pause_until: str | None = None


class CreateCode(_Body):
    type: str
    fields: dict[str, Any] = Field(default_factory=dict)
    label: Label | None = None


@bp.route("/v1", methods=["GET"])
def discovery() -> dict[str, Any]:
    return shapes.discovery(http.base_url(_request()))


@bp.route("/v1/me", methods=["GET"])
def me() -> dict[str, Any]:
    who = http.caller(_request(), "qr:read")
    return shapes.member(accounts.member(who), who.plan)


@bp.route("/v1/dynamic", methods=["POST"])
def create_dynamic() -> Response:
    request = _request()
    who = http.caller(request, "qr:write")
    body = http.body(request, CreateDynamic)
    new = links.NewLink(body.destination, http.own_hosts(request), body.label, body.slug)
    base = http.base_url(request)
    once = http.once_key(request, who, http.json_object(request))
    created = links.create(who, new, http.now_ms(), lambda link: json.dumps(shapes.link(link, base)), once)
    return _created(created)


@bp.route("/v1/dynamic", methods=["GET"])
def list_dynamic() -> dict[str, Any]:
    request = _request()
    who = http.caller(request, "qr:read")
    before = http.read_cursor(request, who, "dynamic")
    search = http.parameter(request, "search") or ""
    page = links.page(who, _limit(request), before, search)
    now_ms, base = http.now_ms(), http.base_url(request)
    answer: dict[str, Any] = {"codes": [shapes.link_row(link, base, now_ms) for link in page.links]}
    if page.next_before is not None:
        answer["next_cursor"] = http.cursor(who, "dynamic", page.next_before)
    return answer


@bp.route("/v1/dynamic/{code_id}", methods=["GET"])
def get_dynamic(code_id: str) -> dict[str, Any]:
    request = _request()
    link = links.get(http.caller(request, "qr:read"), code_id)
    return shapes.link_row(link, http.base_url(request), http.now_ms())


@bp.route("/v1/dynamic/{code_id}", methods=["PATCH"])
def edit_dynamic(code_id: str) -> dict[str, Any]:
    request = _request()
    who = http.caller(request, "qr:write")
    body = http.body(request, EditDynamic)
    change = links.Edit(
        fields=frozenset(body.model_fields_set),
        own_hosts=http.own_hosts(request),
        destination=body.destination,
        label=body.label,
        slug=body.slug,
        status=body.status,
        pause_until_ms=_time("pause_until", body.pause_until),
    )
    now_ms = http.now_ms()
    return shapes.link_row(links.edit(who, code_id, change, now_ms), http.base_url(request), now_ms)


@bp.route("/v1/dynamic/{code_id}", methods=["DELETE"])
def delete_dynamic(code_id: str) -> dict[str, Any]:
    link = links.erase(http.caller(_request(), "qr:write"), code_id, http.now_ms())
    return {"deleted": True, "id": ids.spell("dc", link.number)}


@bp.route("/v1/dynamic/{code_id}/scans", methods=["GET"])
def scans_of_dynamic(code_id: str) -> dict[str, Any]:
    request = _request()
    who = http.caller(request, "analytics:read")
    days = http.whole_number(request, "days", DEFAULT_DAYS, 1, MOST_DAYS)
    link, now_ms = links.get(who, code_id), http.now_ms()
    window, week = Window.ending(day_of(now_ms), days), Window.ending(day_of(now_ms), 7)
    report = analytics.link_report(
        link.organization, link.number, Window(min(window.first, week.first), window.last), now_ms
    )
    return shapes.scans(link, report, window, week, http.base_url(request))


@bp.route("/v1/codes", methods=["GET"])
def list_codes() -> dict[str, Any]:
    request = _request()
    who = http.caller(request, "qr:read")
    search = http.parameter(request, "search") or ""
    page = codes.page(who, _limit(request), http.read_cursor(request, who, "codes"), search)
    now_ms, base = http.now_ms(), http.base_url(request)
    answer: dict[str, Any] = {"codes": [shapes.code_row(code, base, now_ms) for code in page.codes]}
    if page.next_before is not None:
        answer["next_cursor"] = http.cursor(who, "codes", page.next_before)
    return answer


@bp.route("/v1/codes", methods=["POST"])
def create_code() -> Response:
    request = _request()
    who = http.caller(request, "qr:write")
    body = http.body(request, CreateCode)
    once = http.once_key(request, who, http.json_object(request))
    new = codes.NewCode(body.type, body.fields, body.label)
    return _created(codes.create(who, new, http.now_ms(), _static_answer, once))


def _request() -> Request:
    return http.current(bp)


def _static_answer(code: StaticCode) -> str:
    return json.dumps(shapes.static_code(code))


def _limit(request: Request) -> int:
    return http.whole_number(request, "limit", DEFAULT_PAGE, 1, LARGEST_PAGE)


def _time(field: str, text: str | None) -> int | None:
    moment = None if text is None else parse_time(text)
    if text is not None and moment is None:
        raise InvalidRequest.for_field(field, "must be an ISO 8601 time, such as 2026-01-31T12:00:00Z")
    return moment


def _created(created: Created) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/json",
        **http.allowance_headers(created.allowance),
    }
    if created.replayed:
        headers["Idempotent-Replay"] = "true"
    return Response(body=created.answer, status_code=201, headers=headers)
