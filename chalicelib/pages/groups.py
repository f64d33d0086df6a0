"""What pages of campaigns and of clients share: their figures, files of these, and choosing their links."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.days import iso_day
from chalicelib.core.exports import CONTENT_TYPES, CSV
from chalicelib.core.links import Link
from chalicelib.core.ranges import Range
from chalicelib.pages import answers, asking
from chalicelib.pages import figures as drawn
from chalicelib.pages.link_figures import series_csv
from chalicelib.pages.ranked import ranked, ranked_csv
from chalicelib.pages.visits import Visit
from chalicelib.services import assignments, links
from chalicelib.services.figures import Group

A_PAGE: Final = 100
LINKS: Final = "links"


def shown(visit: Visit, count: Callable[[Range], Group]) -> tuple[int, dict[str, Any]]:
    """The status of a page of figures, and what it draws of them."""
    found = asking.asked(visit)
    group = count(found.range)
    return 400 if found.errors else 200, {
        "figures": group.figures,
        "shown": drawn.values(group.figures, live=asking.is_scripted(visit)),
        "ranked": ranked(group),
        "asked": asking.picker(visit, found),
        "days": drawn.days_of(found.range),
        "again": asking.query(found.range),
        "link_address": lambda number: visit.address(f"/dashboard/links/{ids.spell('dc', number)}"),
    }


def file(visit: Visit, name: str, count: Callable[[Range], Group]) -> Response:
    """The figures of a range as a CSV file: those of each link, or of each day (or hour)."""
    asked = asking.exactly(visit)
    group, by_link = count(asked), visit.query.get("by") == LINKS
    text = ranked_csv(group) if by_link else series_csv(group.figures)
    by = "link" if by_link else "hour" if asked.hourly else "day"
    filename = f"{name}_{iso_day(asked.first)}_{iso_day(asked.last)}-by-{by}"
    return answers.file(text, CONTENT_TYPES[CSV], filename, CSV)


def choice(visit: Visit) -> dict[str, Any]:
    """A page of links to choose from, newest first, or of those that are searched for."""
    search, before = visit.query.get("q", ""), ids.parse(visit.query.get("before", ""))
    page = links.page(visit.caller, A_PAGE, before, search)
    return {"page": page, "search": search, "first": before is None}


def choose(visit: Visit, field: str, number: int) -> bool:
    """Assign the links of a form to a campaign or a client; whether that changed anything.

    The form has what was assigned when it was drawn (`was`) and what shall be (`links`): only the difference is
    changed, so what somebody else did meanwhile stays. What was taken elsewhere since is not taken away from there.
    """
    was, wanted = visit.form.all("was"), visit.form.all("links")
    added = assignments.check_links(visit.caller, _without(wanted, was))
    removed = [each for each in _without(was, wanted) if _of(visit, each, field) == number]
    assignments.assign_all(visit.caller, added, {field: number}, visit.now_ms)
    assignments.assign_all(visit.caller, removed, {field: 0}, visit.now_ms)
    return bool(added or removed)


def _without(some: Sequence[str], others: Sequence[str]) -> list[str]:
    known = {ids.parse(each) for each in others}
    return [each for each in some if ids.parse(each) not in known]


def _of(visit: Visit, spelled: str, field: str) -> int:
    link: Link = links.get(visit.caller, spelled)
    return link.campaign if field == "campaign" else link.client
