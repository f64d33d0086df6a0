"""Settings shared by every test."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.posted import Posted
from tests.production import index, production, runnable
from tests.qr import programs
from tests.web import Web
from tests.world import World, prepare_environment, world

# Few examples by default, since every run draws new ones; HYPOTHESIS_PROFILE=thorough for a long look.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

prepare_environment()

__all__ = ["index", "production", "runnable"]


DAY_SECONDS = 86_400
LONGEST_SECONDS = 30  # that nearly every test ends in


class OneStack(LoadScopeScheduling):  # type: ignore[misc]
    """Gives whole files to the processes that run tests, and all that ask for the stack to one of them. They go out in
    the order of their names: by default those with few tests come last, and the longest of all is one.

    (xdist's own groups do not work with this pytest: they rename tests after these have their names for good.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "stack" if file.startswith("tests/e2e/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneStack:
    return OneStack(config, log)


def pytest_runtest_setup() -> None:
    """No test runs through midnight: what is read before and after must be of the same day."""
    if (left := DAY_SECONDS - time.time() % DAY_SECONDS) < LONGEST_SECONDS:
        time.sleep(left + 6)  # in the first seconds of a day more is read


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    with world() as fresh:
        yield fresh


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What is counted for operators during the test, by the names of metrics."""
    fresh = Counter[str]()
    monkeypatch.setattr("chalicelib.metrics._counted", fresh)
    return fresh


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    """Nothing is fetched from elsewhere; this answers instead."""
    made = Web()
    monkeypatch.setattr("chalicelib.outbound.fetching.get", made.get)
    return made


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> Posted:
    """Nothing is posted to anybody; this answers instead."""
    made = Posted()
    monkeypatch.setattr("chalicelib.services.delivering.try_once", made.try_once)
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line about the tests that did not run for want of a program."""
    skipped = terminalreporter.stats.get("skipped", [])
    if line := programs.to_install(str(report.longrepr[2]) for report in skipped):
        terminalreporter.write_line(line)
