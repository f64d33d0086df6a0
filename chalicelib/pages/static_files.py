"""`/static/{version}/{name}`: styles and scripts. The version in the address changes with any of the files."""

from chalice.app import Response

from chalicelib.api.files import Bytes, Headers
from chalicelib.pages import assets
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit

bp = Pages(__name__)


@bp.page("GET", "/static/{version}/{name}", public=True)
def static(visit: Visit, version: str, name: str) -> Response:
    """A static file. A browser asks once; one with the address of an older version gets today's for a while."""
    asset = assets.read(name)
    headers: Headers = {
        "Content-Type": asset.media,
        "Cache-Control": assets.FOR_EVER if version == assets.version() else assets.A_WHILE,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if asset.packed and "gzip" in visit.request.headers.get("accept-encoding", ""):
        return Bytes(asset.packed, {**headers, "Content-Encoding": "gzip"}, 200)
    return Bytes(asset.body, headers, 200)
