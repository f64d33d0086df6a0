"""A clock that tests set, in the place of the one by which keys are believed and end."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from tests.world import now_ms


@dataclass
class Clock:
    """The time now, for people and (in seconds, since whenever) for machines."""

    ms: int

    def wait(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)

    def time_ns(self) -> int:
        return self.ms * 1_000_000

    def monotonic(self) -> float:
        return self.ms / 1000


def stopped(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until it is moved. Nothing is believed or noted from before."""
    clock = Clock(now_ms())
    monkeypatch.setattr(
        "chalicelib.services.callers.time", SimpleNamespace(time_ns=clock.time_ns, monotonic=clock.monotonic)
    )
    another_process(monkeypatch)
    return clock


def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, nothing that was believed or noted so far is known."""
    monkeypatch.setattr("chalicelib.services.callers._believed", {})
    monkeypatch.setattr("chalicelib.services.callers._noted_ms", {})
