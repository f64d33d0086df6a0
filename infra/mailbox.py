"""The mails that the embedded SES took instead of sending them: for the output of `make serve`, and for a page."""

import base64
import hashlib
import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import Final
from urllib.parse import urlsplit

PATH: Final = "/mail"
MOST_SHOWN: Final = 50
TIMEOUT_SECONDS: Final = 10

_MESSAGES: Final = "/_ministack/ses/messages"
_STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
article { border: 1px solid #8886; border-radius: .5rem; padding: 0 1rem; margin: 1rem 0 }
h2 { font-size: 1.1rem } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = "; ".join(
    (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'",
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
)
_HEADERS: Final = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", _POLICY),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail; `sent` is in seconds since 1970."""

    id: str
    to: str
    subject: str
    text: str
    sent: float

    def lines(self) -> str:
        """The mail for a terminal, without what would steer one."""
        shown = f"To: {self.to}\nSubject: {self.subject}\n\n{self.text.rstrip()}"
        return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in shown.split("\n"))


class Inbox:
    """Tells which mails are new."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        self._seen: set[str] = set()

    def fresh(self) -> list[Mail]:
        """Those that came since this was last asked, oldest first. Raises OSError, HTTPException."""
        found = [mail for mail in read(self._upstream) if mail.id not in self._seen]
        self._seen.update(mail.id for mail in found)
        return found


def read(upstream: tuple[str, int]) -> list[Mail]:
    """All mails that the embedded AWS at an address has, oldest first; it forgets them when it ends.

    Raises OSError, HTTPException.
    """
    connection = http.client.HTTPConnection(*upstream, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", _MESSAGES)
        reply = connection.getresponse()
        payload = reply.read()
    finally:
        connection.close()
    if reply.status != 200:
        raise http.client.HTTPException(f"the embedded SES answers {reply.status}")
    accounts = json.loads(payload)["messages"].values()
    return sorted((_mail(found) for mails in accounts for found in mails), key=lambda mail: mail.sent)


def is_asked(visit: BaseHTTPRequestHandler, url: str) -> bool:
    """Whether a visitor of the door at `url` asks for the page, and may have it.

    Who reads mails can sign in. So they are for a browser on this machine, that believes to speak to this machine: not
    for the network that LAN=1 lets in, and for no site whose name was pointed here.
    """
    asked = visit.command in ("GET", "HEAD") and urlsplit(visit.path).path == PATH
    is_here = visit.client_address[0] == visit.connection.getsockname()[0]
    port = urlsplit(url).port
    own = {urlsplit(url).netloc, f"localhost:{port}", f"127.0.0.1:{port}"}
    return asked and is_here and visit.headers.get("Host") in own


def answer(upstream: tuple[str, int], url: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body of the page with the newest mails. Raises OSError, HTTPException."""
    newest = read(upstream)[: -MOST_SHOWN - 1 : -1]
    return 200, list(_HEADERS), page(newest, url).encode()


def page(mails: list[Mail], url: str) -> str:
    """The page; what is in a mail is text, and only links to `url` can be clicked."""
    shown = "".join(_article(mail, url) for mail in mails) or "<p>No mail yet.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mail · Quietzone</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f'<body><main><h1>Mail</h1><p>What this stack would have sent. <a href="{PATH}">Look again</a></p>'
        f"{shown}</main></body></html>"
    )


def _article(mail: Mail, url: str) -> str:
    sent = f"{datetime.fromtimestamp(mail.sent, UTC):%Y-%m-%d %H:%M:%S} UTC"
    return (
        f"<article><h2>{escape(mail.subject)}</h2><p>To {escape(mail.to)}, {sent}</p>"
        f"<pre>{''.join(_linked(mail.text, url))}</pre></article>"
    )


def _linked(text: str, url: str) -> Iterator[str]:
    """A text as HTML; every second part is an address of ours."""
    for n, part in enumerate(re.split(rf"({re.escape(url)}/[\w/?&=.%~-]*)", text, flags=re.ASCII)):
        yield f'<a href="{escape(part)}">{escape(part)}</a>' if n % 2 else escape(part)


def _mail(found: dict[str, object]) -> Mail:
    to = found["To"]
    return Mail(
        id=str(found["MessageId"]),
        to=", ".join(map(str, to)) if isinstance(to, list) else str(to),
        subject=str(found["Subject"]),
        text=str(found["BodyText"]),
        sent=float(str(found["Timestamp"])),
    )
