"""The list of links, and making one."""

import secrets
from typing import Any, Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.core import ranges
from chalicelib.core.campaigns import Assignments
from chalicelib.core.links import Link
from chalicelib.core.plans import Meter
from chalicelib.errors import InvalidRequest, PlanLimitExceeded, SlugTaken
from chalicelib.pages import figures as drawn
from chalicelib.pages import link_forms
from chalicelib.pages.clock import zone_of
from chalicelib.pages.http import Pages
from chalicelib.pages.link_filters import Filters
from chalicelib.pages.visits import Visit
from chalicelib.services import assignments, figures, link_lists, links, sparklines

bp = Pages(__name__)

PAGE: Final = 25  # links: each takes a query for its sparkline
# A link is a short link: what counts as a QR code of the month is made in its designer. The limit of an hour is for
# programs: nobody types that many, and lists are made in bulk.
METER: Final = Meter.URL_CREATED


@bp.page("GET", "/dashboard")
def show(visit: Visit) -> Response:
    """The links of the organization, and what they were scanned lately."""
    seen = assignments.everything(visit.caller)
    filters = Filters.read(visit.query, seen)
    asked = ranges.asked({}, zone_of(visit), visit.now_ms)
    organization = visit.caller.organization.number
    found = link_lists.page(visit.caller, seen, filters.wanted, PAGE, filters.before, visit.now_ms)
    none_at_all = filters.first and filters.wanted.anything and not found.links
    return visit.page(
        "links/list.html",
        found=found,
        filters=filters,
        seen=seen,
        recent=sparklines.of_links(organization, [link.number for link in found.links], asked),
        tiles=[] if none_at_all else drawn.list_tiles(figures.of_everything(visit.caller, asked).figures),
        **form_values(seen, link_forms.blank(), asked.zone),
    )


@bp.page("GET", "/dashboard/links/new")
def new(visit: Visit) -> Response:
    """The form of a new link, for who has no scripts, or comes from elsewhere."""
    values = {**link_forms.blank(), "campaign": visit.query.get("campaign", "")}
    return visit.page("links/new.html", **form_values(assignments.everything(visit.caller), values, zone_of(visit)))


@bp.page("POST", "/dashboard/links/new")
def create(visit: Visit) -> Response:
    """Make a link."""
    values = link_forms.typed(visit)
    try:
        made = links.create(
            visit.caller,
            link_forms.new_link(visit, values),
            visit.now_ms,
            _spelled,
            link_forms.once(visit, values),
            meter=METER,
        )
    except (InvalidRequest, SlugTaken, PlanLimitExceeded) as error:
        seen = assignments.everything(visit.caller)
        zone = link_forms.zone_of_form(visit)
        return visit.refused("links/new.html", error, **form_values(seen, values, zone))
    return visit.see(f"/dashboard/links/{made.answer}", "link-created")


def form_values(seen: Assignments, values: link_forms.Values, zone: str) -> dict[str, Any]:
    """What the template of the form wants."""
    return {"values": values, "choices": link_forms.choices(seen), "zone": zone, "once": secrets.token_urlsafe(16)}


def _spelled(link: Link) -> str:
    return ids.spell("dc", link.number)
