"""The person who is signed in: their organizations, and the way out."""

from chalice.app import Response

from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import sessions

bp = Pages(__name__)


@bp.page("GET", "/dashboard/account")
def account(visit: Visit) -> Response:
    """Who is signed in, and where else they are a member."""
    return visit.page("account.html", organizations=sessions.organizations(visit.session))
