"""How each API draws its errors, and which paths are whose. The shapes are those of the services' documents."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib import errors
from chalicelib.core import notices
from chalicelib.core.notices import Notice
from chalicelib.errors import QuietzoneError

HTML: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_TITLES: Final = {404: "Nothing here", 410: "No longer here", 503: "Just a moment"}

Code = Annotated[str, Field(description="Stable, for programs.")]
Message = Annotated[str, Field(description="For people. It begins with the name of a field that is to blame.")]
Blamed = Annotated[str, Field(description="The field or parameter that is to blame.")]


class DynamicError(TypedDict):
    """An error of the `dynamic` API."""

    error: Message
    code: Code
    field: NotRequired[Blamed]


class Problem(TypedDict):
    code: Code
    message: Message
    field: NotRequired[Blamed]


class NestedError(TypedDict):
    """An error of the `qrcodes` and `qpr` APIs."""

    error: Problem


class ReportingError(TypedDict):
    """An error of the `reporting` API."""

    status: Annotated[int, Field(description="The HTTP status.")]
    message: Message
    data: None
    code: Code
    field: NotRequired[Blamed]


class QrError(TypedDict):
    """An error of the `qr` API."""

    success: Literal[False]
    error: Problem


class Blame(TypedDict):
    """What is stable of an error: its code, and what is to blame."""

    code: Code
    field: NotRequired[Blamed]


class RpcFault(TypedDict):
    """An error as JSON-RPC has it (JSON-RPC 2.0, 5.1)."""

    code: int
    message: Message
    data: Blame


class RpcError(TypedDict):
    """An error of `/mcp` that is not about one message: it has no id."""

    jsonrpc: Literal["2.0"]
    id: None
    error: RpcFault


class Failure(TypedDict):
    """What every shape is drawn from."""

    status: int
    code: str
    message: str
    field: str | None


def _json(drawn: Mapping[str, Any]) -> str:
    return json.dumps(drawn, ensure_ascii=False)


@dataclass(frozen=True)
class Dialect:
    """An API's way with errors: `draw` gives the body, `shape` is its type.

    `statuses` are those that differ from what the others answer for an error, `words` its names for the fields that
    the services name in theirs. `write` makes the text that is sent, `headers` go with it.
    """

    name: str
    prefixes: tuple[str, ...]
    shape: Any
    draw: Callable[[Failure], Mapping[str, Any]]
    statuses: Mapping[type[QuietzoneError], int] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    write: Callable[[Mapping[str, Any]], str] = _json
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    @property
    def media(self) -> str:
        """The media type of its errors."""
        return self.headers["Content-Type"].split(";")[0]

    def body(self, failure: Failure) -> str:
        """An error as it is sent."""
        return self.write(self.draw(failure))

    def word(self, name: str) -> str:
        """This API's name for a field that the services name; of `urls.3.slug`, the last part is renamed."""
        place, dot, last = name.rpartition(".")
        return place + dot + self.words.get(last, last)


def _dynamic(failure: Failure) -> DynamicError:
    return {"error": failure["message"], "code": failure["code"], **_blamed(failure)}  # type: ignore[typeddict-item]


def _nested(failure: Failure) -> NestedError:
    return {"error": _problem(failure)}


def _reporting(failure: Failure) -> ReportingError:
    drawn: ReportingError = {
        "status": failure["status"],
        "message": failure["message"],
        "data": None,
        "code": failure["code"],
    }
    return {**drawn, **_blamed(failure)}  # type: ignore[typeddict-item]


def _qr(failure: Failure) -> QrError:
    return {"success": False, "error": _problem(failure)}


