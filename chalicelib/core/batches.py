"""What is too much for one request, a part at a time."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(found: Iterable[T], size: int) -> Iterator[list[T]]:
    """All that is found, in lists of `size`, the last one shorter. Each is read from its source when asked for."""
    source = iter(found)
    while batch := list(islice(source, size)):
        yield batch


def packed(found: Iterable[T], touched: Callable[[T], Collection[Hashable]], most: int, size: int) -> Iterator[list[T]]:
    """All that is found, in their order, in lists of at most `size` that touch at most so many things together.

    One that touches more by itself stands alone.
    """
    batch: list[T] = []
    together: set[Hashable] = set()
    for each in found:
        mine = set(touched(each))
        if batch and (len(batch) == size or len(together | mine) > most):
            yield batch
            batch, together = [], set()
        batch.append(each)
        together |= mine
    if batch:
        yield batch
