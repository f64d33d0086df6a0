"""Only a whole, good run of the end-to-end tests says that nothing needs a permission."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.whole_run import WholeRun

TESTS = ("test_first.py::one", "test_first.py::two", "inner/test_second.py::one", "test_last.py::judge")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    for test in TESTS:
        (tmp_path / test.partition("::")[0]).touch()
    return tmp_path


class Test:
    """What a plugin sees of one."""

    __test__ = False

    def __init__(self, folder: Path, name: str) -> None:
        self.nodeid, self.path, self.when = name, (folder / name.partition("::")[0]).resolve(), "call"
        self.passed = True


def seen(folder: Path, ran: Collection[str], *, failed: str = "", left_out: str = "", arguments: str = "") -> str:
    """What is missing of a run."""
    run = WholeRun(folder, arguments.split())
    session: Any = pytest.Session.__new__(pytest.Session)
    session.items = [Test(folder, name) for name in (*ran, "../other/test_unit.py::one")]
    run.pytest_collection_finish(session)
    deselected: Any = [Test(folder, name) for name in left_out.split()]
    run.pytest_deselected(deselected)
    for test in session.items:
        test.passed = test.nodeid != failed
        run.pytest_runtest_logreport(test)
    return run.missing(folder / "test_last.py")


def test_a_run_of_all_that_passed_is_whole(folder: Path) -> None:
    assert not seen(folder, TESTS)
    assert not seen(folder, TESTS, failed="test_last.py::judge")


def test_tests_of_other_folders_do_not_matter(folder: Path) -> None:
    assert not seen(folder, TESTS, failed="../other/test_unit.py::one")
    assert not seen(folder, TESTS, left_out="../other/test_unit.py::two")


def test_one_that_failed_or_was_skipped_is_told(folder: Path) -> None:
    assert seen(folder, TESTS, failed="test_first.py::two") == "test_first.py::two did not pass"


@pytest.mark.parametrize(
    "narrowed", [{"left_out": "test_first.py::three"}, {"arguments": "tests/e2e/test_first.py::one"}]
)
def test_a_run_of_some_is_not_whole(folder: Path, narrowed: dict[str, str]) -> None:
    assert seen(folder, TESTS, **narrowed) == "some were not asked for"


def test_a_file_that_was_left_out_is_told(folder: Path) -> None:
    assert seen(folder, TESTS[:2]) == "test_second.py was not asked for"
