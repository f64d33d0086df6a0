"""What a browser sees when something goes wrong: never a blank page, and never what only we should see."""

from typing import Final

from chalice.app import Response

from chalicelib import logs
from chalicelib.api import dialects, problems
from chalicelib.api.dialects import PAGES
from chalicelib.errors import (
    Forbidden,
    Gone,
    InvalidRequest,
    NotFound,
    QuietzoneError,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from chalicelib.pages.visits import Visit

_TITLES: Final[dict[type[QuietzoneError], str]] = {
    RateLimited: "Too fast",
    Unavailable: "Just a moment",
    Gone: "No longer here",
    NotFound: "Nothing here",
    Forbidden: "Not allowed",
}
SCRIPTED: Final = "x-scripted"  # what our scripts send, which want no page


def answer(visit: Visit, error: Exception) -> Response:
    """The page about an error; for somebody who is not signed in, the way to sign in."""
    if not isinstance(error, QuietzoneError):
        logs.report("unexpected error", error)
        return _page(visit, 500, "Something went wrong", "It is our fault, and it has been logged. Please try again.")
    if isinstance(error, Unauthorized) and not isinstance(error, Forbidden):
        return _sign_in(visit)
    title = next((title for kind, title in _TITLES.items() if isinstance(error, kind)), "That did not work")
    response = _page(visit, problems.status_of(type(error), PAGES), title, _sentence(error.message))
    if isinstance(error, RateLimited | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _page(visit: Visit, status: int, title: str, sentence: str) -> Response:
    if _is_scripted(visit):
        return _json(status, sentence)
    return visit.page("failure.html", status, title=title, sentence=sentence)


def _sign_in(visit: Visit) -> Response:
    if _is_scripted(visit):
        return _json(401, "Please sign in again.")
    if visit.request.method == "GET":
        return visit.see("/sign-in", next=visit.here)
    return _sign_in_first(visit) or visit.see("/sign-in")


def _sign_in_first(visit: Visit) -> Response | None:
    """What was typed into a form, to be sent again after signing in; None for what holds nothing that was typed."""
    try:
        typed = visit.form.pairs()
    except InvalidRequest:
        return None
    return visit.page("sign_in/first.html", 401, typed=typed) if typed else None


def _json(status: int, sentence: str) -> Response:
    body = dialects.DYNAMIC.body({"status": status, "code": "page", "message": sentence, "field": None})
    return Response(body=body, status_code=status, headers={"Content-Type": "application/json"})


def _is_scripted(visit: Visit) -> bool:
    return SCRIPTED in visit.request.headers


def _sentence(message: str) -> str:
    return message if message.endswith((".", "!", "?")) else f"{message}."
