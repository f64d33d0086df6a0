"""What is sent to a browser: headers that let a page do only what it is for, and fewer bytes."""

import gzip
from typing import Final

from chalice.app import Request, Response

from chalicelib.api.files import Bytes, content_disposition

# Nothing runs that is not a file of ours, nothing is asked of others, and nobody frames a page.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "Cache-Control": "private, no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_SMALL: Final = 1_000  # bytes, below which gzip gains nothing


def html(text: str, status: int = 200) -> Response:
    """A page."""
    return Response(body=text, status_code=status, headers={**HEADERS})


def see_other(location: str) -> Response:
    """The answer to a form: look there."""
    return Response(body="", status_code=303, headers={**HEADERS, "Location": location})


def file(text: str, media: str, name: str, extension: str) -> Response:
    """A text to be kept as a file, which may be named after anything."""
    disposition = content_disposition(name, extension, attachment=True)
    return Response(text, {**HEADERS, "Content-Type": media, "Content-Disposition": disposition}, 200)


def packed(request: Request, response: Response) -> Response:
    """An answer in gzip, if it is a text worth it and the browser takes that."""
    body = response.body
    takes = "gzip" in request.headers.get("accept-encoding", "")
    if not takes or not isinstance(body, str) or len(body) < _SMALL:
        return response
    headers = {**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Bytes(gzip.compress(body.encode(), 6, mtime=0), headers, response.status_code)
