"""Reading a request: who calls, its JSON body, its address; keys that make it happen once, cursors."""

import hashlib
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from chalice.app import Request
from pydantic import BaseModel, ValidationError

from chalicelib.api.operations import Operation
from chalicelib.api.parameters import Parameter
from chalicelib.config import settings
from chalicelib.core import codes
from chalicelib.core.creates import Allowance
from chalicelib.errors import BodyTooLarge, Forbidden, InvalidRequest, Unauthorized
from chalicelib.services import accounts, handovers, limits
from chalicelib.services.accounts import Caller
from chalicelib.services.creating import OnceKey

LONGEST_IDEMPOTENCY_KEY: Final = 255
LONGEST_NAME: Final = 50  # of a field that is not known, where it is named
GREEDY: Final = "{proxy+}"
SCAN_TOKEN: Final = "scan_token"  # noqa: S105 - a name, as the redirect calls it

_NUMBER_BYTES: Final = 7  # numbers are below 2**53
# Where pydantic speaks of Python, by the type of its error.
_SAID: Final = {
    "model_type": "should be an object",
    "dict_type": "should be an object",
}

Body = TypeVar("Body", bound=BaseModel)
T = TypeVar("T")


@dataclass
class Call:
    """A request to an operation, by somebody who may call it. `allowance` is what is left of its limit."""

    request: Request
    operation: Operation
    now_ms: int
    caller: Caller | None = None
    allowance: Allowance | None = None

    @property
    def who(self) -> Caller:
        """Who calls. Only of operations that need a key."""
        if self.caller is None:
            raise RuntimeError(f"{self.operation.path} needs no key")
        return self.caller

    @property
    def base(self) -> str:
        """The address that short links start with."""
        return base_url(self.request)

    @property
    def own_hosts(self) -> set[str]:
        """The hosts that a destination may not have: it would redirect to us again."""
        hosts = {self.base.split("://")[-1].split("/")[0], self.request.context.get("domainName", "")}
        return {host.rsplit(":", 1)[0] if not host.startswith("[") else host for host in hosts if host}

    def compact(self, wanted: bool) -> bool:
        """Whether a short URL shall be spelled in capitals. Raises InvalidRequest where these would lead elsewhere."""
        if wanted:
            codes.check_compact(self.base)
        return wanted

    def read(self, parameter: Parameter[T]) -> T:
        """The value of a declared query parameter. Raises InvalidRequest."""
        if parameter not in self.operation.parameters:
            raise RuntimeError(f"{self.operation.path} does not declare {parameter.name}")
        sent: Mapping[str, str] = self.request.query_params or {}
        return parameter.read(sent.get(parameter.name))

    def body(self, model: type[Body]) -> Body:
        """The JSON body as the declared model. Raises InvalidRequest with the field's name, BodyTooLarge."""
        if model is not self.operation.body:
            raise RuntimeError(f"{self.operation.path} does not declare {model.__name__}")
        try:
            return model.model_validate(self.json)
        except ValidationError as error:
            raise refusal(error) from error

    def body_if_any(self, model: type[Body]) -> Body:
        """The same; a request without a body has an empty object."""
        return self.body(model) if self.request.raw_body else model()

    @cached_property
    def json(self) -> dict[str, Any]:
        """The JSON object in the body. Raises InvalidRequest, BodyTooLarge."""
        raw = self.request.raw_body
        if len(raw) > self.operation.most_bytes:
            raise BodyTooLarge.over(self.operation.most_bytes)
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise InvalidRequest.for_field("body", "must be valid JSON") from error
        if not isinstance(value, dict):
            raise InvalidRequest.for_field("body", "must be a JSON object")
        return value

    def once(self) -> OnceKey | None:
        """The request's Idempotency-Key, good for this member and path; None without one. Raises InvalidRequest."""
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return None
        if not key.strip() or len(key) > LONGEST_IDEMPOTENCY_KEY:
            raise InvalidRequest.for_field("Idempotency-Key", f"must be 1 to {LONGEST_IDEMPOTENCY_KEY} characters")
        where = f"{self.who.member} {self.request.method} {self.request.path}"
        return OnceKey(f"{where} {key}", f"{where} {json.dumps(self.json, sort_keys=True)}")

    def cursor(self, listing: str, place: bytes) -> str:
        """An opaque place in a listing, bound to it and to the organization."""
        return urlsafe_b64encode(self._binding(listing) + place).decode().rstrip("=")

    def place(self, cursor: str, listing: str, field: str = "cursor") -> bytes | None:
        """The place that a cursor names; None without one. Raises InvalidRequest for one of another listing."""
        if not cursor:
            return None
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            raw = b""
        binding = self._binding(listing)
        if len(raw) <= len(binding) or not raw.startswith(binding):
            raise InvalidRequest.for_field(field, "is not a cursor of this list")
        return raw[len(binding) :]

    def cursor_before(self, listing: str, number: int) -> str:
        """The cursor of the page that begins before a number, in a list of numbered things."""
        return self.cursor(listing, number.to_bytes(_NUMBER_BYTES))

    def before(self, parameter: Parameter[str], listing: str) -> int | None:
        """The number before which the page begins that a cursor asks for. Raises InvalidRequest."""
        return self.number_before(self.read(parameter), listing, parameter.name)

    def number_before(self, cursor: str, listing: str, field: str = "cursor") -> int | None:
        """The same of a cursor that came in another way."""
        place = self.place(cursor, listing, field)
        if place is not None and len(place) != _NUMBER_BYTES:
            raise InvalidRequest.for_field(field, "is not a cursor of this list")
        return None if place is None else int.from_bytes(place)

    def _binding(self, listing: str) -> bytes:
        """Nothing is secret in a cursor, since it only moves within its own organization; this makes mix-ups plain."""
        return hashlib.sha256(f"{self.who.organization.number} {listing}".encode()).digest()[:8]


