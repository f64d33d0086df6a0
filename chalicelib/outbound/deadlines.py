"""A deadline over many steps: a peer that is just quick enough at each of them does not outlast it."""

import time
from typing import NamedTuple


class Deadline(NamedTuple):
    """A moment on the monotonic clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """The seconds until then, more than 0. Raises TimeoutError when it is past."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds
