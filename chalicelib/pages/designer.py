"""The QR designer: how a link's QR codes look, and how well they can be read."""

import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.api import problems
from chalicelib.api.dialects import PAGES
from chalicelib.core.codes import QrCode
from chalicelib.core.names import check_name
from chalicelib.core.print_sizes import DISTANCES
from chalicelib.core.styles import CORNERS, DOTS, LEVELS, Style, of_words
from chalicelib.errors import BodyTooLarge, InvalidRequest, PlanLimitExceeded, QuietzoneError
from chalicelib.pages import answers, designs, desks, link_forms, scores
from chalicelib.pages.designer_files import FORMATS, SIZES
from chalicelib.pages.desks import Desk
from chalicelib.pages.http import Pages
from chalicelib.pages.recipes import RECIPES
from chalicelib.pages.visits import Visit
from chalicelib.services import designing, links, logos, qr_codes
from chalicelib.services.designing import Look
from chalicelib.services.links import Edit
from chalicelib.services.qr_codes import NewQrCode

bp = Pages(__name__)

# A logo's file in base64 letters, and the rest of its form.
MOST_LOGO_FORM_BYTES: Final = logos.LIMITS.most_bytes * 4 // 3 + 65_536
_FIELDS: Final = frozenset({*designs.PARTS, "label"})


@bp.page("GET", "/dashboard/links/{link}/qr")
def designer(visit: Visit, link: str) -> Response:
    """The designer, with the saved look or the one in the query."""
    desk = desks.of(visit, link, visit.query.get("code", ""))
    fields = _typed(desk, visit.query)
    try:
        style = designs.read(fields, desk.style)
        return visit.page("designer/page.html", **_shown(desk, fields, style))
    except InvalidRequest as error:
        return _refused(desk, fields, error)


@bp.page("POST", "/dashboard/links/{link}/qr")
def save(visit: Visit, link: str) -> Response:
    """Save the look of a QR code, and its name; or make another code of the link."""
    desk, form = desks.of(visit, link, visit.form["code"]), visit.form
    try:
        style = designs.read(form, desk.style)
        label = check_name("label", form["label"], empty=True)
        number = _edit(desk, style, label) if desk.code else _create(desk, style, label)
        if desk.is_first:  # last: of what is refused nothing is saved
            _restyle(desk, style)
    except (InvalidRequest, PlanLimitExceeded) as error:
        return _refused(desk, form, error)
    return visit.see(desk.path, "code-saved", code=ids.spell("qr", number))


@bp.page("POST", "/dashboard/links/{link}/qr/delete")
def delete(visit: Visit, link: str) -> Response:
    """Take a QR code out of the list."""
    desk = desks.of(visit, link, visit.form["code"])
    qr_codes.delete(visit.caller, desk.code_id, visit.now_ms)
    return visit.see(desk.path, "code-deleted")


@bp.page("GET", "/dashboard/links/{link}/qr/picture")
def picture(visit: Visit, link: str) -> Response:
    """What the look in the query comes to, for the script."""
    desk = desks.of(visit, link, visit.query.get("code", ""))
    try:
        look = designing.look(desk.picture(designs.read(visit.query, desk.style)))
    except InvalidRequest as error:
        return _json(400, _blamed(error))
    return _json(200, {**scores.shown(look), "field": look.blamed})


@bp.page("POST", "/dashboard/links/{link}/qr/logo", most_bytes=MOST_LOGO_FORM_BYTES)
def try_logo(visit: Visit, link: str) -> Response:
    """Keep a logo for a day, from a file or from where a URL leads; its digest goes into the form."""
    desks.of(visit, link, desks.NEW)
    try:
        file, url = visit.form["file"], visit.form["logo"]
        if file:
            found = logos.tried(visit.caller, _decoded(file), visit.now_ms)
        else:
            found = logos.tried_url(visit.caller, url, visit.own_hosts, visit.now_ms)
    except InvalidRequest as error:
        return _json(problems.status_of(type(error), PAGES), _blamed(_of_logo(error)))
    return _json(200, {"digest": found.digest})


def _of_logo(error: InvalidRequest) -> InvalidRequest:
    """The error; of a form that is too large nothing else is."""
    return InvalidRequest.for_field("logo", logos.SAID["too_large"]) if isinstance(error, BodyTooLarge) else error


