"""Further organizations on a running stack, made in a process of their own: settings are read once a process.

python -m tests.e2e.organizations       prints one as JSON; the environment names the stack
python -m tests.e2e.organizations 100   the same with so many keys, one a line
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from infra.local import LocalStack


class Tenant(NamedTuple):
    """An organization's number and a key of its owner."""

    organization: int
    api_key: str


def new_tenant(stack: LocalStack) -> Tenant:
    made = run(stack, "tests.e2e.organizations")
    return Tenant(**json.loads(made.splitlines()[-1]))


def new_keys(stack: LocalStack, number: int) -> list[str]:
    """So many keys of a new organization: the limits a minute count by key."""
    return [json.loads(line)["api_key"] for line in run(stack, "tests.e2e.organizations", str(number)).splitlines()]


def run(stack: LocalStack, module: str, *arguments: str) -> str:
    """Run a module on the stack; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment(stack),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def environment(stack: LocalStack) -> dict[str, str]:
    """The variables with which `chalicelib.services` work on this stack, and on nothing else."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**mine, **stack.environment}


def _make(keys: int) -> Iterator[Tenant]:
    from chalicelib.services import accounts

    now_ms = time.time_ns() // 1_000_000
    organization, owner = accounts.create_organization("Another", "another@example.com", now_ms)
    for _ in range(keys):
        yield Tenant(organization.number, accounts.create_key(organization.number, owner.number, now_ms))


if __name__ == "__main__":
    for tenant in _make(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        print(json.dumps(tenant._asdict()))
