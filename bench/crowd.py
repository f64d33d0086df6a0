"""Many clients at once against a running stack: threads, waiting, percentiles."""

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

CLIENTS = 16
PAUSE_SECONDS = 0.1


class Impatience(Exception):
    """What was waited for does not come."""


def at_once(client: Callable[[int], Sequence[T]], clients: int = CLIENTS) -> list[T]:
    """Run so many clients in threads, each with its number from 0 on; return all that they have found."""
    with ThreadPoolExecutor(clients) as threads:
        return [found for part in threads.map(client, range(clients)) for found in part]


def wait(until: Callable[[], bool], seconds: float) -> float:
    """Wait until something is true; return for how many seconds. Raises Impatience after `seconds`."""
    started = time.monotonic()
    while not until():
        if time.monotonic() - started > seconds:
            raise Impatience(f"not after {seconds:.0f} s")
        time.sleep(PAUSE_SECONDS)
    return time.monotonic() - started


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that is not below so large a share (0 to 1) of them: one that was measured, not one between two.

    Raises ValueError when there are none.
    """
    if not values:
        raise ValueError("nothing was measured")
    rank = math.ceil(round(len(values) * share, 6))  # of 100 values the 99th has 99 % at or below it
    return sorted(values)[max(rank, 1) - 1]
