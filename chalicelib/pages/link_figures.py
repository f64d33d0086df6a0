"""A link's page: who scanned it, when, where, with what; and the same as files."""

from chalice.app import Response

from chalicelib import ids
from chalicelib.core import csv_lines
from chalicelib.core.days import iso_day
from chalicelib.core.exports import CONTENT_TYPES, CSV, DONE, FORMATS, Wanted
from chalicelib.core.figures import Figures
from chalicelib.core.links import DELETED, Link
from chalicelib.core.places import Span
from chalicelib.core.ranges import Range
from chalicelib.errors import InvalidRequest
from chalicelib.pages import answers, asking, desks, recent, scores
from chalicelib.pages import figures as drawn
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import designing, exporting, figures, links
from chalicelib.services.exporting import Built

bp = Pages(__name__)

SERIES_FIELDS = ("date", "total_scans", "unique_visitors")


@bp.page("GET", "/dashboard/links/{link}")
def look(visit: Visit, link: str) -> Response:
    """The figures of a link in a range."""
    (of, spread), found = links.counted(visit.caller, link), asking.asked(visit)
    counted = figures.of_link(of.organization, of.number, found.range, spread)
    scanned = bool(counted.lifetime or counted.bots.now)
    response = visit.page(
        "links/figures.html",
        400 if found.errors else 200,
        link=of,
        state=of.state(visit.now_ms),
        short_url=f"{visit.base}/{of.slug}",
        figures=counted,
        scanned=scanned,
        shown=drawn.values(counted, live=asking.is_scripted(visit)),
        asked=asking.picker(visit, found),
        days=drawn.days_of(found.range),
        again=asking.query(found.range),
        recent=recent.lines(of.organization, of.number, found.range),
        code=_code(visit, of) if not scanned and not asking.is_scripted(visit) else "",
    )
    return asking.remembered(visit, response)


@bp.page("GET", "/dashboard/links/{link}/scans")
def scans(visit: Visit, link: str) -> Response:
    """The scans of a range as a file; the way to where a job tells how far it is, when they are many."""
    of, asked = links.get(visit.caller, link), asking.exactly(visit)
    chosen = visit.query.get("format", CSV)
    if chosen not in FORMATS:
        raise InvalidRequest.for_field("format", f"must be one of {', '.join(FORMATS)}")
    span = Span(asked.first_ms, asked.end_ms)
    wanted = Wanted(of.organization, of.number, span, chosen, "qrcodes", f"{_name(of, asked)}.{chosen}")
    made = exporting.start_or_build(wanted, visit.now_ms)
    if isinstance(made, Built):
        return answers.file(made.content.decode(), CONTENT_TYPES[chosen], _name(of, asked), chosen)
    return visit.see(f"/dashboard/exports/{made.number}")


@bp.page("GET", "/dashboard/links/{link}/series")
def series(visit: Visit, link: str) -> Response:
    """The chart of a range as a CSV file."""
    (of, spread), asked = links.counted(visit.caller, link), asking.exactly(visit)
    text = series_csv(figures.of_link(of.organization, of.number, asked, spread))
    return answers.file(text, CONTENT_TYPES[CSV], f"{_name(of, asked)}-by-{'hour' if asked.hourly else 'day'}", CSV)


@bp.page("GET", "/dashboard/exports/{export_id}")
def export(visit: Visit, export_id: str) -> Response:
    """How far a job is that writes a large file; in the end, the way to the file."""
    order = exporting.status(visit.caller.organization.number, ids.parse(export_id) or 0, visit.now_ms)
    link = links.get(visit.caller, str(order.wanted.link))  # what was erased is gone in every form
    ready = exporting.signed_url(order) if order.state == DONE else None
    return visit.page("links/export.html", link=link, order=order, ready=ready)


def series_csv(found: Figures) -> str:
    """The chart's numbers, a line an hour or a day; empty where nobody can tell them, and for what is yet to come."""
    day = iso_day(found.range.first)
    lines = [
        (f"{day} {it.label}" if found.range.hourly else it.label, it.total, "" if it.visitors is None else it.visitors)
        for it in found.points
        if it.total is not None
    ]
    return csv_lines.lines([SERIES_FIELDS, *lines])


def _code(visit: Visit, link: Link) -> str:
    """The link's QR code for an `<img>`: until somebody scans it, that is what its page is about; '' when archived."""
    if link.status == DELETED:
        return ""
    desk = desks.of(visit, str(link.number), "")
    return scores.source(designing.look(desk.picture(desk.style)).svg)


def _name(link: Link, asked: Range) -> str:
    return f"{link.slug}_{iso_day(asked.first)}_{iso_day(asked.last)}"
