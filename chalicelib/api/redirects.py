"""The redirect's routes as the OpenAPI document describes them; they are no operations: another function answers."""

from typing import Any, Final

from chalicelib.core import notices
from chalicelib.core.links import REDIRECTS
from chalicelib.core.viewers import METHODS

TAG: Final = "scans"
PATHS: Final = ("/{slug}", "/s/{slug}")

_SLUG: Final = {
    "name": "slug",
    "in": "path",
    "required": True,
    "description": "The slug, without regard to case; `.2` behind it marks the second QR code of the link.",
    "schema": {"type": "string"},
}
_VIA: Final = {
    "name": "via",
    "in": "query",
    "required": False,
    "description": "How the scan came about, where the link knows; other values are ignored.",
    "schema": {"type": "string", "enum": sorted(METHODS)},
}
_NOTICE: Final = {
    "type": "object",
    "required": ["error", "code"],
    "properties": {"error": {"type": "string"}, "code": {"type": "string"}},
}
_PRIVATE: Final = {"Cache-Control": {"description": "Nobody keeps it.", "schema": {"const": "private, no-store"}}}


def paths() -> dict[str, Any]:
    """The items of the redirect's paths."""
    return {
        path: {
            "get": {
                "operationId": f"scan{suffix}",
                "tags": [TAG],
                "summary": "Follow a short link",
                "description": "One scan: it is recorded, and the visitor goes on to the destination. Prefetches are "
                "not counted. Where there is nowhere to go the answer is a small page, or JSON.",
                "parameters": [_SLUG, _VIA],
                "responses": _responses(with_body=True),
            },
            "head": {
                "operationId": f"peek{suffix}",
                "tags": [TAG],
                "summary": "Look where a short link leads",
                "description": "As GET, without a body, and never counted.",
                "parameters": [_SLUG],
                "responses": _responses(with_body=False),
            },
        }
        for path, suffix in zip(PATHS, ("", "ByS"), strict=True)
    }


def _responses(with_body: bool) -> dict[str, Any]:
    location = {"Location": {"description": "The destination.", "schema": {"type": "string", "format": "uri"}}}
    content = {"text/html": {"schema": {"type": "string"}}, "application/json": {"schema": _NOTICE}}
    onward = {str(status): {"description": "Go on.", "headers": location | _PRIVATE} for status in REDIRECTS}
    nowhere = {
        str(it.status): {"description": it.sentence, "headers": _PRIVATE, **({"content": content} if with_body else {})}
        for it in (notices.UNKNOWN, notices.EXPIRED, notices.UNAVAILABLE)
    }
    return onward | nowhere
