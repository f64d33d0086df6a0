"""The clocks that a page goes by: those of the browser's time zone, which a script of ours tells by a cookie."""

from urllib.parse import unquote

from chalicelib.core.zones import check_zone
from chalicelib.errors import InvalidRequest
from chalicelib.pages import cookies
from chalicelib.pages.visits import Visit

UTC = "UTC"


def zone_of(visit: Visit) -> str:
    """The time zone of whoever looks; UTC until it is known."""
    try:
        return check_zone(unquote(visit.cookies.get(cookies.ZONE, "")))
    except InvalidRequest:
        return UTC
