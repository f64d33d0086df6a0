"""Production's zip, made once for all the tests of a run, in whatever process they are."""

import fcntl
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from infra.package import PLATFORMS, ROOT, Package, deployed_requirements, package

OURS = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips where no packages can be had."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--retries=0", "--timeout=5", "--no-deps"]
    wanted = next(line for line in deployed_requirements(ROOT).splitlines() if line.startswith("pydyf=="))
    folder = tmp_path_factory.mktemp("index")
    if subprocess.run([*command, wanted], cwd=folder, capture_output=True, check=False).returncode:
        pytest.skip("there is no package index")


@pytest.fixture(scope="session")
def production(index: None, tmp_path_factory: pytest.TempPathFactory) -> Package:
    return _once(_shared(tmp_path_factory) / "production", None)


@pytest.fixture(scope="session")
def runnable(index: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of production's package for what this machine is, so that it can be run here."""
    if OURS not in PLATFORMS or sys.platform != "linux":
        pytest.skip("no Lambda function runs on such a machine")
    folder = _shared(tmp_path_factory) / "runnable"
    _once(folder, OURS)
    return folder


def _once(folder: Path, architecture: str | None) -> Package:
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed; whoever comes second finds the zip there
        return package(folder, architecture=architecture)


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run that all of its processes see."""
    mine = tmp_path_factory.getbasetemp()
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
