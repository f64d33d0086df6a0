"""Clients of AWS services: one of each, which all threads share."""

from collections.abc import Callable
from functools import cache, wraps
from threading import Lock
from typing import Any

_making = Lock()


def once(make: Callable[[], Any]) -> Callable[[], Any]:
    """What makes a client, at the first call and in one thread: botocore's sessions make only one at a time."""
    made = cache(make)

    @wraps(make)
    def client() -> Any:
        with _making:
            return made()

    return client
