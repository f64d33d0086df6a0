"""What the five APIs share over HTTP: reading requests, who calls, paging. Each API draws its own errors."""

import hashlib
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypeVar

from chalice.app import Blueprint, ChaliceUnhandledError, Request, Response
from pydantic import BaseModel, ValidationError

from chalicelib.config import settings
from chalicelib.core.creates import Allowance
from chalicelib.errors import BodyTooLarge, InvalidRequest, Unauthorized
from chalicelib.services import accounts
from chalicelib.services.accounts import Caller
from chalicelib.services.creating import OnceKey

MAX_BODY_BYTES: Final = 65_536
LONGEST_IDEMPOTENCY_KEY: Final = 255

Body = TypeVar("Body", bound=BaseModel)
View = Callable[..., Any]

# Keys travel in a header, never in a cookie, so a page of any origin may call with a key that it was given.
ANY_ORIGIN: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Idempotent-Replay,Retry-After,X-RateLimit-Limit,X-RateLimit-Remaining,X-RateLimit-Reset"
    ),
}
PREFLIGHT: Final = {
    **ANY_ORIGIN,
    "Access-Control-Allow-Methods": "GET,POST,PUT,PATCH,DELETE,OPTIONS",
    "Access-Control-Allow-Headers": "Authorization,Content-Type,Idempotency-Key,X-Api-Key",
    "Access-Control-Max-Age": "86400",
}


class CarriedError(ChaliceUnhandledError):
    """Carries an error, as its cause, past Chalice, which would answer any other with its own words."""


class Api(Blueprint):
    """A blueprint whose routes read their bodies themselves, whose errors reach the middleware, and which answers
    the preflights of browsers. (Chalice's own CORS leaves these to API Gateway's mock integrations, for which the
    embedded AWS has no headers; so they are answered alike everywhere.)"""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self._preflighted: set[str] = set()

    def route(self, path: str, **options: Any) -> Callable[[View], View]:
        register = super().route(path, content_types=[], **options)

        def registered(view: View) -> View:
            register(_carrying(view))
            if path not in self._preflighted:
                self._preflighted.add(path)
                super(Api, self).route(path, methods=["OPTIONS"], content_types=[])(_preflight)
            return view

        return registered


def _preflight(**_: str) -> Response:
    return Response(body="", status_code=204, headers=dict(PREFLIGHT))


def _carrying(view: View) -> View:
    @wraps(view)
    def answer(*arguments: Any, **named: Any) -> Any:
        try:
            return view(*arguments, **named)
        except Exception as error:
            raise CarriedError from error

    return answer


def current(blueprint: Blueprint) -> Request:
    """The request that a blueprint's route is answering."""
    request = blueprint.current_request
    if request is None:
        raise RuntimeError("no request is being answered")
    return request


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def base_url(request: Request) -> str:
    """The address that short links start with: the installation's, or else the one the request came to."""
    if public := settings().public_url:
        return public
    context = request.context
    domain, stage = context.get("domainName", ""), context.get("stage", "")
    # API Gateway's own domain has the stage in its paths; one's own leads to a stage by itself.
    return f"https://{domain}/{stage}" if ".execute-api." in domain and stage else f"https://{domain}"


def own_hosts(request: Request) -> set[str]:
    """The hosts that a destination may not have: it would redirect to us again."""
    hosts = {base_url(request).split("://")[-1].split("/")[0], request.context.get("domainName", "")}
    return {host.rsplit(":", 1)[0] if not host.startswith("[") else host for host in hosts if host}


def caller(request: Request, scope: str) -> Caller:
    """Who calls, by `Authorization: Bearer` or `x-api-key`. Raises Unauthorized, Forbidden."""
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    key = token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    if not key:
        raise Unauthorized.missing_key()
    found = accounts.authenticate(key)
    found.require(scope)
    return found


def body(request: Request, model: type[Body]) -> Body:
    """The JSON body as a model. Raises InvalidRequest with the field's name, BodyTooLarge."""
    try:
        return model.model_validate(json_object(request))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise InvalidRequest.for_field(field, _plain(first["msg"])) from error


def json_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises InvalidRequest, BodyTooLarge."""
    raw = request.raw_body
    if len(raw) > MAX_BODY_BYTES:
        raise BodyTooLarge.over(MAX_BODY_BYTES)
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest.for_field("body", "must be valid JSON") from error
    if not isinstance(value, dict):
        raise InvalidRequest.for_field("body", "must be a JSON object")
    return value


def parameter(request: Request, name: str) -> str | None:
    """A query parameter, None when it was not given."""
    parameters: Mapping[str, str] = request.query_params or {}
    return parameters.get(name)


def whole_number(request: Request, name: str, default: int, lowest: int, highest: int) -> int:
    """A query parameter as a number, clamped to a range. Raises InvalidRequest when it is no number."""
    text = parameter(request, name)
    if text is None or not text.strip():
        return default
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidRequest.for_field(name, "must be a whole number")
    number = int(digits.lstrip("0")[:18] or "0")  # beyond any range, and quick to read
    return min(max(-number if text.strip().startswith("-") else number, lowest), highest)


def once_key(request: Request, who: Caller, body: Mapping[str, Any]) -> OnceKey | None:
    """The request's Idempotency-Key, good for this member and path; None without one. Raises InvalidRequest."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not key.strip() or len(key) > LONGEST_IDEMPOTENCY_KEY:
        raise InvalidRequest.for_field("Idempotency-Key", f"must be 1 to {LONGEST_IDEMPOTENCY_KEY} characters")
    where = f"{who.member} {request.method} {request.path}"
    return OnceKey(f"{where} {key}", f"{where} {json.dumps(body, sort_keys=True)}")


def allowance_headers(allowance: Allowance) -> dict[str, str]:
    """`X-RateLimit-*`; the reset is in Unix seconds."""
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": str(-(-allowance.reset_ms // 1000)),
    }


def cursor(who: Caller, listing: str, before: int) -> str:
    """An opaque place in a listing of one organization: its last number, bound to both."""
    return urlsafe_b64encode(_binding(who, listing) + before.to_bytes(7)).decode().rstrip("=")


def read_cursor(request: Request, who: Caller, listing: str) -> int | None:
    """The place that the `cursor` parameter names; None without one. Raises InvalidRequest for any other."""
    text = parameter(request, "cursor")
    if not text:
        return None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raw = b""
    binding = _binding(who, listing)
    if len(raw) != len(binding) + 7 or not raw.startswith(binding):
        raise InvalidRequest.for_field("cursor", "is not a cursor of this list")
    return int.from_bytes(raw[len(binding) :])


def _binding(who: Caller, listing: str) -> bytes:
    """Nothing is secret in a cursor, since it only moves within its own organization; this makes mix-ups plain."""
    return hashlib.sha256(f"{who.organization.number} {listing}".encode()).digest()[:8]


def _plain(message: str) -> str:
    """Pydantic's message as the end of a sentence that starts with the field's name."""
    return message.removeprefix("Value error, ").removeprefix("Input ").strip() or "is not valid"
