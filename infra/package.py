"""From the source tree to what CloudFormation takes: one template and one zip of code.

Production's zip holds the dependencies, compiled; the local one only `app.py` and `chalicelib`, because the
embedded AWS runs functions with this virtual environment: small, quick to update, the same on every platform.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra import template
from infra.compact import compact
from infra.errors import StackError
from infra.translation import translate

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app.py", "chalicelib", ".chalice", "requirements.txt")
CONFIG = ".chalice/config.json"
# What a package is made of, and what makes it.
MAKERS = ("infra/package.py", "infra/compact.py", "infra/template.py", "infra/translation.py")
MADE_OF = (*SOURCES, template.FOLDER, *MAKERS)
# All that a package's folder holds; nothing else is ever removed from it.
MADE = (DIGEST := "digest", SAM := "sam.yaml", TEMPLATE := "template.json", CODE := "deployment.zip")
# Of Lambda's functions, by what they run on. zxing-cpp's wheels say the second; what they ask of glibc is no newer than
# the first.
PLATFORMS = {
    "arm64": ("manylinux2014_aarch64", "manylinux_2_28_aarch64"),
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_28_x86_64"),
}


@dataclass(frozen=True)
class Package:
    """A SAM template, what CloudFormation makes of it, the zip with all functions' code, and the digest of the sources.

    `translated` says of the code only that it lies in S3: where, is known when it is there (`with_code`).
    """

    template: dict[str, Any]
    translated: dict[str, Any]
    code: Path
    digest: str


def package(out: Path, stage: str = "prod", root: Path = ROOT, architecture: str | None = None) -> Package:
    """Package the sources under `root` for a Chalice stage (`prod` or `local`) into the folder `out`.

    `architecture` is what the functions run on, `arm64` or `x86_64`; without it, what `.chalice/config.json` says.
    What is there already is taken when nothing has changed. Raises StackError when Chalice or pip refuses.
    """
    digest = source_digest(root, stage, architecture)
    stamp = out / DIGEST
    if not stamp.is_file() or stamp.read_text() != digest:
        out.mkdir(parents=True, exist_ok=True)
        for name in MADE:
            (out / name).unlink(missing_ok=True)
        if stage == "local":
            _chalice_package(root, stage, out, architecture)
        else:
            compact(assemble(out, stage, root, architecture))
        (out / TEMPLATE).write_text(json.dumps(translate(_template(out)), indent=1))
        stamp.write_text(digest)
    return Package(_template(out), json.loads((out / TEMPLATE).read_bytes()), out / CODE, digest)


def assemble(out: Path, stage: str = "prod", root: Path = ROOT, architecture: str | None = None) -> Path:
    """Make the template and the zip of a stage in the folder `out`, with all packages, as Chalice and pip have them:
    nothing compiled, nothing left out. Returns the zip. Raises as `package` does."""
    _chalice_package(root, stage, out, architecture)
    _add_requirements(root, out / CODE, architecture_of(_template(out)))
    return out / CODE


def _template(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((out / SAM).read_text(), yaml.CSafeLoader)  # ten times as fast
    return found


def source_digest(root: Path, stage: str, architecture: str | None = None) -> str:
    """The SHA-256 of everything a package is made of, the Python version included."""
    digest = hashlib.sha256(f"{stage} {sys.version_info[:2]} {architecture}".encode())
    for path in _files(root):
        digest.update(f"\0{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in MADE_OF:
        source = root / name
        found = sorted(source.rglob("*")) if source.is_dir() else [source]
        yield from (path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _chalice_package(root: Path, stage: str, out: Path, architecture: str | None) -> None:
    """Run `chalice package` on a copy whose requirements are empty: production's are added by ourselves."""
    with tempfile.TemporaryDirectory(prefix="quietzone-package-") as folder:
        copy = Path(folder)
        for name in SOURCES:
            if (root / name).is_dir():
                shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "deploy*"))
            else:
                shutil.copy(root / name, copy / name)
        (copy / "requirements.txt").write_text("")
        if architecture:
            config = json.loads((copy / CONFIG).read_text()) | {"lambda_architecture": architecture}
            (copy / CONFIG).write_text(json.dumps(config))
        merged = copy / "merged.yaml"  # by its name Chalice chooses what it writes; JSON is YAML
        merged.write_text(json.dumps(template.whole(root)))
        _run_chalice(["package", "--stage", stage, "--merge-template", str(merged), str(out)], copy)


def _add_requirements(root: Path, archive: Path, architecture: str) -> None:
    """Put the packages into a deployment zip, compiled for Lambda's Linux on that architecture.

    Chalice's own packager knows older wheels only, and would try to compile what has none.
    """
    with tempfile.TemporaryDirectory(prefix="quietzone-requirements-") as name:
        wanted, folder = Path(name) / "requirements.txt", Path(name) / "packages"
        wanted.write_text(deployed_requirements(root))
        _install(wanted, folder, PLATFORMS[architecture])
        with zipfile.ZipFile(archive, "a") as target:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    target.write(path, path.relative_to(folder))


def _install(requirements: Path, folder: Path, platforms: Sequence[str]) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--target", str(folder), "--only-binary=:all:", "--implementation=cp"]
    command += [f"--platform={platform}" for platform in platforms]
    done = subprocess.run([*command, "-r", str(requirements)], capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise StackError(f"The packages of production cannot be had: {lines[-1].strip()}")


def deployed_requirements(root: Path) -> str:
    """What goes into production's zip: all but boto3, which no function imports, and Chalice, whose runtime the
    packager adds by itself. Named here, it would bring the whole command line tool along, half of the zip."""
    lines = (root / "requirements.txt").read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(("chalice==", "boto3==")))


def architecture_of(sam: dict[str, Any]) -> str:
    """What all functions of a SAM template run on: `arm64` or `x86_64`. Raises StackError when they differ."""
    resources = sam["Resources"].values()
    functions = [it["Properties"] for it in resources if it["Type"] == "AWS::Serverless::Function"]
    found = {name for function in functions for name in function.get("Architectures", ["x86_64"])}
    if len(found) != 1:
        raise StackError(f"The functions share a zip, and must run on one architecture, not {sorted(found)}.")
    return str(found.pop())


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
