"""Reading what is spread over slots: one after the other while they are few, at once when they are many."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
Of = TypeVar("Of")

# Threads cost more than they save below this; a query takes 5 to 10 ms, and a Lambda function has connections for 32.
FEW: Final = 8
AT_ONCE: Final = 24


def each(places: Collection[Of], read: Callable[[Of], T]) -> list[T]:
    """What is read of each place, in their order. Raises what a reading raises."""
    if len(places) <= FEW:
        return [read(place) for place in places]
    with ThreadPoolExecutor(AT_ONCE) as readers:
        return list(readers.map(read, places))
