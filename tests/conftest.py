"""Settings shared by every test."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.qr import programs
from tests.web import Web
from tests.world import World, prepare_environment, world

# Few examples by default, since every run draws new ones; HYPOTHESIS_PROFILE=thorough for a long look.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

prepare_environment()


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    with world() as fresh:
        yield fresh


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    """Nothing is fetched from elsewhere; this answers instead."""
    made = Web()
    monkeypatch.setattr("chalicelib.outbound.fetching.get", made.get)
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line about the tests of pictures that did not run."""
    skipped = terminalreporter.stats.get("skipped", [])
    if line := programs.to_install(str(report.longrepr[2]) for report in skipped):
        terminalreporter.write_line(line)
