"""The release before this one: its own `make serve` from its own sources, and the package that it makes."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from infra.package import Package
from infra.translation import translate

PATIENCE_SECONDS = 90


class Served(NamedTuple):
    """What it says of itself when it is ready; `sign_in` is the path of its owner's link."""

    url: str
    api_key: str
    aws_endpoint: str
    sign_in: str


@contextmanager
def served(sources: Path, folder: Path, port: int) -> Iterator[Served]:
    """It runs on a state folder, and ends as by Ctrl-C."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**mine, "STATE_FOLDER": str(folder), "PORT": str(port), "CREATES_PER_HOUR": "1000"}
    said = folder.with_suffix(".said")
    with (
        said.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "infra.serve"], cwd=sources, env=environment, stdout=output, stderr=output
        ) as process,
    ):
        try:
            yield _ready(process, said, folder)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)


def _ready(process: subprocess.Popen[bytes], said: Path, folder: Path) -> Served:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (link := re.search(r"https?://\S+(/sign-in/\S+)", said.read_text())):
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.1)
    known = json.loads((folder / "serve.json").read_text())
    return Served(known["url"], known["api_key"], known["aws_endpoint"], link[1])


def package_in(built: Path) -> Package:
    """What it packaged itself into a folder."""
    sam: dict[str, Any] = yaml.safe_load((built / "sam.yaml").read_text())
    return Package(sam, translate(sam), built / "deployment.zip", "")
