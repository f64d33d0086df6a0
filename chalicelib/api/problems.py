"""Errors over HTTP: one middleware catches our own, and draws them in the shape of the API that was asked."""

import json
import time
import traceback
from collections.abc import Callable
from typing import Any, Final

from chalice.app import Request, Response

from chalicelib import errors
from chalicelib.api.http import ANY_ORIGIN, CarriedError, allowance_headers
from chalicelib.core.creates import Allowance
from chalicelib.errors import QuietzoneError

# The most special first: an error is the first of these that it is.
_STATUS: Final = {
    errors.BodyTooLarge: 413,
    errors.IdempotencyMismatch: 422,
    errors.InvalidRequest: 400,
    errors.Forbidden: 403,
    errors.Unauthorized: 401,
    errors.NotFound: 404,
    errors.SlugTaken: 409,
    errors.PlanLimitExceeded: 403,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
}


def answer_errors(request: Request, respond: Callable[[Any], Any]) -> Any:
    """Answer a request, or its error, and log one line about it: the route, never what was asked or who asked."""
    started = time.monotonic()
    try:
        response = respond(request)
    except CarriedError as carried:
        response = _answer_to(carried.__cause__)
    response.headers.update(ANY_ORIGIN)
    _log(
        level="INFO",
        message="request",
        route=request.context.get("resourcePath"),
        method=request.method,
        status=response.status_code,
        ms=round((time.monotonic() - started) * 1000),
        request_id=request.context.get("requestId"),
    )
    return response


def _answer_to(error: BaseException | None) -> Response:
    """Ours as they are; a bug is logged, and shown to nobody."""
    if isinstance(error, QuietzoneError):
        return problem(error)
    _log(level="ERROR", message="unexpected error", error=type(error).__name__, at=_places(error))
    return _response(500, "Something went wrong on our side", "server_error")


def problem(error: QuietzoneError) -> Response:
    """An error in the `dynamic` API's shape: `{error, code}`, and `field` where one is to blame."""
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    response = _response(status, error.message, error.code, error.field)
    if isinstance(error, errors.RateLimited):
        response.headers.update(allowance_headers(Allowance(error.limit, 0, error.reset_ms)))
    if isinstance(error, errors.RateLimited | errors.Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _response(status: int, message: str, code: str, field: str | None = None) -> Response:
    body = {"error": message, "code": code, **({"field": field} if field else {})}
    return Response(body=json.dumps(body), status_code=status, headers={"Content-Type": "application/json"})


def _places(error: BaseException | None) -> list[str]:
    """Where an error came through, without the values that a traceback's message may show."""
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]


def _log(**facts: object) -> None:
    print(json.dumps(facts))