def _restyle(desk: Desk, style: Style) -> None:
    """The link's own picture goes with its first code, as far as it can: it has no logo."""
    change = Edit(frozenset(), style=designs.words(style), drawn_at=desk.visit.base)
    if change.style != designs.words(of_words(desk.link.details.style)):
        links.edit(desk.visit.caller, str(desk.link.number), change, desk.visit.now_ms)


def _edit(desk: Desk, style: Style, label: str) -> int:
    visit = desk.visit
    return qr_codes.edit(visit.caller, desk.code_id, designs.parts(style), visit.own_hosts, label).number


def _create(desk: Desk, style: Style, label: str) -> int:
    visit = desk.visit
    new = NewQrCode(
        visit.base,
        visit.own_hosts,
        link=str(desk.link.number),
        style=style,
        compact=desk.compact,
        label=label or None,
    )
    once = link_forms.once(visit, [desk.link.number, dict(visit.form)])
    return int(qr_codes.create(visit.caller, new, visit.now_ms, _number, once).answer)


def _number(code: QrCode) -> str:
    return str(code.number)


def _typed(desk: Desk, query: Mapping[str, str]) -> dict[str, str]:
    """What the form shows: the saved look, over it the query's, over that a recipe."""
    saved = _whole({**designs.fields_of(desk.style), "label": (desk.code and desk.code.label) or ""})
    asked = _whole(query) if designs.is_in(query) else {}
    recipe = RECIPES.get(query.get("recipe", ""))
    return {**saved, **asked, **(designs.recipe_fields(recipe.style) if recipe else {})}


def _whole(fields: Mapping[str, str]) -> dict[str, str]:
    """A form's fields; boxes that are not ticked are not sent."""
    empty = dict.fromkeys(("label", "transparent", "no_logo", *designs.fields_of(Style())), "")
    return {**empty, **{name: fields[name] for name in fields}}


def _refused(desk: Desk, fields: Mapping[str, str], error: QuietzoneError) -> Response:
    """The form with what is wrong; the picture is drawn as it would be, or as it was if it cannot be drawn."""
    try:
        style = designs.read(fields, desk.style)
        shown = _shown(desk, _whole(fields), style)
    except InvalidRequest:
        shown = _shown(desk, _whole(fields), desk.style)
    status = 400 if isinstance(error, InvalidRequest) else 409
    return desk.visit.page("designer/page.html", status, errors=dict([_said(error)]), **shown)


def _said(error: QuietzoneError) -> tuple[str, str]:
    """The field of the form that an error is about, '' for all of it, and a sentence without its stop."""
    if error.field in _FIELDS:
        return error.field or "", error.sentence
    return "", designing.sentence(error) if error.field else error.message


def _blamed(error: InvalidRequest) -> dict[str, str]:
    """What is wrong, as the script shows it beside its field."""
    field, message = _said(error)
    return {"field": field, "message": f"{message}."}


def _shown(desk: Desk, fields: Mapping[str, str], style: Style) -> dict[str, Any]:
    look: Look = designing.look(desk.picture(style))
    return {
        "desk": desk,
        "once": secrets.token_urlsafe(16),
        "title_of": desks.title,
        "values": fields,
        "look": scores.shown(look),
        "is_saved": desk.is_there and designs.fields_of(style) == designs.fields_of(desk.style),
        "payload": desk.picture(style).payload,
        "recipes": RECIPES,
        "recipe_fields": designs.recipe_fields,
        "sample": lambda style: scores.source(designing.sample(style)),
        "outline": designing.outline,
        "choices": {"dots": DOTS, "corners": CORNERS},
        "levels": [(level, designs.LEVEL_NAMES[level]) for level in LEVELS],
        "distances": list(DISTANCES),
        "formats": FORMATS,
        "sizes": SIZES,
    }


def _decoded(file: str) -> bytes:
    """The bytes of a file in the letters of base64url (RFC 4648, 5)."""
    try:
        return urlsafe_b64decode(file + "=" * (-len(file) % 4))
    except ValueError as error:
        raise InvalidRequest.for_field("logo", "is a broken image, or cut off") from error


def _json(status: int, body: object) -> Response:
    headers: dict[str, str | list[str]] = {**answers.HEADERS, "Content-Type": "application/json"}
    return Response(body=json.dumps(body), status_code=status, headers=headers)
