"""The docs at `/docs`: the OpenAPI document as pages, one for each API, with examples that can be copied."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from chalice.app import Response

from chalicelib.api import routes
from chalicelib.errors import NotFound
from chalicelib.pages import docs_marks, rendering
from chalicelib.pages.docs_examples import LANGUAGES, Example, examples
from chalicelib.pages.docs_requests import KEY, Asked
from chalicelib.pages.docs_views import Api, apis
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit

if TYPE_CHECKING:  # loaded with the first page
    from markupsafe import Markup

bp: Final = Pages(__name__)


@bp.page("GET", "/docs", public=True)
def overview(visit: Visit) -> Response:
    return _page(visit, "overview", "API docs")


@bp.page("GET", "/docs/{api}", public=True)
def page(visit: Visit, api: str) -> Response:
    """The page of an API. Raises NotFound."""
    if api not in views(visit.base):
        raise NotFound.of("API")
    return _page(visit, api, f"{api} API")


@lru_cache(maxsize=4)
def views(base: str) -> dict[str, Api]:
    """Every API as data, for an installation at an address."""
    return apis(routes.document(base))


@lru_cache(maxsize=64)
def content(base: str, name: str) -> "Markup":
    """What is on a page, between the frames: the overview, or an API by its name."""
    from markupsafe import Markup

    known = views(base)
    template = "docs/api.html" if name in known else "docs/overview.html"
    values: dict[str, Any] = {
        "base": base,
        "root": urlsplit(base).path,
        "apis": known.values(),
        "api": known.get(name),
        "first": _first(base),
        "key": KEY,
        "languages": {language: shown for language, (shown, _) in LANGUAGES.items()},
        "sentence": docs_marks.sentence,
        "code": docs_marks.code,
    }
    return Markup(rendering.render(template, **values))  # noqa: S704 - of a template, which escapes


def _first(base: str) -> list[Example]:
    """The first request that a reader makes."""
    return examples(Asked("GET", f"{base}/v1/me", keyed=True, body=None, answered="json"))


def _page(visit: Visit, name: str, title: str) -> Response:
    response = visit.page("docs/page.html", title=title, content=content(visit.base, name))
    del response.headers["X-Robots-Tag"]  # anybody may read and find the docs
    return response
