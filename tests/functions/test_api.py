"""The function of the APIs and pages: each route is imported when it is first asked for."""

import json
import subprocess
import sys
from collections import defaultdict

import pytest

from app import app
from chalicelib.api import routes
from chalicelib.core.slugs import RESERVED
from chalicelib.functions import homes
from chalicelib.pages.routes import BLUEPRINTS as PAGES
from infra.package import ROOT

# By path, the methods that are answered once it was asked for. In a process of its own: Chalice registers a blueprint
# once only, and here `app.py` did.
PROGRAM = """
import json, sys
from chalicelib.functions.api import api
found = {}
for path in json.load(sys.stdin):
    api.admit(path)
    found[path] = sorted(api.app.routes[path])
print(json.dumps(found))
"""
# What must know all others has no home.
HOMELESS = {"/openapi.json", "/api/{proxy+}", "/v1/{proxy+}"}
REDIRECTED = {"/{slug}", "/s/{slug}"}


@pytest.fixture(scope="module")
def served() -> dict[str, list[str]]:
    """Every path of the API function, and its methods, as `app.py` has them for the packager."""
    return {path: sorted(methods) for path, methods in app.routes.items() if path not in REDIRECTED}


def test_every_route_answers_all_of_its_methods_once_it_is_asked_for(served: dict[str, list[str]]) -> None:
    command = [sys.executable, "-c", PROGRAM]
    asked = json.dumps(sorted(served, key=lambda path: path in HOMELESS))  # these bring all others along
    done = subprocess.run(command, cwd=ROOT, input=asked, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == served


def test_every_route_is_at_home_in_the_module_that_answers_it(served: dict[str, list[str]]) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for api in routes.BLUEPRINTS:
        for operation in api.operations:
            owners[operation.path].add(api._import_name)
    for pages in PAGES:
        for _method, path in pages.paths:
            owners[path].add(pages._import_name)
    assert owners.keys() == served.keys()
    wrong = {path: (homes.home_of(path), owners[path]) for path in owners.keys() - HOMELESS}
    assert {path: it for path, it in wrong.items() if it[1] != {it[0]}} == {}


def test_no_slug_can_be_what_a_path_of_ours_begins_with() -> None:
    begins = {path.split("/")[1].partition(".")[0] for path in app.routes}  # what follows a dot is no part of a slug
    assert {each for each in begins if each and not each.startswith("{")} - RESERVED == set()


def test_no_line_leads_nowhere(served: dict[str, list[str]]) -> None:
    idle = {home for home in homes.HOMES if not any(path == home or path.startswith(f"{home}/") for path in served)}
    assert idle == set()
