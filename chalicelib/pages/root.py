"""What is asked for at the root of a host: `/` itself, and the files that browsers and crawlers look for."""

from typing import Final

from chalice.app import Response

from chalicelib.api.files import Bytes, Headers
from chalicelib.pages import answers, assets
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit

bp: Final = Pages(__name__)

# Robots that make cards of links follow a short link, and the preview of a picture, as a person would.
CLOSED: Final = ("/api/", "/dashboard/", "/report/", "/sign-in/", "/v1/")
ICON: Final = "favicon.ico"
A_DAY: Final = "public, max-age=86400"


@bp.page("GET", "/", public=True)
def start(visit: Visit) -> Response:
    """Leads people to the dashboard, and programs to the docs."""
    path = "/dashboard" if "text/html" in visit.request.headers.get("accept", "").lower() else "/docs"
    headers: Headers = {**answers.HEADERS, "Location": visit.address(path), "Vary": "Accept"}
    return Response(body="", status_code=302, headers=headers)


@bp.page("GET", "/robots.txt", public=True)
def robots(visit: Visit) -> Response:
    headers: Headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": A_DAY,
        "X-Content-Type-Options": "nosniff",
    }
    lines = ("User-agent: *", *(f"Disallow: {visit.root}{path}" for path in CLOSED))
    return Response(body="\n".join(lines) + "\n", status_code=200, headers=headers)


@bp.page("GET", "/favicon.ico", public=True)
def favicon(_: Visit) -> Response:
    """For what does not read the page's own link to its icon."""
    icon = assets.read(ICON)
    headers: Headers = {"Content-Type": icon.media, "Cache-Control": A_DAY, "X-Content-Type-Options": "nosniff"}
    return Bytes(icon.body, headers, 200)
