"""The release before this one: its own `make serve` from its own sources, and its package on a stack of today's."""

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

from infra.deploy import Clients, deploy
from infra.local import MAIL_FROM, STACK
from infra.package import Package

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
    return Package(sam, built / "deployment.zip", "")


def deploy_again(clients: Clients, package: Package, folder: Path, url: str) -> None:
    """Deploy a package onto the stack that `make serve` runs, as it is set there."""
    known = {name: str(it.get("Default", "")) for name, it in package.template["Parameters"].items()}
    secret = json.loads((folder / "record.json").read_text())["origin_secret"]
    local = {"PublicUrl": url, "OriginSecret": secret, "FoldWindowSeconds": "0", "LocalReceivers": "true"}
    deploy(clients, STACK, package, {**known, **local, "MailFrom": MAIL_FROM, "CreatesPerHour": "1000"}, pause=0.2)
