"""The checks can fail: each is shown a page that has what it looks for."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, Route

from infra.local import LocalStack
from tests.e2e.browser.axe import axe
from tests.e2e.browser.watch import Watch, weighed

GOOD = '<!doctype html><html lang="en"><title>Good</title><link rel="icon" href="data:,"><main><h1>Good</h1>{}</main>'
POLICY = {"Content-Security-Policy": "default-src 'none'; script-src 'self'; img-src * data:; connect-src *"}
FAULTS = {
    "an inline script": ("<script>window.ran = 1</script>", "script-src"),
    "a handler": ('<img src="data:,x" onerror="window.ran = 1" alt="">', "script-src-attr"),
    "an inline style": ('<p style="color: red">red</p>', "style-src-attr"),
    "an image of another host": ('<img src="https://pictures.example.com/x.png" alt="">', "another host: image"),
    "a style sheet of another host": (
        '<link rel="stylesheet" href="https://fonts.example.com/x.css">',
        "style-src-elem forbids https://fonts.example.com",
    ),
    "a script that is missing": ('<script src="/missing.js"></script>', "Failed to load resource"),
    "a script that fails": ('<script src="/faulty.js"></script>', "a script failed: faulty"),
    "a dialog": ('<script src="/dialog.js"></script>', "a dialog: alert 1"),
    "a socket": ('<script src="/socket.js"></script>', "a socket to ws://sockets.example.com"),
}
SCRIPTS = {
    "/faulty.js": "throw new Error('faulty')",
    "/dialog.js": "alert(1)",
    "/socket.js": "new WebSocket('ws://sockets.example.com/')",
}
SHUNNED = {
    "a low contrast": ('<p id="dim">dim</p>', "color-contrast"),
    "a field without a label": ("<input>", "label"),
    "an image without words": ('<img src="data:,">', "image-alt"),
    "a heading that skips a level": ("<h4>deep</h4>", "heading-order"),
    "a button that is too small": ('<button id="tiny">a</button><button id="tiny2">b</button>', "target-size"),
}
STYLE = "<style>#dim{color:#999;background:#fff}#tiny,#tiny2{width:10px;height:10px;padding:0;font-size:6px}</style>"


def serve(page: Page, body: str) -> None:
    """A page of our own host with the dashboard's kind of policy."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.endswith(".js"):
            route.fulfill(
                status=200 if path in SCRIPTS else 404, content_type="text/javascript", body=SCRIPTS.get(path)
            )
        else:
            route.fulfill(content_type="text/html", headers=POLICY, body=GOOD.format(body))

    page.route("**/*", answer)
    page.goto("/anything")


def wait_until(page: Page, seen: Callable[[], bool]) -> None:
    """Return when it is seen, or after ten seconds."""
    deadline = time.monotonic() + 10
    while not seen() and time.monotonic() < deadline:
        page.wait_for_timeout(20)


def test_a_good_page_has_no_faults(page: Page, watch: Watch) -> None:
    serve(page, "<p>Nothing is wrong here.</p>")
    assert axe(page) == []
    watch.verify()


@pytest.mark.parametrize("case", FAULTS)
def test_the_watch_sees(page: Page, watch: Watch, case: str) -> None:
    body, wanted = FAULTS[case]
    serve(page, body)
    wait_until(page, lambda: wanted in "\n".join(watch.faults))
    assert wanted in "\n".join(watch.faults)
    assert page.evaluate("window.ran") is None
    watch.faults.clear()


@pytest.mark.parametrize("case", SHUNNED)
def test_the_accessibility_check_sees(page: Page, case: str) -> None:
    body, rule = SHUNNED[case]
    page.set_content(GOOD.format(body) + STYLE)
    assert rule in {line.split(" ", 1)[0] for line in axe(page)}


def test_the_wire_is_weighed_heads_and_all(page: Page, stack: LocalStack) -> None:
    with urlopen(f"{stack.url}/openapi.json") as answer:
        body = len(answer.read())
    page.goto("/sign-in", wait_until="networkidle")  # it names its icon: nothing else is asked for meanwhile
    with weighed(page) as wire:
        page.evaluate("fetch('/openapi.json').then(answer => answer.text())")
        wait_until(page, lambda: wire.bytes > 0)
    assert body < wire.bytes < body + 2000
