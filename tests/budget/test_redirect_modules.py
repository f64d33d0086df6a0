"""What the redirect's process has imported when its first visitor is redirected: a cold start waits for all of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import stub

ROOT = Path(__file__).parents[2]
# As Lambda does: by the name of the handler, with variables, an event and nothing else.
ANSWERING = f"""
import sys
before = set(sys.modules)
import json
from chalicelib.redirect import handler
event = json.load(open("tests/events/scan.json"))
event["pathParameters"] = {{"slug": "{stub.SLUG}"}}
answer = handler(event, None)
print(json.dumps([answer["statusCode"], sorted(set(sys.modules) - before)]))
"""
HEAVY = {
    *("app", "boto3", "botocore", "chalice", "urllib3", "requests"),
    *("pydantic", "pynamodb", "segno", "PIL", "zxingcpp", "ua_parser", "is_bot", "jinja2", "mcp_types"),
    "aws_lambda_powertools",
    *("dataclasses", "inspect", "http", "email", "asyncio", "logging", "random", "secrets", "decimal"),
}
OF_OURS = {
    *("chalicelib", "chalicelib.ids", "chalicelib.lines", "chalicelib.redirect", "chalicelib.core", "chalicelib.wire"),
    *(f"chalicelib.core.{it}" for it in ("arrivals", "days", "handover", "notices", "paths", "queries", "scan_keys")),
    "chalicelib.core.metric_names",
    *(f"chalicelib.core.{it}" for it in ("slots", "states", "targets", "viewers", "visitors")),
    *(f"chalicelib.wire.{it}" for it in ("answers", "client", "connections", "credentials", "endpoints", "failed")),
    "chalicelib.wire.signing",
}
MOST_MODULES = 82  # beside those that every Python process has


@pytest.fixture(scope="module")
def modules() -> Iterator[set[str]]:
    with stub.running() as aws:
        environment = {**os.environ, **aws.environment()}
        done = subprocess.run(
            [sys.executable, "-c", ANSWERING], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        assert aws.asked() == {"GetItem": 1, "PutItem": 1}
    status, found = json.loads(done.stdout.splitlines()[-1])
    assert status == 302
    yield set(found)


def test_nothing_heavy_is_among_them(modules: set[str]) -> None:
    assert HEAVY & {name.partition(".")[0] for name in modules} == set()


def test_of_ours_there_is_what_a_redirect_needs_and_no_more(modules: set[str]) -> None:
    assert {name for name in modules if name.startswith("chalicelib")} == OF_OURS


def test_all_in_all_they_stay_few(modules: set[str]) -> None:
    assert len(modules) <= MOST_MODULES
