"""From the source tree to what CloudFormation takes: one template and one zip of code.

Production's zip holds the dependencies, compiled; the local one only `app.py` and `chalicelib`, because the
embedded AWS runs functions with this virtual environment: small, quick to update, the same on every platform.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.compact import compact
from infra.errors import StackError

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app.py", "chalicelib", ".chalice", "requirements.txt")
TEMPLATE = "infra/template.yaml"
# Of Lambda's functions. zxing-cpp's wheels say the second; what they ask of glibc is older than the first.
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")


@dataclass(frozen=True)
class Package:
    """A SAM template whose functions' code is in `code`, and the digest of the sources both were made of."""

    template: dict[str, Any]
    code: Path
    digest: str


def package(out: Path, stage: str = "prod", root: Path = ROOT) -> Package:
    """Package the sources under `root` for a Chalice stage (`prod` or `local`) into the folder `out`.

    What is there already is taken when the sources have not changed. Raises StackError when Chalice refuses.
    """
    digest = source_digest(root, stage)
    stamp = out / "digest"
    if not stamp.is_file() or stamp.read_text() != digest:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        _chalice_package(root, stage, out)
        if stage != "local":
            _add_requirements(root, out / "deployment.zip")
            compact(out / "deployment.zip")
        stamp.write_text(digest)
    template = yaml.safe_load((out / "sam.yaml").read_text())
    return Package(template, out / "deployment.zip", digest)


def source_digest(root: Path, stage: str) -> str:
    """The SHA-256 of everything a package is made of, the Python version included."""
    digest = hashlib.sha256(f"{stage} {sys.version_info[:2]}".encode())
    for path in _files(root):
        digest.update(f"\0{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in (*SOURCES, TEMPLATE, "infra/package.py", "infra/compact.py"):
        source = root / name
        found = sorted(source.rglob("*")) if source.is_dir() else [source]
        yield from (path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _chalice_package(root: Path, stage: str, out: Path) -> None:
    """Run `chalice package` on a copy whose requirements are empty: production's are added by ourselves."""
    with tempfile.TemporaryDirectory(prefix="quietzone-package-") as folder:
        copy = Path(folder)
        for name in SOURCES:
            if (root / name).is_dir():
                shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "deploy*"))
            else:
                shutil.copy(root / name, copy / name)
        (copy / "requirements.txt").write_text("")
        _run_chalice(["package", "--stage", stage, "--merge-template", str(root / TEMPLATE), str(out)], copy)


def _add_requirements(root: Path, archive: Path) -> None:
    """Put the packages into a deployment zip, as Lambda's Linux needs them.

    Chalice's own packager knows older wheels only, and would try to compile what has none.
    """
    with tempfile.TemporaryDirectory(prefix="quietzone-requirements-") as name:
        wanted, folder = Path(name) / "requirements.txt", Path(name) / "packages"
        wanted.write_text(deployed_requirements(root))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        command += ["--target", str(folder), "--only-binary=:all:", "--implementation=cp"]
        command += [f"--platform={platform}" for platform in PLATFORMS]
        done = subprocess.run([*command, "-r", str(wanted)], capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no message"]
            raise StackError(f"The packages of production cannot be had: {lines[-1].strip()}")
        with zipfile.ZipFile(archive, "a") as target:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    target.write(path, path.relative_to(folder))


def deployed_requirements(root: Path) -> str:
    """What goes into production's zip: all but Chalice, whose runtime the packager adds by itself. Named here, it
    would bring the whole command line tool along, half of the zip."""
    lines = (root / "requirements.txt").read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("chalice=="))


def _run_chalice(arguments: list[str], folder: Path) -> None:
    # Chalice asks botocore for a region's DNS suffix and nothing else of AWS: no profile is wanted.
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env["AWS_DEFAULT_REGION"] = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
    command = [sys.executable, "-c", "from chalice.cli import main; raise SystemExit(main())", *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        places = re.findall(r'File "\S*?/((?:app|chalicelib)\S*)", (line \d+)', done.stderr)
        place = " ({}, {})".format(*places[-1]) if places else ""
        raise StackError(f"Chalice cannot package the application: {lines[-1].strip()}{place}")
