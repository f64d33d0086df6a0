"""Runs `infra.seed` against a running stack, in a process of its own: settings are read once a process."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.errors import StackError

FIELDS = ("api_key", "organization", "demo_link")
SEED = f"""
import json, os
from infra.seed import seed
seeded = seed(os.environ)
print(json.dumps({{name: str(getattr(seeded, name)) for name in {FIELDS}}}))
"""
LINK = """
import json, os, sys
from infra.seed import sign_in_link
print(json.dumps({"link": sign_in_link(os.environ, sys.argv[1])}))
"""


def run_seed(environment: Mapping[str, str], root: Path) -> dict[str, str]:
    """Make the owner's organization, key and demo link; return them by FIELDS' names. Raises StackError."""
    return _run([SEED], environment, root, "the first organization cannot be made")


def run_link(environment: Mapping[str, str], organization: str, root: Path) -> str:
    """A new link with which an organization's owner signs in. Raises StackError."""
    return _run([LINK, organization], environment, root, "no link to sign in with can be made")["link"]


def _run(arguments: list[str], environment: Mapping[str, str], root: Path, failure: str) -> dict[str, str]:
    """What a script prints in its last line, as JSON."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-c", *arguments]
    done = subprocess.run(command, cwd=root, env={**mine, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise StackError(f"{failure}: {lines[-1]}")
    said: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return said
