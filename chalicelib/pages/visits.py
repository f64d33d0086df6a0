"""A visit: one request of a browser, and what a page wants to know and to say."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from chalice.app import Request, Response

from chalicelib.api.requests import base_url, path_of
from chalicelib.config import settings
from chalicelib.core import viewers
from chalicelib.errors import InvalidRequest, QuietzoneError
from chalicelib.pages import answers, assets, cookies, rendering
from chalicelib.pages.forms import MOST_BYTES, Form
from chalicelib.pages.messages import MESSAGES
from chalicelib.services import sessions
from chalicelib.services.accounts import Caller
from chalicelib.services.sessions import Session


@dataclass
class Visit:
    """A request of a browser. `most_bytes` is how large a form may be."""

    request: Request
    now_ms: int
    most_bytes: int = MOST_BYTES

    @cached_property
    def session(self) -> Session:
        """Who is signed in. Raises Unauthorized for nobody."""
        return sessions.of(self.session_text, self.now_ms)

    @property
    def is_known(self) -> bool:
        """Whether somebody is signed in, as far as this request has looked: when storage fails, nobody looks again."""
        return "session" in self.__dict__

    @property
    def caller(self) -> Caller:
        """Whose request it is. Raises Unauthorized for nobody's."""
        return self.session.caller

    def may(self, scope: str) -> bool:
        """Whether the role of whoever is signed in gives them a scope. Raises Unauthorized for nobody."""
        return scope in self.caller.scopes

    @cached_property
    def session_text(self) -> str:
        """What the session's cookie holds; '' without one."""
        return self.cookies.get(cookies.session_name(self.base), "")

    @cached_property
    def cookies(self) -> dict[str, str]:
        return cookies.read(self.request.headers.get("cookie", ""))

    @cached_property
    def base(self) -> str:
        """The address of the installation, with which short links begin."""
        return base_url(self.request)

    @property
    def root(self) -> str:
        """The path at which the installation lives, '' for a host of its own; addresses on pages begin with it."""
        return urlsplit(self.base).path

    @property
    def own_hosts(self) -> set[str]:
        """The hosts that a destination may not have: it would redirect to us again."""
        hosts = {urlsplit(self.base).hostname or "", self.request.context.get("domainName", "")}
        return hosts - {""}

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params or {}

    @cached_property
    def form(self) -> Form:
        """The form that was sent. Raises InvalidRequest."""
        body = self.request.raw_body
        return Form.read(body.encode() if isinstance(body, str) else body, self.most_bytes)

    @property
    def here(self) -> str:
        """The path and query that were asked for, below the root."""
        path = path_of(self.request)
        for name, value in (self.request.uri_params or {}).items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        return f"{path}?{urlencode(self.query)}" if self.query else path

    @property
    def source(self) -> str:
        """The visitor's address. It is nobody's business: it is neither stored nor logged."""
        proved = self.request.headers.get("x-origin-secret", "").encode()
        secret = settings().origin_secret.encode()
        trusted = bool(secret) and hmac.compare_digest(proved, secret)
        return viewers.address(self.request.headers if trusted else {}, self.request.context["identity"]["sourceIp"])

    def address(self, path: str, **query: str | int | None) -> str:
        """Where a page of ours is; what is None or empty is left out of the query."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return f"{self.root}{path}" + (f"?{urlencode(given)}" if given else "")

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page, drawn from a template of `templates/`."""
        return answers.html(rendering.render(template, **{**self._common(), **values}), status)

    def refused(self, template: str, error: QuietzoneError, **values: Any) -> Response:
        """The page of a form again, with what is wrong with it.

        The template finds the message of the field that is to blame in `errors`, under the field's name; one of a
        field that the form does not have is under '', which every page shows above all else.
        """
        said = (
            {error.field: error.sentence}
            if error.field in self.form
            else {"": error.message[:1].upper() + error.message[1:]}
        )
        status = 400 if isinstance(error, InvalidRequest) else 409
        return self.page(template, status, errors=said, **values)

    def see(self, path: str, said: str = "", **query: str | int | None) -> Response:
        """The answer to a form that was good: the page to look at, with a message of `messages.py`."""
        if said and said not in MESSAGES:
            raise KeyError(said)
        return answers.see_other(self.address(path, **query, said=said))

    def _common(self) -> dict[str, Any]:
        """What every template may use."""
        return {
            "visit": self,
            "asset": lambda name: assets.address(name, self.root),
            "said": MESSAGES.get(self.query.get("said", "")),
            "theme": self.cookies.get(cookies.THEME, "")
            if self.cookies.get(cookies.THEME) in ("light", "dark")
            else "",
            "errors": {},
        }
