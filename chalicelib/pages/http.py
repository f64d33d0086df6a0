"""Pages over HTTP: a blueprint whose views get a `Visit` and return an answer.

Before a view runs, somebody is signed in (unless the page is `public`), and a form comes from a page of ours. Whatever
goes wrong is answered as a page too.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final

from chalice.app import Blueprint, Response

from chalicelib.api.requests import now_ms
from chalicelib.errors import Forbidden
from chalicelib.pages import answers, failures, origins
from chalicelib.pages.forms import MOST_BYTES
from chalicelib.pages.visits import Visit

View = Callable[..., Response]
GET: Final = "GET"


class Pages(Blueprint):
    """A blueprint of pages. `paths` are those that it answers, with their methods."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self.paths: list[tuple[str, str]] = []

    def page(
        self, method: str, path: str, *, public: bool = False, scope: str = "", most_bytes: int = MOST_BYTES
    ) -> Callable[[View], View]:
        """Declare a page, or what becomes of a form. `scope` is what the visitor's role must give them."""

        def registered(view: View) -> View:
            for each in (method, "HEAD") if method == GET else (method,):
                self.paths.append((each, path))
                self.route(path, methods=[each], content_types=[])(self._answering(view, public, scope, most_bytes))
            return view

        return registered

    def _answering(self, view: View, public: bool, scope: str, most_bytes: int) -> View:
        @wraps(view)
        def answer(**path: str) -> Response:
            if self.current_request is None:
                raise RuntimeError("no request is being answered")
            visit = Visit(self.current_request, now_ms(), most_bytes)
            return answers.packed(visit.request, _answered(view, visit, public, scope, path))

        return answer


def _answered(view: View, visit: Visit, public: bool, scope: str, path: dict[str, str]) -> Response:
    try:
        if visit.request.method not in (GET, "HEAD"):
            origins.check_own(visit.request.headers, visit.base)
        if not public:
            _check_may(visit, scope)
        return view(visit, **path)
    except Exception as error:  # noqa: BLE001 - every error is a page; those that are bugs are logged there
        return failures.answer(visit, error)


def _check_may(visit: Visit, scope: str) -> None:
    """Raises Unauthorized for nobody, Forbidden for whose role does not give the scope."""
    member = visit.session.member
    if scope and scope not in member.scopes:
        raise Forbidden.by_role(member.role)
