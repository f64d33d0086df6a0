"""What a route is, beside its path: who may call it, how often, with what, and what it answers.

It is declared once. The framework goes by it before the route's own code runs, and the OpenAPI document is made of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import BaseModel

from chalicelib.api.dialects import Dialect
from chalicelib.api.parameters import Parameter
from chalicelib.core.limits import Limit
from chalicelib.errors import QuietzoneError
from chalicelib.services.accounts import Caller

LimitOf = Callable[[Caller], Limit]
HEAD: Final = "HEAD"

MAX_BODY_BYTES: Final = 65_536
ONLY_SOME: Final = 207  # of many creates succeeded; the answer has the type that it has when all did


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    `scope` is what a key needs, '' for any key, None for a route without one; `clients` tells whether a client's own
    key may call it, `key_field` names a field of the body that may hold the key too, `scan_token` tells whether the
    token of the scan in the path is as good as a key. `answer` is the type of the body (a TypedDict, or None for what
    is no JSON), `status` that of a success, `texts` media types in which it may come as well, as a text, and `binary`
    those in which it comes as bytes; `headers` are those of a success and what they say, `others` further successes and
    their descriptions, `errors` what it raises beyond what every such route may. `example` is an answer and `asked` a
    body, as a document prints them; a body has `most_bytes`. What is not `described` is in no OpenAPI document: it
    describes itself, in another way.
    """

    method: str
    path: str
    dialect: Dialect
    view: Callable[..., Any]
    scope: str | None = None
    clients: bool = False
    key_field: str = ""
    scan_token: bool = False
    limit: Limit | LimitOf | None = None
    parameters: tuple[Parameter[Any], ...] = ()
    body: type[BaseModel] | None = None
    answer: Any = None
    status: int = 200
    others: Mapping[int, str] | None = None
    errors: tuple[type[QuietzoneError], ...] = ()
    once: bool = False
    tag: str = ""
    example: Any = None
    asked: Any = None
    most_bytes: int = MAX_BODY_BYTES
    described: bool = True
    media: str = "application/json"
    texts: tuple[str, ...] = ()
    binary: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def without_body(self) -> "Operation":
        """The same for HEAD."""
        return replace(self, method=HEAD, answer=None, example=None, texts=(), binary=())

    @property
    def summary(self) -> str:
        """The first line of the view's docstring."""
        said = (self.view.__doc__ or "").strip().split("\n")[0].removesuffix(".")
        return f"{said}: what GET answers, without the body" if self.method == HEAD else said

    @property
    def description(self) -> str:
        """The rest of it."""
        rest = (self.view.__doc__ or "").strip().split("\n")[1:]
        return "\n".join(line.strip() for line in rest).strip()

    @property
    def arguments(self) -> list[str]:
        """The names of the path's parameters."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    def limit_of(self, caller: Caller) -> Limit | None:
        return self.limit if isinstance(self.limit, Limit) or self.limit is None else self.limit(caller)
