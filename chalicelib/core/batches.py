"""What is too much for one request, a part at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(found: Iterable[T], size: int) -> Iterator[list[T]]:
    """All that is found, in lists of `size`, the last one shorter. Each is read from its source when asked for."""
    source = iter(found)
    while batch := list(islice(source, size)):
        yield batch
