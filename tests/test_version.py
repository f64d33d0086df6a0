"""One version, wherever it is said; what was released is described, and the release before this one is kept."""

import re
import tomllib

import pytest

from chalicelib.version import VERSION
from tests.test_docs import DOCS, ROOT, TEMPLATE
from tests.upgrade import archive

CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
RELEASED = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$", CHANGELOG, re.M)
NOTES = re.findall(r"^## (\d+\.\d+\.\d+), (\d{4}-\d\d-\d\d)$", (DOCS / "releases.md").read_text(), re.M)
UNRELEASED = re.search(r"^## \[Unreleased\]\n(.*?)^## ", CHANGELOG, re.M | re.S)


def numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def test_the_package_and_the_stack_are_of_this_version() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
    assert TEMPLATE["Outputs"]["Version"]["Value"] == VERSION


def test_the_changelog_ends_with_this_version_or_says_what_will_be_in_it() -> None:
    newest = RELEASED[0][0]
    if UNRELEASED and UNRELEASED[1].strip():
        assert numbers(VERSION) > numbers(newest)
    else:
        assert newest == VERSION


@pytest.mark.parametrize("found", [RELEASED, NOTES], ids=["changelog", "notes"])
def test_versions_and_their_days_go_down(found: list[tuple[str, str]]) -> None:
    assert found == sorted(found, key=lambda it: (numbers(it[0]), it[1]), reverse=True)
    assert len({version for version, _ in found}) == len(found)


def test_every_release_and_this_one_have_notes_of_the_same_day() -> None:
    assert NOTES[0][0] == VERSION
    assert set(RELEASED) <= set(NOTES)
    assert len(NOTES) <= len(RELEASED) + 1


def test_the_release_before_this_one_is_kept_for_the_test_of_upgrades() -> None:
    before = [version for version, _ in RELEASED if version != VERSION]
    assert archive.release() == before[0]
