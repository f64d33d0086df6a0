"""Errors of the protocol itself, as against those of a tool, which are results."""

from typing import Any


class Fault(Exception):
    """A JSON-RPC error (JSON-RPC 2.0, 5.1)."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data
