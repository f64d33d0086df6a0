"""One line at the end when tests of pictures were skipped."""

import pytest

from tests.qr import programs


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if programs.missed:
        terminalreporter.write_line(f"Tests of pictures did not run: {programs.to_install()}")
