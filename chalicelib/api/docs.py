"""`/openapi.json`, and `/docs`: the same as a page."""

import json
import re
from functools import cache
from html import escape
from typing import Any, Final

from chalice.app import Response

from chalicelib.api import dialects, openapi
from chalicelib.api.dialects import HTML
from chalicelib.api.http import Api
from chalicelib.api.operations import Operation
from chalicelib.api.requests import Call

_CODE: Final = re.compile(r"`([^`]+)`")
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title><style>
:root{{color-scheme:light dark}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}
code{{font-family:ui-monospace,monospace;overflow-wrap:anywhere}}section{{border-top:1px solid #8884;padding:.6rem 0}}
h3{{font-size:1rem;margin:0}}p{{margin:.2rem 0 0}}ul{{margin:.2rem 0 0}}
</style></head><body><h1>{title}</h1><p>{description}</p>
<p>The full description, with every field: <a href="openapi.json"><code>openapi.json</code></a></p>
<p>{index}</p>
{operations}</body></html>
"""


def describing(operations: list[Operation]) -> Api:
    """The blueprint that describes these operations, and its own."""
    bp = Api(__name__, dialects.DYNAMIC, tag="description")

    @cache
    def described(base: str) -> dict[str, Any]:
        return openapi.document([*operations, *bp.operations], base)

    @bp.operation("GET", "/openapi.json", answer=dict[str, Any])
    def description(call: Call) -> Response:
        """The OpenAPI 3.1 document."""
        return Response(body=json.dumps(described(call.base)), headers={"Content-Type": "application/json"})

    @bp.operation("GET", "/docs", answer=str, media="text/html")
    def pages(call: Call) -> Response:
        """The same as a page."""
        return Response(body=page(described(call.base)), headers=dict(HTML))

    @bp.operation("GET", "/", status=302)
    def root(call: Call) -> Response:
        """Leads to the page."""
        headers: dict[str, str | list[str]] = {"Location": f"{call.base}/docs", "Content-Type": "text/plain"}
        return Response(body="", status_code=302, headers=headers)

    return bp


def page(document: dict[str, Any]) -> str:
    """Every operation of an OpenAPI document with its summary and parameters, as HTML, one API after the other."""
    operations = [
        (operation["tags"][0], _section(method, path, operation))
        for path, methods in (document["paths"] | document["webhooks"]).items()
        for method, operation in methods.items()
    ]
    tags = [tag["name"] for tag in document["tags"]]
    parts = [
        f'<h2 id="{escape(tag)}">{escape(tag)}</h2>' + "".join(s for of, s in operations if of == tag) for tag in tags
    ]
    info = document["info"]
    return _PAGE.format(
        title=escape(info["title"]),
        description=escape(info["description"]),
        index=" · ".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in tags),
        operations="\n".join(parts),
    )


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(f"<li>{_parameter(it)}</li>" for it in operation["parameters"])
    heading = f"<h3><code>{escape(method.upper())} {escape(path)}</code></h3>"
    listed = f"<ul>{rows}</ul>" if rows else ""
    said = " ".join((operation["summary"] + ".", operation["description"]))
    return f"<section>{heading}<p>{_marked(said)}</p>{listed}</section>"


def _parameter(described: dict[str, Any]) -> str:
    default = described["schema"].get("default")
    shown = default if isinstance(default, str) else json.dumps(default)
    given = "" if default is None else f" Default: <code>{escape(shown)}</code>."
    return f"<code>{escape(described['name'])}</code> {_marked(described['description'])}{given}"


def _marked(text: str) -> str:
    """Text with what stands between backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))
