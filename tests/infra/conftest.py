"""The stack as CloudFormation gets it: packaged from the sources, and expanded by the SAM translator."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.deploy import with_code
from infra.package import Package, package

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package(tmp_path_factory.mktemp("build"), "local")


@pytest.fixture(scope="session")
def template(packaged: Package) -> dict[str, Any]:
    """What CloudFormation makes of the SAM template."""
    return with_code(packaged.translated, "s3://bucket/code.zip")


@pytest.fixture
def resources(template: dict[str, Any]) -> Resources:
    found: Resources = template["Resources"]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder."""
    return tmp_path / "state"


def machines(archive: Path) -> dict[str, int]:
    """The machine that each compiled file of a zip is for, as ELF numbers it, by the file's name."""
    with zipfile.ZipFile(archive) as source:
        heads = {name: source.open(name).read(20) for name in source.namelist()}
    return {name: int.from_bytes(head[18:], "little") for name, head in heads.items() if head[:4] == b"\x7fELF"}
