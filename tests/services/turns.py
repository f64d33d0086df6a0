"""Threads against the store: one request to DynamoDB is atomic; moto is not, so here requests take turns, and only
requests."""

from threading import Lock
from typing import Any

import pytest

from chalicelib.store.tables import SharedConnection


def take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, no two requests are under way at once."""
    dispatch, turn = SharedConnection.dispatch, Lock()

    def atomic(self: SharedConnection, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        with turn:
            return dispatch(self, operation, arguments)

    monkeypatch.setattr(SharedConnection, "dispatch", atomic)
