"""Paths under the dashboard that no page has."""

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit

bp = Pages(__name__)


@bp.page("GET", "/dashboard/{proxy+}", public=True)
def lost(_visit: Visit) -> Response:
    """There is no such page."""
    raise NotFound.of("page")
