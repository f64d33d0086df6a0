"""Somebody who looks at pages, in process: cookies are kept, forms are sent as browsers send them."""

import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

from chalice.test import Client

from app import app
from chalicelib.pages import cookies
from chalicelib.services import accounts, sessions
from chalicelib.services.accounts import Caller
from tests.world import ENVIRONMENT, now_ms

BASE = ENVIRONMENT["PUBLIC_URL"]
Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Seen:
    """What a browser got."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: bytes = b""

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def words(self) -> str:
        """What is to be read of it, without tags."""
        shown = re.sub(r"<(script|style|title)\b.*?</\1>|<!--.*?-->", " ", self.text, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", shown)).split())


@dataclass
class Browser:
    """A browser with its cookies; `caller` is who is signed in."""

    caller: Caller | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Seen:
        return self.request("GET", path, b"", **headers)

    def post(self, path: str, fields: Fields | None = None, **headers: str) -> Seen:
        """Send a form from a page of ours."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": BASE, **headers}
        return self.request("POST", path, urlencode(dict(fields or {}), doseq=True).encode(), **sent)

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Seen:
        """A request; header names are spelled with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with Client(app) as client:
            response = client.http.request(method, path, {"Cookie": held, **named}, body)
        got = {name.lower(): str(value) for name, value in response.headers.items()}
        self._keep(got.get("set-cookie", ""))
        plain = gzip.decompress(response.body) if got.get("content-encoding") == "gzip" else response.body
        return Seen(response.status_code, got, plain.decode(errors="replace"), response.body)

    def _keep(self, header: str) -> None:
        name, equals, rest = header.partition("=")
        value = rest.split(";")[0]
        if value:
            self.cookies[name] = value
        elif equals:
            self.cookies.pop(name, None)


def new_browser(name: str = "Acme") -> Browser:
    """An organization's owner, who is signed in."""
    organization, owner = accounts.create_organization(name, f"{name}@example.com", now_ms())
    return signed_in(organization.number, owner.number)


def signed_in(organization: int, member: int) -> Browser:
    """A member who is signed in."""
    text = sessions.start(organization, member, now_ms())
    return Browser(sessions.of(text, now_ms()).caller, {cookies.session_name(BASE): text})
