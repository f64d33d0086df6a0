"""Errors over HTTP: one middleware catches our own, and draws them in the shape of the API that was asked."""

import time
from collections.abc import Callable
from typing import Any, Final

from chalice.app import Request, Response

from chalicelib import errors, logs
from chalicelib.api import dialects
from chalicelib.api.dialects import Dialect, Failure
from chalicelib.api.http import ANY_ORIGIN, CarriedError, allowance_headers
from chalicelib.api.operations import HEAD
from chalicelib.api.requests import path_of
from chalicelib.core.creates import Allowance
from chalicelib.errors import QuietzoneError

# The most special first: an error is the first of these that it is.
STATUS: Final = {
    errors.BodyTooLarge: 413,
    errors.IdempotencyMismatch: 422,
    errors.NotSupported: 422,
    errors.Unscannable: 422,
    errors.InvalidRequest: 400,
    errors.Forbidden: 403,
    errors.Unauthorized: 401,
    errors.MethodNotAllowed: 405,
    errors.NotFound: 404,
    errors.Gone: 410,
    errors.SlugTaken: 409,
    errors.PlanLimitExceeded: 403,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
}
UNEXPECTED: Final = "server_error"


def answer_errors(request: Request, respond: Callable[[Any], Any]) -> Any:
    """Answer a request, or its error, and log one line about it: the route, never what was asked or who asked."""
    started = time.monotonic()
    try:
        response = respond(request)
    except CarriedError as carried:
        response = _answer_to(carried.__cause__, dialects.of_path(path_of(request)))
        if carried.allowance:
            response.headers.update(allowance_headers(carried.allowance))
    if dialects.of_path(path_of(request)) is not dialects.PAGES:
        response.headers.update(ANY_ORIGIN)
    if request.method == HEAD:
        response.body = ""
    logs.info(
        "request",
        route=request.context.get("resourcePath"),
        method=request.method,
        status=response.status_code,
        ms=round((time.monotonic() - started) * 1000),
    )
    return response


def status_of(kind: type[QuietzoneError], dialect: Dialect) -> int:
    """The status that an API answers an error with: its own for the first that it is, or else the common one."""
    own = (status for of, status in dialect.statuses.items() if issubclass(kind, of))
    return next(own, next(status for of, status in STATUS.items() if issubclass(kind, of)))


def problem(error: QuietzoneError, dialect: Dialect) -> Response:
    """An error in an API's own shape."""
    said = failure(error, dialect)
    response = _response(dialect, said)
    if isinstance(error, errors.RateLimited):
        response.headers.update(allowance_headers(Allowance(error.limit, error.remaining, error.reset_ms)))
    if isinstance(error, errors.RateLimited | errors.Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
        response.headers["Cache-Control"] = "no-store"  # a cache must not make it last longer than that
    if said["status"] == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def failure(error: QuietzoneError, dialect: Dialect) -> Failure:
    """What an API says of an error, in its own words."""
    field = None if error.field is None else dialect.word(error.field)
    message = error.message.replace(f"{error.field}:", f"{field}:", 1) if field else error.message
    return {"status": status_of(type(error), dialect), "code": error.code, "message": message, "field": field}


def _answer_to(error: BaseException | None, dialect: Dialect) -> Response:
    """Ours as they are; a bug is logged, and shown to nobody."""
    if isinstance(error, QuietzoneError):
        return problem(error, dialect)
    logs.report("unexpected error", error)
    message = "Something went wrong on our side"
    return _response(dialect, {"status": 500, "code": UNEXPECTED, "message": message, "field": None})


def _response(dialect: Dialect, failure: Failure) -> Response:
    return Response(body=dialect.body(failure), status_code=failure["status"], headers=dict(dialect.headers))
