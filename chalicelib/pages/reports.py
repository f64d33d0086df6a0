"""`/report/{token}`: a shared report, for whoever has the address. Nobody is signed in, and nothing can be changed."""

from chalice.app import Response

from chalicelib.core.campaigns import Campaign
from chalicelib.core.figures import Figures
from chalicelib.core.links import Link
from chalicelib.core.ranges import Range
from chalicelib.errors import NotFound
from chalicelib.pages import asking
from chalicelib.pages import figures as drawn
from chalicelib.pages.http import Pages
from chalicelib.pages.ranked import Ranked, ranked
from chalicelib.pages.visits import Visit
from chalicelib.services import figures, sharing
from chalicelib.services.sharing import Opened

bp = Pages(__name__)

# The address is all that it takes to look: no page that is left for another one tells it.
_KEPT_BACK = {"Referrer-Policy": "no-referrer"}


@bp.page("GET", "/report/{token}", public=True)
def look(visit: Visit, token: str) -> Response:
    """The figures of what is shared; one page for all that is unknown, revoked or expired."""
    try:
        opened = sharing.opened(token, visit.now_ms)
    except NotFound:
        return _kept_back(visit.page("shares/gone.html", 404))
    found = asking.asked(visit, opened.share.zone)
    counted, rows = _counted(opened, found.range)
    response = visit.page(
        "shares/report.html",
        400 if found.errors else 200,
        title=opened.subject.name,
        kind=opened.share.kind,
        organization=opened.caller.organization.name,
        figures=counted,
        shown=drawn.values(counted),
        asked=asking.picker(visit, found),
        days=drawn.days_of(found.range),
        ranked=rows,
    )
    return _kept_back(response)


def _counted(opened: Opened, asked: Range) -> tuple[Figures, Ranked | None]:
    """The figures, and of several links how often each was scanned."""
    subject, caller = opened.subject, opened.caller
    if isinstance(subject, Link):
        return figures.of_link(subject.organization, subject.number, asked), None
    if isinstance(subject, Campaign):
        group = figures.of_campaign(caller, opened.seen, subject, asked)
    else:
        group = figures.of_client(caller, opened.seen, subject, asked)
    return group.figures, ranked(group)


def _kept_back(response: Response) -> Response:
    response.headers.update(_KEPT_BACK)
    return response