def _rpc(failure: Failure) -> RpcError:
    """The codes are JSON-RPC's for a bad request and an internal error, and else the first that is left to servers."""
    code = {400: -32600, 413: -32600, 500: -32603}.get(failure["status"], -32000)
    data: Blame = {"code": failure["code"], **_blamed(failure)}  # type: ignore[typeddict-item]
    return {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": failure["message"], "data": data}}


def _page(drawn: Mapping[str, Any]) -> str:
    title = _TITLES.get(drawn["status"], "Something went wrong")
    return notices.page(Notice(drawn["status"], drawn["code"], title, f"{escape(drawn['message'])}."))


def _problem(failure: Failure) -> Problem:
    drawn: Problem = {"code": failure["code"], "message": failure["message"]}
    return {**drawn, **_blamed(failure)}  # type: ignore[typeddict-item]


def _blamed(failure: Failure) -> dict[str, str]:
    return {"field": failure["field"]} if failure["field"] else {}


DYNAMIC: Final = Dialect("dynamic", ("/v1",), DynamicError, _dynamic)
# Pictures of any text are of the same API, and have words of their own.
DYNAMIC_QR: Final = Dialect(
    "dynamic pictures",
    ("/v1/qr",),
    DynamicError,
    _dynamic,
    words={"payload": "data", "foreground": "dark", "background": "light", "quiet_zone": "margin"},
)
QRCODES: Final = Dialect(
    "qrcodes",
    ("/v1/qrcodes",),
    NestedError,
    _nested,
    words={
        "destination": "destination_url",
        "slug": "short_code",
        "label": "name",
        "foreground": "style.dotsColor",
        "corner_squares_colour": "style.cornersSquareColor",
        "corner_dots_colour": "style.cornersDotColor",
        "dots": "style.dotsType",
        "corner_dots": "style.cornersDotType",
    },
)
QPR: Final = Dialect(
    "qpr",
    (
        *("/v1/qpr-codes", "/v1/scans", "/v1/api-keys", "/v1/members", "/v1/organization"),
        *("/v1/webhooks", "/v1/thresholds", "/v1/summaries"),
    ),
    NestedError,
    _nested,
    {errors.KeyRevoked: 403},
    {"label": "name"},
)
REPORTING: Final = Dialect(
    "reporting", ("/api/v1/external/reporting",), ReportingError, _reporting, words={"label": "title", "links": "qrIds"}
)
QR: Final = Dialect(
    "qr",
    ("/api",),
    QrError,
    _qr,
    {errors.PlanLimitExceeded: 402},
    {
        "destination": "targetUrl",
        "slug": "customSlug",
        "label": "title",
        "expires_at": "expiresAt",
        "redirect_type": "redirectType",
        "payload": "data",
        "logo": "logoUrl",
        "level": "errorCorrectionLevel",
        "foreground": "foregroundColor",
        "corner_squares_colour": "style.cornersSquareColor",
        "corner_dots_colour": "style.cornersDotColor",
        "dots": "style.dotsType",
        "corner_dots": "style.cornersDotType",
        "quiet_zone": "quietZone",
        "link_ids": "urlIds",
        "qr_code_ids": "qrCodeIds",
        "campaign_ids": "campaignIds",
        "overlap_seconds": "overlapSeconds",
    },
)
# The tools of `/mcp`, and the endpoint itself.
MCP: Final = Dialect("mcp", ("/mcp",), RpcError, _rpc, words={"payload": "text"})
# What people look at, not programs.
PAGES: Final = Dialect(
    "pages",
    ("/qr", "/dashboard", "/sign-in", "/sign-out", "/report"),
    str,
    draw=lambda failure: failure,
    write=_page,
    headers=HTML,
)
# The most special prefix first; what has none of them is drawn as `dynamic` does.
DIALECTS: Final = (QRCODES, QPR, REPORTING, QR, MCP, PAGES, DYNAMIC_QR, DYNAMIC)


def of_path(path: str) -> Dialect:
    """Whose path this is."""
    for dialect in DIALECTS:
        if any(path == prefix or path.startswith(prefix + "/") for prefix in dialect.prefixes):
            return dialect
    return DYNAMIC
