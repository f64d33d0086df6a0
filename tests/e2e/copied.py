"""Runs examples of the docs as a reader does: all of a language in one process, each as it was copied.

What a runner returns is the status that each example's request got, or what went wrong.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from chalicelib.pages.docs_requests import KEY

Texts = Mapping[str, str]  # an example by its operation
Statuses = Mapping[str, str]

# Each is run in a world of its own, which holds `answer` in the end.
_PYTHON: Final = """
import contextlib, io, json, sys
said = {}
for operation, text in json.load(sys.stdin).items():
    world = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(text, operation, "exec"), world)
        said[operation] = str(world["answer"].status_code)
    except Exception as error:
        said[operation] = repr(error) + getattr(world.get("answer"), "text", "")
print(json.dumps(said))
"""
_JAVASCRIPT: Final = """
const said = {}, asks = fetch;
let status;
globalThis.fetch = async (...asked) => { const answer = await asks(...asked); status = answer.status; return answer; };
console.log = () => {};
for (const operation of process.argv.slice(2)) {
  try { await import(`./${operation}.mjs`); said[operation] = String(status); }
  catch (error) { said[operation] = String(error); }
}
process.stdout.write(JSON.stringify(said));
"""


def curl(texts: Texts, folder: Path, api_key: str) -> Statuses:
    """In one shell; what curl writes of an answer goes nowhere, but for files."""
    lines = ["curl() { command curl --silent --show-error --write-out '%{stderr}%{http_code}' \"$@\"; }"]
    lines += [f"echo >&2; echo -n '{operation} ' >&2\n{text}" for operation, text in texts.items()]
    (folder / "all.sh").write_text("\n".join(lines))
    done = _run(["bash", "all.sh"], folder, api_key)
    return dict(re.findall(r"^(\w+) (.*)$", done.stderr, re.M))


def python(texts: Texts, folder: Path, api_key: str) -> Statuses:
    """In one interpreter."""
    return _read(_run([sys.executable, "-c", _PYTHON], folder, api_key, json.dumps(texts)))


def javascript(texts: Texts, folder: Path, api_key: str) -> Statuses:
    """In one Node, each as a module."""
    for operation, text in texts.items():
        (folder / f"{operation}.mjs").write_text(text)
    (folder / "all.mjs").write_text(_JAVASCRIPT)
    return _read(_run(["node", "all.mjs", *texts], folder, api_key))


RUN: Final[Mapping[str, Callable[[Texts, Path, str], Statuses]]] = {
    "curl": curl,
    "python": python,
    "javascript": javascript,
}
PROGRAMS: Final = {"curl": "curl", "javascript": "node"}


def _run(command: list[str], folder: Path, api_key: str, given: str = "") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, KEY: api_key}
    return subprocess.run(
        command, cwd=folder, env=env, input=given, capture_output=True, text=True, timeout=120, check=False
    )


def _read(done: subprocess.CompletedProcess[str]) -> Statuses:
    assert done.returncode == 0, done.stderr
    said: dict[str, str] = json.loads(done.stdout)
    return said
