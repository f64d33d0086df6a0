"""What must not happen while a page is used: requests to others, errors, what the page's own policy forbids."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, WebError, WebSocket

from tests.e2e.browser.landing import HOST

# The console says so too, but not in every kind of document.
_TELL_VIOLATIONS: Final = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} forbids ${event.blockedURI} in ${event.sourceFile}`));
"""
_FAILED_LOAD: Final = "Failed to load resource"


@dataclass
class Watch:
    """Notes what goes wrong in a context; `faults` are sentences. `own` is the address that may be asked.

    Also the landing page may be opened, but nothing may be loaded from it. An error page is no fault: the browser
    reports the status of a document as an error, and which it should have is the test's to say.
    """

    own: str
    faults: list[str] = field(default_factory=list)
    _documents: set[str] = field(default_factory=set)

    def over(self, context: BrowserContext) -> None:
        """Begin to watch a context, before its first page."""
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", self._threw)
        context.on("dialog", self._opened)
        context.on("page", lambda page: page.on("websocket", self._connected))

    def verify(self) -> None:
        """Fails when anything went wrong."""
        assert not self.faults, "\n".join(self.faults)

    def _asked(self, request: Request) -> None:
        parts, document = urlsplit(request.url), request.is_navigation_request()
        if document:
            self._documents.add(request.url)
        if parts.scheme in ("data", "blob", "about") or f"{parts.scheme}://{parts.netloc}" == self.own:
            return
        if not (document and parts.hostname == HOST):
            self.faults.append(f"a request to another host: {request.resource_type} {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        where = message.location["url"]
        if not (message.text.startswith(_FAILED_LOAD) and where in self._documents):
            self.faults.append(f"the console says: {message.text} ({where})")

    def _threw(self, error: WebError) -> None:
        self.faults.append(f"a script failed: {error.error}")

    def _opened(self, dialog: Dialog) -> None:
        self.faults.append(f"a dialog: {dialog.type} {dialog.message}")
        dialog.dismiss()

    def _connected(self, socket: WebSocket) -> None:
        self.faults.append(f"a socket to {socket.url}")


@dataclass
class Wire:
    """What a page's answers took on the wire, heads included."""

    bytes: int = 0


@contextmanager
def weighed(page: Page) -> Iterator[Wire]:
    """Counts what is loaded while it lasts (Chrome DevTools Protocol, Network.loadingFinished)."""
    session, wire = page.context.new_cdp_session(page), Wire()

    def add(event: dict[str, Any]) -> None:
        wire.bytes += int(event["encodedDataLength"])

    session.on("Network.loadingFinished", add)
    session.send("Network.enable")
    try:
        yield wire
    finally:
        session.detach()
