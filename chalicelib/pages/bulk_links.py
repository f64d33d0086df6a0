"""Many links at once: a list is pasted, looked at before anything is made, and made."""

import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.core import pasted
from chalicelib.core.links import Link
from chalicelib.core.names import LONGEST_LABEL, check_line
from chalicelib.core.pasted import MOST, Row
from chalicelib.errors import InvalidRequest, PlanLimitExceeded, QuietzoneError, SlugTaken
from chalicelib.pages import link_forms
from chalicelib.pages.http import Pages
from chalicelib.pages.links import METER
from chalicelib.pages.visits import Visit
from chalicelib.services import assignments, bulk
from chalicelib.services.bulk import Made, Rules
from chalicelib.services.links import NewLink

bp = Pages(__name__)

PATH: Final = "/dashboard/links/bulk"
MOST_BYTES: Final = 1_048_576
RULES: Final = Rules("lines", METER, hourly=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list and what is wrong with it, '' for nothing."""

    row: Row
    problem: str


@bp.page("GET", PATH)
def ask(visit: Visit) -> Response:
    """Where a list is pasted."""
    return visit.page("links/bulk.html", **_form(visit, "", visit.query.get("campaign", "")))


@bp.page("POST", PATH, most_bytes=MOST_BYTES)
def look(visit: Visit) -> Response:
    """What was understood of a list, and what is wrong with it, before anything is made."""
    return _previewed(visit, visit.form["links"])


@bp.page("POST", f"{PATH}/make", most_bytes=MOST_BYTES)
def make(visit: Visit) -> Response:
    """Make the links of a list that was looked at: all of them, or none if any cannot be made any more."""
    text, campaign = visit.form["links"], visit.form["campaign"]
    try:
        rows = _rows(text)
        number = assignments.campaign_number(visit.caller, campaign or None, "campaign")
        asked = [_new(visit, row, number) for row in rows]
        for row in rows:
            check_line("label", row.label, LONGEST_LABEL)
        once = link_forms.once(visit, [text, campaign])
        made = bulk.create(visit.caller, asked, visit.now_ms, _shape, RULES, once)
    except (InvalidRequest, SlugTaken, PlanLimitExceeded) as error:
        return _previewed(visit, text, error)
    return visit.page("links/bulk_made.html", **_result(made, rows, campaign))


def _previewed(visit: Visit, text: str, error: QuietzoneError | None = None) -> Response:
    campaign = visit.form["campaign"]
    form = _form(visit, text, campaign)
    try:
        lines = _lines(visit, _rows(text), campaign)
    except InvalidRequest as refused:
        return visit.refused("links/bulk.html", refused, **form)
    values = {**form, "lines": lines, "good": pasted.text(line.row for line in lines if not line.problem)}
    said = _said(error) if error and not any(line.problem for line in lines) else ""
    return visit.page("links/bulk_preview.html", 409 if error else 200, **values, errors={"": said} if said else {})


def _lines(visit: Visit, rows: list[Row], campaign: str) -> list[Line]:
    number = assignments.campaign_number(visit.caller, campaign or None, "campaign")
    asked = [_new(visit, row, number) for row in rows]
    problems = bulk.problems(asked, visit.now_ms, [f"line {row.line}" for row in rows])
    return [Line(row, _said(problems.get(place) or _label_problem(row))) for place, row in enumerate(rows)]


def _rows(text: str) -> list[Row]:
    rows = pasted.rows(text)
    if not rows:
        raise InvalidRequest.for_field("links", "paste at least one line")
    if len(rows) > MOST:
        raise InvalidRequest.for_field("links", f"must be at most {MOST} links at once; these are {len(rows):,}")
    return rows


def _new(visit: Visit, row: Row, campaign: int) -> NewLink:
    return NewLink(row.destination, visit.own_hosts, row.label or None, row.slug or None, campaign=campaign)


def _label_problem(row: Row) -> QuietzoneError | None:
    try:
        check_line("label", row.label, LONGEST_LABEL)
    except InvalidRequest as error:
        return error
    return None


def _said(error: QuietzoneError | None) -> str:
    """What is wrong, with the field's name as people read it."""
    return "" if error is None else error.message[:1].upper() + error.message[1:]


def _form(visit: Visit, text: str, campaign: str) -> dict[str, Any]:
    choices = link_forms.choices(assignments.everything(visit.caller))
    return {"text": text, "campaign": campaign, "choices": choices, "most": MOST, "once": secrets.token_urlsafe(16)}


def _shape(link: Link) -> str:
    row = {"id": ids.spell("dc", link.number), "slug": link.slug, "destination": link.destination, "label": link.label}
    return json.dumps(row)


def _result(made: Made, rows: list[Row], campaign: str) -> dict[str, Any]:
    """What the template of the result wants: what exists, and the list of what does not."""
    return {
        "made": [json.loads(row) for row in made.rows],
        "rest": pasted.text(rows[len(made.rows) :]),
        "missing": len(rows) - len(made.rows),
        "problem": _said(made.error),
        "campaign": campaign,
        "once": secrets.token_urlsafe(16),
    }
