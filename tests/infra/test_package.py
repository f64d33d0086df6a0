"""What goes into production's zip."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from infra import package as packaging
from infra.compact import SERVICES
from infra.errors import StackError
from infra.package import CODE, CONFIG, MADE_OF, ROOT, Package, architecture_of, deployed_requirements, package
from tests.infra.conftest import machines
from tests.production import OURS

# As ELF numbers them (e_machine).
MACHINES = {"arm64": 183, "x86_64": 62}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of what packages are made of."""
    for name in MADE_OF:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The platforms that packages were asked for; none is installed."""
    asked = list[tuple[str, ...]]()

    def install(_requirements: Path, folder: Path, platforms: Sequence[str]) -> None:
        asked.append(tuple(platforms))
        folder.mkdir()

    monkeypatch.setattr(packaging, "_install", install)
    return asked


def test_production_brings_every_requirement_but_boto3_and_chalice_which_the_packager_adds_by_itself() -> None:
    named = [line.split("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    deployed = [line.split("==")[0] for line in deployed_requirements(ROOT).splitlines() if "==" in line]
    assert {"chalice", "boto3"} < set(named)
    assert deployed == [name for name in named if name not in ("chalice", "boto3")]


def test_what_is_compiled_is_compiled_for_what_the_functions_run_on(production: Package) -> None:
    assert architecture_of(production.template) == "arm64"
    compiled = machines(production.code)
    assert {Path(name).parts[0] for name in compiled} >= {"PIL", "pydantic_core", "regex", "ua_parser_rs", "zxingcpp"}
    assert {name: machine for name, machine in compiled.items() if machine != MACHINES["arm64"]} == {}


def test_no_compiled_library_misses_one_that_was_left_out(production: Package) -> None:
    """Those that wheels bring along have a hash in their names, which is in whatever is linked with them."""
    with zipfile.ZipFile(production.code) as source:
        compiled = {Path(name).name: source.read(name) for name in machines(production.code)}
    hashed = re.compile(rb"lib\w+-[0-9a-f]{8}\.so[.0-9]*")
    wanted = {named.decode() for code in compiled.values() for named in hashed.findall(code)}
    assert len(wanted) > 5
    assert wanted - compiled.keys() == set()


@pytest.mark.parametrize(("architecture", "machine"), [("arm64", "aarch64"), ("x86_64", "x86_64")])
def test_packages_follow_what_the_functions_are_configured_to_run_on(
    architecture: str, machine: str, sources: Path, installed: list[tuple[str, ...]]
) -> None:
    config = json.loads((sources / CONFIG).read_text())
    (sources / CONFIG).write_text(json.dumps(config | {"lambda_architecture": architecture}))
    made = package(sources / "build", root=sources)
    assert architecture_of(made.template) == architecture
    assert installed == [(f"manylinux2014_{machine}", f"manylinux_2_28_{machine}")]


def test_another_architecture_can_be_asked_for_and_functions_and_packages_follow(
    sources: Path, installed: list[tuple[str, ...]]
) -> None:
    made = [package(sources / "build", root=sources, architecture=name) for name in ("x86_64", None, None)]
    assert [architecture_of(it.template) for it in made] == ["x86_64", "arm64", "arm64"]
    assert [platforms[0].partition("_")[2] for platforms in installed] == ["x86_64", "aarch64"]


@pytest.mark.parametrize("other", [["x86_64"], None], ids=["named", "by default"])
def test_functions_that_run_on_different_machines_cannot_share_a_zip(other: list[str] | None) -> None:
    functions: dict[str, Any] = {
        "One": {"Type": "AWS::Serverless::Function", "Properties": {"Architectures": ["arm64"]}},
        "Other": {"Type": "AWS::Serverless::Function", "Properties": {"Architectures": other} if other else {}},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
    }
    with pytest.raises(StackError, match=r"arm64.*x86_64"):
        architecture_of({"Resources": functions})


def test_the_services_that_are_described_are_the_ones_in_use() -> None:
    code = "".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    named = set(re.findall(r"""client\(["']([a-z0-9-]+)["']""", code))
    assert {"s3", "ssm"} <= named
    assert named | {"dynamodb"} == SERVICES  # PynamoDB makes the client of that one


# Run without this machine's own packages: with the zip's alone.
PROGRAM = """
import importlib, pkgutil, sys
unzipped, services = sys.argv[1], sys.argv[2:]
sys.path.insert(0, unzipped)
import app, botocore.session, chalicelib
assert botocore.__file__.startswith(unzipped)
for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(module.name)
for service in services:
    botocore.session.get_session().create_client(service)
from chalicelib.core.agents import judge
from chalicelib.core.styles import Style
from chalicelib.qr.proof import examine
print(judge("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:126.0) Gecko/20100101 Firefox/126.0").browser)
print(examine("https://qz.example/spring", Style()).score)
"""


def test_the_zip_has_all_that_the_code_needs(runnable: Path, tmp_path: Path) -> None:
    assert set(machines(runnable / CODE).values()) == {MACHINES[OURS]}
    with zipfile.ZipFile(runnable / CODE) as source:
        source.extractall(tmp_path / "task")
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(tmp_path / "task"), *sorted(SERVICES)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout.split()) == ("", ["Firefox", "100"])
