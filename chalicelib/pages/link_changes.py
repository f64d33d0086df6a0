"""Changing a link, pausing it, and its end."""

from typing import Any

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, PAUSED, Link
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.pages import link_forms
from chalicelib.pages.clock import zone_of
from chalicelib.pages.http import Pages
from chalicelib.pages.link_filters import HOME, back
from chalicelib.pages.link_forms import Values
from chalicelib.pages.visits import Visit
from chalicelib.services import assignments, links, reports
from chalicelib.services.links import Edit

bp = Pages(__name__)
TEMPLATE = "links/edit.html"


@bp.page("GET", "/dashboard/links/{link}/edit")
def form(visit: Visit, link: str) -> Response:
    """Where a link leads, and how; and the ways to be rid of it."""
    held = _there(visit, link)
    return visit.page(TEMPLATE, **_shown(visit, held, _values(visit, held)))


@bp.page("POST", "/dashboard/links/{link}/edit")
def save(visit: Visit, link: str) -> Response:
    """Change what differs. What somebody else changed meanwhile, and this form did not touch, stays."""
    held, values = _there(visit, link), link_forms.typed_changes(visit)
    try:
        links.edit(visit.caller, link, link_forms.edit(visit, held, values), visit.now_ms)
    except InvalidRequest as error:
        return visit.refused(TEMPLATE, error, **_shown(visit, held, values))
    return visit.see(_page_of(held), "link-edited")


@bp.page("POST", "/dashboard/links/{link}/pause")
def pause(visit: Visit, link: str) -> Response:
    """Lead nowhere until it is resumed."""
    return _switched(visit, link, PAUSED, "link-paused")


@bp.page("POST", "/dashboard/links/{link}/resume")
def resume(visit: Visit, link: str) -> Response:
    """Lead on again, also from a draft on."""
    return _switched(visit, link, ACTIVE, "link-resumed")


@bp.page("POST", "/dashboard/links/{link}/archive")
def archive(visit: Visit, link: str) -> Response:
    """End a link and keep its numbers."""
    links.delete(visit.caller, link, visit.now_ms)
    return visit.see(HOME, "link-archived")


@bp.page("POST", "/dashboard/links/{link}/erase")
def erase(visit: Visit, link: str) -> Response:
    """End a link and everything that was counted for it, once its slug was typed."""
    held = _there(visit, link)
    if visit.form["slug"] != held.slug:
        error = InvalidRequest.for_field("slug", f"must be {held.slug}, and nothing is erased")
        return visit.refused(TEMPLATE, error, **_shown(visit, held, _values(visit, held)))
    links.erase(visit.caller, link, visit.now_ms)
    return visit.see(HOME, "link-erased")


def _switched(visit: Visit, link: str, status: str, said: str) -> Response:
    change = Edit(frozenset({"status"}), own_hosts=visit.own_hosts, status=status)
    return back(visit, _page_of(links.edit(visit.caller, link, change, visit.now_ms)), said)


def _there(visit: Visit, spelled: str) -> Link:
    """A link that can be changed. Raises NotFound."""
    link = links.get(visit.caller, spelled)
    if link.status == DELETED:
        raise NotFound.of("code")
    return link


def _values(visit: Visit, link: Link) -> Values:
    return link_forms.of_link(link, zone_of(visit), visit.now_ms)


def _shown(visit: Visit, link: Link, values: Values) -> dict[str, Any]:
    statuses = [(ACTIVE, "Active: leads to its destination"), (PAUSED, "Paused: leads nowhere")]
    return {
        "link": link,
        "values": values,
        "choices": link_forms.choices(assignments.everything(visit.caller)),
        "statuses": [*statuses, (DRAFT, "Draft: leads nowhere yet")] if link.status == DRAFT else statuses,
        "zone": link_forms.zone_of_form(visit),
        "scans": reports.scans_ever(visit.caller, link),
    }


def _page_of(link: Link) -> str:
    return f"{HOME}/links/{ids.spell('dc', link.number)}"
