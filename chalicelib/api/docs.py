"""`/openapi.json`, and `/docs`: the same as a page."""

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from chalice.app import Response

from chalicelib.api import http

bp = http.Api(__name__)

_DOCUMENT: Final = Path(__file__).with_name("openapi.json")
_HTML: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title><style>
:root{{color-scheme:light dark}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}
code{{font-family:ui-monospace,monospace;overflow-wrap:anywhere}}section{{border-top:1px solid #8884;padding:.6rem 0}}
h2{{font-size:1rem;margin:0}}p{{margin:.2rem 0 0}}ul{{margin:.2rem 0 0}}
</style></head><body><h1>{title}</h1><p>{description}</p>
<p>The full description, with every field: <a href="openapi.json"><code>openapi.json</code></a></p>
{operations}</body></html>
"""


@bp.route("/openapi.json", methods=["GET"])
def openapi() -> dict[str, Any]:
    return described(http.base_url(http.current(bp)))


@bp.route("/docs", methods=["GET"])
def docs() -> Response:
    return Response(body=page(_document()), headers=dict(_HTML))


@bp.route("/", methods=["GET"])
def root() -> Response:
    location = f"{http.base_url(http.current(bp))}/docs"
    return Response(body="", status_code=302, headers={"Location": location, "Content-Type": "text/plain"})


def described(base: str) -> dict[str, Any]:
    """The OpenAPI document with this installation as its server."""
    return {**_document(), "servers": [{"url": base}]}


def page(document: dict[str, Any]) -> str:
    """Every operation of an OpenAPI document with its summary and parameters, as HTML."""
    operations = [
        _section(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]
    info = document["info"]
    return _PAGE.format(
        title=escape(info["title"]), description=escape(info["description"]), operations="\n".join(operations)
    )


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<li><code>{escape(p['name'])}</code> {escape(p.get('description', ''))}</li>"
        for p in operation.get("parameters", [])
        if "name" in p
    )
    heading = f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>"
    listed = f"<ul>{rows}</ul>" if rows else ""
    return f"<section>{heading}<p>{escape(operation['summary'])}</p>{listed}</section>"


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_DOCUMENT.read_text())
    return document
