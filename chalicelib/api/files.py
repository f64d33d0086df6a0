"""Answers that are files: bytes through API Gateway, names of files, and copies that need not be sent again."""

import re
from base64 import b64encode
from typing import Any, Final
from urllib.parse import quote

from chalice.app import Request, Response

from chalicelib.core import filenames
from chalicelib.core.styles import MEDIA_TYPES, Format

Headers = dict[str, str | list[str]]

# An SVG that is opened by itself is a page: it may show what it holds, and load or run nothing.
SVG_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_TAG: Final = re.compile(r'"([^"]*)"')


class Bytes(Response):
    """An answer of bytes. API Gateway takes them as base64, and gives them out as they are whatever a client accepts:
    all media types are binary ones there. Chalice would have to know which they are here, and then refuse clients that
    say nothing of what they accept."""

    body: bytes

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:  # noqa: ARG002
        """What Lambda hands over."""
        empty: dict[str, Any] = Response("", self.headers, self.status_code).to_dict()
        return {**empty, "body": b64encode(self.body or b"").decode(), "isBase64Encoded": True}


def content_disposition(name: str, extension: str, *, attachment: bool) -> str:
    """The header for a file that is named after anything (RFC 6266, 4.3): in ASCII, and where that says less than the
    name, in its own letters too (RFC 8187, 3.2)."""
    plain, safe = (f"{of(name)}.{extension}" for of in (filenames.plain, filenames.safe))
    kind = "attachment" if attachment else "inline"
    own = "" if plain == safe else f"; filename*=UTF-8''{quote(safe, safe='!#$&+-.^_`|~')}"
    return f'{kind}; filename="{plain}"{own}'


def picture_headers(form: Format, etag: str, cached: str, disposition: str) -> Headers:
    """Those of a picture, and of a 304 too: whoever holds a copy brings its headers up to date (RFC 9111, 3.2)."""
    svg: Headers = {"Content-Security-Policy": SVG_POLICY} if form == "svg" else {}
    return {
        "Content-Type": MEDIA_TYPES[form],
        "Content-Disposition": disposition,
        "ETag": etag,
        "Cache-Control": cached,
        "X-Content-Type-Options": "nosniff",
        **svg,
    }


def is_held(request: Request, etag: str) -> bool:
    """Whether a client says that it holds what has an entity tag (RFC 9110, 13.1.2; the comparison is weak)."""
    sent: str = request.headers.get("if-none-match", "")
    return sent.strip() == "*" or etag.strip('"') in _TAG.findall(sent)
