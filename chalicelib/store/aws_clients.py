"""Clients of AWS services: one of each, which all threads share."""

from collections.abc import Callable
from functools import cache, wraps
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config

_making = Lock()


def client(service: str, connect_seconds: int, read_seconds: int, tries: int = 3, **options: Any) -> Any:
    """A client of a service that waits for so long to be connected, and for each answer; `options` are botocore's."""
    retries = {"total_max_attempts": tries, "mode": "standard"}
    config = Config(connect_timeout=connect_seconds, read_timeout=read_seconds, retries=retries, **options)
    return botocore.session.get_session().create_client(service, config=config)


def once(make: Callable[[], Any]) -> Callable[[], Any]:
    """What makes a client, at the first call and in one thread: making one takes a while, and two are no use."""
    made = cache(make)

    @wraps(make)
    def the_one() -> Any:
        with _making:
            return made()

    return the_one
