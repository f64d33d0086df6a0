"""One of many processes that fold the same scans: `python -m tests.e2e.folding`, its work on the standard input.

It says `ready` when it could begin. Then it reads one line of JSON, `{"seed": ..., "records": [...]}`, cuts the
stream's records into overlapping, shuffled batches, folds each as the stream's function does, and says `batch`.
"""

import contextlib
import json
import random
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.errors import Unavailable
from chalicelib.functions import fold as function

SIZES = (5, 60, 96, 150)
# As often as Lambda hands a batch out again.
ATTEMPTS = 11


def batches(records: Sequence[Any], chance: random.Random) -> Iterator[Sequence[Any]]:
    """Batches in any order that share a third of their records with the next one."""
    order, start = chance.sample(records, len(records)), 0
    while start < len(order):
        size = chance.choice(SIZES)
        yield order[start : start + size]
        start += size * 2 // 3 + 1


def fold(batch: Sequence[Any]) -> None:
    """Fold a batch as often as it takes. Raises Unavailable in the end."""
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(Unavailable):
            function.fold(list(batch))
            return
    function.fold(list(batch))


def main() -> None:
    print("ready", flush=True)
    work = json.loads(sys.stdin.readline())
    for batch in batches(work["records"], random.Random(work["seed"])):
        fold(batch)
        print("batch", flush=True)


if __name__ == "__main__":
    main()
