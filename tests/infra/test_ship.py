"""`make deploy` and what comes after it, as commands of a user with production's zip, on an embedded AWS.

One deployment for all: fresh, brought up to date, looked at, refused to be destroyed, destroyed.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import aws, wishes
from infra.embedded.ministack import MiniStack
from infra.inventory import LOGS, TABLE, resources
from infra.package import ROOT

STACK = "quietzone-prod"
REGION = "eu-west-1"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An AWS of its own."""
    engine = MiniStack(tmp_path_factory.mktemp("aws"))
    engine.start(0)
    try:
        engine.wait()
        yield engine.endpoint
    finally:
        engine.stop()


class User:
    """Somebody at a shell, who says what `answer` holds when asked."""

    def __init__(self, endpoint: str, build: Path) -> None:
        ours = {*wishes.TEXTS.values(), *wishes.SWITCHES.values()}  # tests of functions set some of these
        kept = {name: text for name, text in os.environ.items() if name not in ours and not name.startswith("AWS_")}
        self._environment = {**kept, "AWS_ENDPOINT_URL": endpoint, "BUILD_FOLDER": str(build)}
        self.clients = aws.clients(endpoint, REGION)

    def make(self, target: str, *variables: str, answer: str = "") -> tuple[int, str]:
        """The exit code of a command, and all that it prints."""
        done = subprocess.run(
            ["make", "-s", target, "STAGE=prod", f"REGION={REGION}", *variables],
            cwd=ROOT,
            env=self._environment,
            input=answer,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def parameter(self, name: str) -> str:
        """What the deployment has for a parameter of the template."""
        told = self.clients("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["Parameters"]
        return str(next(it["ParameterValue"] for it in told if it["ParameterKey"] == name))

    def days_of_logs(self) -> set[int]:
        """How long the log groups of the deployment keep what they hold."""
        mine = set(resources(self.clients("cloudformation"), STACK)[LOGS].values())
        pages = self.clients("logs").get_paginator("describe_log_groups").paginate()
        return {it["retentionInDays"] for page in pages for it in page["logGroups"] if it["logGroupName"] in mine}


@pytest.fixture(scope="module")
def user(endpoint: str, runnable: Path) -> User:
    return User(endpoint, runnable)


SMOKE = ("created", "scanned", "1 scan, by a phone", "deleted")


def test_a_deploy_that_nobody_can_confirm_shows_what_it_would_change_and_changes_nothing(user: User) -> None:
    code, said = user.make("deploy")
    assert code != 0
    assert "Add     ObjectsTable" in said
    assert "nobody can be asked here" in said
    assert user.clients("cloudformation").describe_stacks()["Stacks"] == []


def test_a_fresh_deploy_makes_the_stack_an_owner_and_a_key_and_tries_it(user: User) -> None:
    code, said = user.make("deploy", "YES=1", "OWNER_EMAIL=ada@example.org", "CREATES_PER_HOUR=30")
    assert code == 0, said
    assert "its owner ada@example.org" in said
    assert said.count("qz_live_") == 1
    assert all(step in said for step in SMOKE)
    assert f"{STACK} is deployed and works" in said
    assert "demo link" not in said
    assert (user.parameter("CreatesPerHour"), user.days_of_logs()) == ("30", {30})


def test_a_second_deploy_changes_what_is_said_keeps_the_rest_and_makes_no_second_owner(user: User) -> None:
    names = resources(user.clients("cloudformation"), STACK)[TABLE]
    code, said = user.make("deploy", "YES=1", "LOG_DAYS=14")
    assert code == 0, said
    assert "Modify" in said
    assert "qz_live_" not in said
    assert all(step in said for step in SMOKE)
    assert (user.parameter("CreatesPerHour"), user.days_of_logs()) == ("30", {14})
    assert resources(user.clients("cloudformation"), STACK)[TABLE] == names


def test_operators_commands_find_the_deployment(user: User) -> None:
    code, said = user.make("status")
    assert code == 0, said
    assert "all is well" in said
    assert "recount     Quietzone            none yet" in said
    code, key = user.make("key", "PREFIX=oqr_")
    assert (code, key[:4]) == (0, "oqr_")


def test_destroying_what_holds_items_is_refused(user: User) -> None:
    code, said = user.make("destroy", "YES=1", answer=STACK)
    assert code != 0
    assert f"the tables hold items. To delete these for ever add DELETE_DATA={STACK}" in said


def test_what_is_kept_is_named_and_a_second_destroy_goes_on_from_there(user: User) -> None:
    tables = resources(user.clients("cloudformation"), STACK)[TABLE]
    code, said = user.make("destroy", "KEEP_DATA=1", answer=STACK)
    assert code == 0, said
    assert all(name in said.split("Kept, protected")[1] for name in tables.values())
    assert set(user.clients("dynamodb").list_tables()["TableNames"]) == set(tables.values())
    code, said = user.make("destroy", f"DELETE_DATA={STACK}", answer=STACK)
    assert code == 0, said
    assert user.clients("dynamodb").list_tables()["TableNames"] == []
    assert "nothing is left of one" in user.make("destroy", "YES=1")[1]
