"""What each function has imported before it can answer: a cold start waits for all of it.

A line here is changed on purpose only: what a function imports more, every one of its cold starts pays for. The
redirect's own are in `test_redirect_modules.py`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from app import app
from bench.cold_world import request
from chalicelib.pages import cookies
from chalicelib.services import accounts, sessions
from infra.package import ROOT
from tests.budget.moto_door import moto_door
from tests.services.account import Account, new_account
from tests.test_docs import TEMPLATE
from tests.world import World, now_ms

# With the event functions' decorators, DynamoDB and the log; certifi is none of ours, and taken if it is there.
STORING = frozenset(
    {
        *("aws_lambda_powertools", "botocore", "certifi", "chalice", "dateutil", "jmespath", "pynamodb", "six"),
        *("typing_extensions", "urllib3"),
    }
)
DECLARING = STORING | {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}


@dataclass(frozen=True)
class Budget:
    """The most modules beside those of every Python process, the most of ours among them, and the packages."""

    modules: int
    ours: int
    packages: frozenset[str] = STORING


# A tenth above what there are today: a few more files are nothing, another room is.
BUDGETS = {
    "fold": Budget(435, 59),
    "spill": Budget(435, 60),
    "sweep": Budget(465, 91),
    "recount": Budget(465, 91),
    "deliver": Budget(450, 68),
    "slow": Budget(450, 68),
    "tick": Budget(465, 83),
    "jobs": Budget(600, 221),
    "events": Budget(560, 133, DECLARING),
    "api": Budget(540, 111, DECLARING),
}
FIRST_ANSWER = Budget(580, 144, DECLARING)
FIRST_PAGE = Budget(630, 167, DECLARING | {"jinja2", "markupsafe", "tzdata"})

IMPORTING = """
import sys
before = set(sys.modules)
import json, os
from importlib import import_module
module, event = sys.argv[1:]
handler = import_module(module).handler
status = handler(json.loads(event), None)["statusCode"] if event else 0
print(json.dumps([status, sorted(set(sys.modules) - before)]))
"""


def imported(module: str, event: Mapping[str, Any] | None = None, **environment: str) -> list[str]:
    """The modules of a fresh process that imported a function's, and answered an event if one is given."""
    command = [sys.executable, "-c", IMPORTING, module, json.dumps(event) if event else ""]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    status, found = json.loads(done.stdout.splitlines()[-1])
    assert status in (0, 200), done.stdout
    return list(found)


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def check(found: list[str], budget: Budget) -> None:
    tops = {name.partition(".")[0] for name in found if not name.startswith("_")}
    packages = tops - sys.stdlib_module_names - {"chalicelib"}
    assert packages <= budget.packages, f"packages that it did without: {sorted(packages - budget.packages)}"
    ours = [name for name in found if name.startswith("chalicelib")]
    assert len(ours) <= budget.ours, f"{len(ours)} of ours, {budget.ours} at most: {ours}"
    rest = sorted(set(found) - set(ours))
    assert len(found) <= budget.modules, f"{len(found)} in all, {budget.modules} at most; of others: {rest}"


@pytest.mark.parametrize("name", BUDGETS)
def test_a_function_imports_what_it_needs_and_no_more(name: str) -> None:
    check(imported(f"chalicelib.functions.{name}"), BUDGETS[name])


def test_every_function_has_its_budget() -> None:
    """But the redirect, which has a test of its own."""
    handlers = {it.handler_string for it in app.event_sources} | {it.handler_string for it in app.pure_lambda_functions}
    resources = TEMPLATE["Resources"].values()
    handlers |= {it["Properties"]["Handler"] for it in resources if "Handler" in it.get("Properties", {})}
    budgets = {f"chalicelib.functions.{name}.handler" for name in BUDGETS}
    assert handlers == budgets | {"chalicelib.redirect.handler"}


def test_a_first_json_answer_imports_what_it_needs_and_no_more(account: Account) -> None:
    key = accounts.create_key(account.organization, account.caller.member, now_ms())
    asked = request("/v1/dynamic/{code_id}", {"Authorization": f"Bearer {key}"}, code_id=str(account.link.number))
    with moto_door() as aws:
        check(imported("chalicelib.functions.api", asked, AWS_ENDPOINT_URL=aws), FIRST_ANSWER)


def test_a_first_page_imports_what_it_needs_and_no_more(account: Account) -> None:
    session = sessions.start(account.organization, account.caller.member, now_ms())
    asked = request("/dashboard", {"Cookie": f"{cookies.session_name('https://')}={session}"})
    with moto_door() as aws:
        check(imported("chalicelib.functions.api", asked, AWS_ENDPOINT_URL=aws), FIRST_PAGE)