def admitted(operation: Operation, request: Request) -> Call:
    """A call of somebody who may make it. Raises Unauthorized, Forbidden, RateLimited."""
    call = Call(request, operation, now_ms())
    if operation.scope is None:
        return call
    call.caller = caller = _by_scan_token(call) or _by_key(call, operation.scope)
    if limit := operation.limit_of(caller):
        call.allowance = limits.take(caller, limit, call.now_ms)
    return call


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def path_of(request: Request) -> str:
    """The path of a route, or that which a greedy one was asked for: Chalice has the template alone."""
    return str(request.path).replace(GREEDY, (request.uri_params or {}).get(GREEDY[1:-2], ""))


def base_url(request: Request) -> str:
    """The address that short links start with: the installation's, or else the one the request came to."""
    if public := settings().public_url:
        return public
    context = request.context
    domain, stage = context.get("domainName", ""), context.get("stage", "")
    # API Gateway's own domain has the stage in its paths; one's own leads to a stage by itself.
    return f"https://{domain}/{stage}" if ".execute-api." in domain and stage else f"https://{domain}"


def origin_of(base: str) -> str:
    """The origin of an address, as browsers spell it: in lower case, without the port that goes without saying."""
    parts = urlsplit(base.lower())
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"


def _by_key(call: Call, scope: str) -> Caller:
    """Who calls with a key that has the scope, or with a token got for one."""
    key = _key_in(call) or _sent(call.request.headers)
    if not key:
        raise Unauthorized.missing_key()
    caller = accounts.authenticate(key)
    if caller.client is not None and not call.operation.clients:
        raise Forbidden.to_clients()
    if scope:
        caller.require(scope)
    return caller


def _by_scan_token(call: Call) -> Caller | None:
    """Who calls with the token of the scan in the path, where that will do; None without one."""
    token = _scan_token(call) if call.operation.scan_token else ""
    return handovers.authenticate(token, (call.request.uri_params or {})["scan_id"], call.now_ms) if token else None


def _sent(headers: Mapping[str, str]) -> str:
    """The key or token in `Authorization: Bearer` or `x-api-key`; '' without one."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "").strip()


def _scan_token(call: Call) -> str:
    """The token of a scan: the bearer or, where no key was sent, `scan_token` in the query or the body; '' for none."""
    if sent := _sent(call.request.headers):
        return sent if handovers.looks_like_token(sent) else ""
    query: Mapping[str, str] = call.request.query_params or {}
    if in_query := query.get(SCAN_TOKEN):
        return in_query
    try:
        in_body = call.json.get(SCAN_TOKEN)
    except InvalidRequest:  # who sends no key hears of that first
        return ""
    return in_body if isinstance(in_body, str) else ""


def _key_in(call: Call) -> str:
    """The key in the body, where the operation takes it from there and no header has one; '' for none."""
    field = call.operation.key_field
    if not field or _sent(call.request.headers) or not call.request.raw_body:
        return ""
    key = call.json.get(field)
    return key.strip() if isinstance(key, str) and key.isascii() else ""


def refusal(error: ValidationError) -> InvalidRequest:
    """What is wrong first. A field that is not known is said to be missing in what holds it, as it was spelled: its
    name may be good in another API, and would be taken for this one's."""
    first = error.errors(include_url=False, include_input=False)[0]
    *within, last = first["loc"] or ("body",)
    if first["type"] == "extra_forbidden" and within:
        return InvalidRequest.for_field(".".join(map(str, within)), f"has no field {str(last)[:LONGEST_NAME]!r}")
    field = ".".join(map(str, (*within, last)))
    if first["type"] == "too_long":  # a list; pydantic adds how long it is, or that it did not look any further
        return InvalidRequest.for_field(field, f"should have at most {first['ctx']['max_length']} items")
    return InvalidRequest.for_field(field, _SAID.get(first["type"]) or _plain(first["msg"]))


def _plain(message: str) -> str:
    """Pydantic's message as the end of a sentence that starts with the field's name."""
    return message.removeprefix("Value error, ").removeprefix("Input ").strip() or "is not valid"
