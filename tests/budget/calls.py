"""How many calls of DynamoDB a route makes, warm, and the tables in which that is written down."""

import json
import math
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from app import app
from bench.meter import operations
from chalicelib.api import routes
from chalicelib.api.operations import Operation
from chalicelib.core.days import DAY_MS, HOUR_MS, date_of, number_of
from chalicelib.services import callers
from tests.budget.owner import QUERIES, Owner
from tests.pages.browsing import Browser
from tests.world import world as fresh_world

WRITING: Final = os.environ.get("GOLDENS") == "write"

# The redirect speaks to DynamoDB past its SDK: `test_redirect_calls.py` counts its calls.
REDIRECTS: Final = {"/{slug}", "/s/{slug}"}
STRANGERS: Final = {"/sign-in", "/sign-in/{token}", "/report/{token}"}

Calls = dict[str, int]


def _operations() -> dict[str, Operation]:
    return {f"{it.method} {it.path}": it for it in routes.OPERATIONS if it.method != "HEAD"}


def _pages() -> list[str]:
    """Every other route. HEAD is GET without its body, and a preflight is answered before anything is asked."""
    found = [f"{method} {path}" for path, methods in app.routes.items() for method in methods if path not in REDIRECTS]
    return sorted(it for it in found if it not in _operations() and not it.startswith(("HEAD ", "OPTIONS ")))


OPERATIONS: Final = _operations()
ROUTES: Final = sorted([*OPERATIONS, *_pages()])
READS: Final = [route for route in ROUTES if route.startswith("GET ")]
CHANGES: Final = [route for route in ROUTES if route not in READS]


@contextmanager
def world_of_midmonth() -> Iterator[None]:
    """An empty world whose clock goes from noon in the middle of a month: near its ends a second partition is asked for
    what is pending. A key that is believed stays so, however slow the machine is."""
    clock, now = time.time_ns, time.time_ns()
    middle = number_of(date_of(now // 1_000_000 // DAY_MS).replace(day=15))
    ahead = (middle * DAY_MS + 12 * HOUR_MS) * 1_000_000 - now
    with fresh_world(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: clock() + ahead)
        patch.setattr(callers, "BELIEVED_SECONDS", math.inf)
        yield


@contextmanager
def written_down(file: Path) -> Iterator[dict[str, Calls]]:
    """The calls of each route that are expected, or while they are written, those that are found."""
    if not WRITING:
        yield json.loads(file.read_text())
        return
    found: dict[str, Calls] = {}
    yield found
    lines = [f"  {json.dumps(route)}: {json.dumps(found[route])}" for route in sorted(found)]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def check(route: str, owner: Owner, table: dict[str, Calls]) -> None:
    """Call a route, and hold its calls against the table, or note them there."""
    found = _of_operation(OPERATIONS[route], owner) if route in OPERATIONS else _of_page(route, owner)
    if WRITING:
        table[route] = found
    assert found == table.get(route), _told(route, table.get(route, {}), found)


def _of_operation(operation: Operation, owner: Owner) -> Calls:
    """The calls of an API's operation, with the example of its body."""
    made = {name: owner.of(name, operation.dialect.name) for name in operation.arguments}
    path, body = operation.path.format(**made) + QUERIES.get(operation.path, ""), owner.body(operation)
    owner.warm()
    with operations("dynamodb") as found:
        answer = owner.caller.call(operation.method, path, None if operation.method == "GET" else body)
    assert answer.status < 300, answer.json
    return _sorted(found)


def _of_page(route: str, owner: Owner) -> Calls:
    """The calls of a page, or of a form of one."""
    method, path = route.split(" ")
    browser = Browser() if path in STRANGERS else owner.browser
    at, form = owner.path(path) + QUERIES.get(path, ""), owner.form(path)
    owner.warm()
    with operations("dynamodb") as found:
        seen = browser.post(at, form) if method == "POST" else browser.request(method, at)
    refused = "{proxy+}" in path or path == "/mcp"
    assert (seen.status >= 400) == refused, seen.words[:500]
    return _sorted(found)


def _sorted(found: Counter[str]) -> Calls:
    return dict(sorted(found.items()))


def _told(route: str, before: Calls, now: Calls) -> str:
    """What changed, in words."""
    changes = [
        f"{name} {before.get(name, 0)} -> {now.get(name, 0)}"
        for name in sorted({*before, *now})
        if before.get(name, 0) != now.get(name, 0)
    ]
    more = sum(now.values()) > sum(before.values())
    hint = "is that worth it? If so: make budget" if more else "write the table anew: make budget"
    return f"{route}: {', '.join(changes)}; {sum(before.values())} calls before, {sum(now.values())} now. {hint}"
