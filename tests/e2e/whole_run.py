"""Whether every end-to-end test ran well in this process: then what functions did is all that they do."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

NAME: Final = "whole-run"


class WholeRun:
    """A plugin of pytest's that watches the tests of a folder. `arguments` are those of the command line."""

    def __init__(self, folder: Path, arguments: Iterable[str]) -> None:
        self._folder, self._arguments = folder, list(arguments)
        self._deselected = 0
        self._collected: dict[str, Path] = {}
        self._passed: set[str] = set()

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        self._deselected += len(list(self._mine(items)))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected = {item.nodeid: item.path for item in self._mine(session.items)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    def missing(self, last: Path) -> str:
        """Why the run is not a whole one, in words; empty when it is. Tests of the file `last` do not matter."""
        if self._deselected or any("::" in argument for argument in self._arguments):
            return "some were not asked for"
        if unseen := set(self._folder.rglob("test_*.py")) - set(self._collected.values()):
            return f"{min(unseen).name} was not asked for"
        wanted = {nodeid for nodeid, path in self._collected.items() if path != last}
        if left := wanted - self._passed:
            return f"{min(left)} did not pass"
        return ""

    def _mine(self, items: Iterable[pytest.Item]) -> Iterable[pytest.Item]:
        return (item for item in items if item.path.is_relative_to(self._folder))
