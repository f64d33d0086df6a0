"""Paths under the dashboard that no page has."""

from contextlib import suppress

from chalice.app import Response

from chalicelib.errors import NotFound, Unauthorized
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit

bp = Pages(__name__)


@bp.page("GET", "/dashboard/{proxy+}", public=True)
def lost(visit: Visit) -> Response:
    """There is no such page; who is signed in goes on from the navigation."""
    with suppress(Unauthorized):
        _ = visit.session
    raise NotFound.of("page")
