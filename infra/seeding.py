"""Runs `infra.seed` against a running stack, in a process of its own: settings are read once a process."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.errors import StackError

FIELDS = ("api_key", "organization", "demo_link")
SCRIPT = f"""
import json, os
from infra.seed import seed
seeded = seed(os.environ)
print(json.dumps({{name: str(getattr(seeded, name)) for name in {FIELDS}}}))
"""


def run_seed(environment: Mapping[str, str], root: Path) -> dict[str, str]:
    """Make the owner's organization, key and demo link; return them by FIELDS' names. Raises StackError."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=root, env={**mine, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise StackError(f"the first organization cannot be made: {lines[-1]}")
    seeded: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return seeded
