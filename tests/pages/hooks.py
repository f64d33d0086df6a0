"""Webhooks and summaries of whoever a browser is signed in as."""

import re
from collections.abc import Sequence

from chalicelib import ids
from chalicelib.core.endpoints import Endpoint
from chalicelib.core.links import Link
from chalicelib.services import links, webhooks
from chalicelib.services.accounts import Caller
from chalicelib.services.links import NewLink
from chalicelib.services.webhooks import Shown
from tests.pages.browsing import Browser, Seen
from tests.services.webhook import new_endpoint
from tests.world import now_ms

URL = "https://receiver.example/hooks"
HOSTILE = "<img src=x onerror=alert(1)>"
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"


def caller(browser: Browser) -> Caller:
    """Who is signed in."""
    assert browser.caller
    return browser.caller


def hook(browser: Browser) -> Endpoint:
    """A webhook of theirs."""
    return new_endpoint(caller(browser))


def at(endpoint: Endpoint) -> str:
    """The page of a webhook."""
    return f"/dashboard/webhooks/{ids.spell('wh', endpoint.number)}"


def fields(**given: str | Sequence[str]) -> dict[str, str | Sequence[str]]:
    """The form of a webhook as a browser sends it."""
    return {"url": URL, "description": "Orders", "events": ["", "scan.created"], "format": "standard", **given}


def everything(browser: Browser) -> list[Shown]:
    """All of their webhooks."""
    return webhooks.page(caller(browser), 100).endpoints


def copied(seen: Seen) -> str:
    """What a page's button copies."""
    found = re.search(r'data-copy="([^"]+)"', seen.text)
    assert found, seen.words
    return found[1]


def link(browser: Browser, label: str = "Spring poster") -> Link:
    """A link of theirs."""
    return links.seed(caller(browser), NewLink("https://example.com/", own_hosts=(), label=label), now_ms())
