"""What the five APIs share over HTTP: a blueprint whose routes are declared operations.

A view gets a `Call` and the path's parameters, and returns the answer; before it runs, the caller was asked for the
operation's key, scope and rate limit, so that no route can forget them.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from chalice.app import Blueprint, ChaliceUnhandledError, Request, Response

from chalicelib.api.dialects import Dialect
from chalicelib.api.operations import ONLY_SOME, Operation
from chalicelib.api.requests import Call, admitted
from chalicelib.core.creates import Allowance
from chalicelib.services.bulk import Made
from chalicelib.services.creating import Created

View = Callable[..., Any]

# Keys travel in a header, never in a cookie, so a page of any origin may call with a key that it was given.
ANY_ORIGIN: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Disposition,ETag,Idempotent-Replay,Location,Retry-After,X-RateLimit-Limit,X-RateLimit-Remaining,"
        "X-RateLimit-Reset,X-Scannability"
    ),
}
PREFLIGHT: Final = {
    **ANY_ORIGIN,
    "Access-Control-Allow-Methods": "GET,POST,PUT,PATCH,DELETE,OPTIONS",
    "Access-Control-Allow-Headers": "Authorization,Content-Type,Idempotency-Key,X-Api-Key",
    "Access-Control-Max-Age": "86400",
}


class CarriedError(ChaliceUnhandledError):
    """Carries an error, as its cause, past Chalice, which would answer any other with its own words.

    `allowance` is what is left of the caller's limit, once that was asked for.
    """

    def __init__(self, allowance: Allowance | None) -> None:
        super().__init__()
        self.allowance = allowance


class Api(Blueprint):
    """A blueprint of operations. It reads bodies itself, lets errors reach the middleware, and answers the preflights
    of browsers. (Chalice's own CORS leaves these to API Gateway's mock integrations, for which the embedded AWS has no
    headers; so they are answered alike everywhere.)"""

    def __init__(self, import_name: str, dialect: Dialect, tag: str = "") -> None:
        super().__init__(import_name)
        self.dialect, self.tag = dialect, tag
        self.operations: list[Operation] = []
        self._preflighted: set[str] = set()

    def operation(self, method: str, path: str, *, head: bool = False, **declared: Any) -> Callable[[View], View]:
        """Declare an operation (see `Operation` for what can be said of it); the view's docstring describes it.

        With `head` the view answers HEAD too, as another operation; what it says beside the headers is left out.
        """

        def registered(view: View) -> View:
            declared.setdefault("tag", self.tag)
            operation = Operation(method, path, self.dialect, view, **declared)
            for each in (operation, operation.without_body()) if head else (operation,):
                self.operations.append(each)
                self.route(path, methods=[each.method], content_types=[])(self._answering(each))
            if path not in self._preflighted:
                self._preflighted.add(path)
                self.route(path, methods=["OPTIONS"], content_types=[])(preflight)
            return view

        return registered

    def _asked(self) -> Request:
        if self.current_request is None:
            raise RuntimeError("no request is being answered")
        return self.current_request

    def _answering(self, operation: Operation) -> View:
        @wraps(operation.view)
        def answer(**path: str) -> Response:
            allowance: Allowance | None = None
            try:
                call = admitted(operation, self._asked())
                allowance = call.allowance
                return _response(call, operation.view(call, **path))
            except Exception as error:
                raise CarriedError(allowance) from error

        return answer


def preflight(**_: str) -> Response:
    """The answer to a browser that asks whether a page may call."""
    return Response(body="", status_code=204, headers=dict(PREFLIGHT))


def created(made: Created, status: int = 201) -> Response:
    """The answer of a create that may be a replay."""
    return Response(body=made.answer, status_code=status, headers=_created_headers(made))


def created_many(made: Made, answer: Mapping[str, Any]) -> Response:
    """The answer of many creates at once."""
    body = json.dumps(answer, ensure_ascii=False)
    return Response(body=body, status_code=ONLY_SOME if made.error else 201, headers=_created_headers(made))


def allowance_headers(allowance: Allowance) -> dict[str, str]:
    """`X-RateLimit-*`; the reset is in Unix seconds."""
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": str(-(-allowance.reset_ms // 1000)),
    }


def _created_headers(made: Created | Made) -> dict[str, str | list[str]]:
    headers: dict[str, str | list[str]] = {"Content-Type": "application/json"}
    if made.allowance:
        headers |= allowance_headers(made.allowance)
    if made.replayed:
        headers["Idempotent-Replay"] = "true"
    return headers


def _response(call: Call, answered: Response | Mapping[str, Any]) -> Response:
    response = answered
    if not isinstance(response, Response):
        headers: dict[str, str | list[str]] = {"Content-Type": "application/json"}
        body = json.dumps(answered, ensure_ascii=False, separators=(",", ":"))
        response = Response(body=body, status_code=call.operation.status, headers=headers)
    if call.allowance:
        response.headers.update(allowance_headers(call.allowance))
    return response
