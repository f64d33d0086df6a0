"""What is where in an answer, to be held against a document's example."""

from collections.abc import Iterator
from typing import Any


def types(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every place in a JSON value and the type of what is there; the rows of a list share one place."""
    yield at, type(value).__name__
    if isinstance(value, dict):
        for name, part in value.items():
            yield from types(part, f"{at}.{name}")
    for row in value if isinstance(value, list) else ():
        yield from types(row, f"{at}[]")
