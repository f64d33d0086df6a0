"""What scans ask of AWS, counted where it arrives: at a server on loopback, by a fresh process of the redirect.

Every request is money and time of a visitor: one write for a scan, one read in five seconds for a link.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import stub

ROOT = Path(__file__).parents[2]
SCANS = 20
ANSWERING = """
import json, sys
from chalicelib.redirect import handler
print(json.dumps([handler(event, None)["statusCode"] for event in json.load(sys.stdin)]))
"""
EVENT = json.loads((ROOT / "tests" / "events" / "scan.json").read_text())


def _event(slug: str = stub.SLUG, method: str = "GET", **headers: str) -> dict[str, Any]:
    return {
        **EVENT,
        "httpMethod": method,
        "pathParameters": {"slug": slug},
        "headers": {**EVENT["headers"], **headers},
    }


@pytest.mark.parametrize(
    ("event", "times", "status", "asked"),
    [
        pytest.param(_event(), 1, 302, {"GetItem": 1, "PutItem": 1}, id="a cold link"),
        pytest.param(_event(), SCANS, 302, {"GetItem": 1, "PutItem": SCANS}, id="a warm link"),
        pytest.param(_event(method="HEAD"), SCANS, 302, {"GetItem": 1}, id="HEAD"),
        pytest.param(_event(**{"Sec-Purpose": "prefetch"}), SCANS, 302, {"GetItem": 1}, id="prefetches"),
        pytest.param(_event("unknown"), SCANS, 404, {"GetItem": SCANS}, id="an unknown slug"),
        pytest.param(_event("no~slug"), SCANS, 404, {}, id="what no slug is spelled like"),
    ],
)
def test_requests_of_the_redirect(event: dict[str, Any], times: int, status: int, asked: dict[str, int]) -> None:
    with stub.running() as aws:
        done = subprocess.run(
            [sys.executable, "-c", ANSWERING],
            cwd=ROOT,
            env={**os.environ, **aws.environment()},
            input=json.dumps([event] * times),
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout.splitlines()[-1]) == [status] * times
        assert aws.asked() == asked
