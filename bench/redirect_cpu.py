"""What a scan costs the redirect in CPU, beside other ways to write the same item.

    .venv/bin/python -m bench.redirect_cpu

Everything runs in this one process and asks one stub on loopback (`bench/stub.py`, a process of its own) over
connections that are kept alive. Rounds take turns, so whatever the machine does besides meets all of them alike; CPU is
user and system time of this process (`time.process_time`).
"""

import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final
from unittest import mock

from bench import outcome, stub
from bench.outcome import Limit, Section
from bench.redirect_peers import BASE, WHOLE, Step, ways
from chalicelib import redirect

ROUNDS: Final = 30
A_ROUND: Final = 50  # of each way
MOST_SECONDS: Final = 20
AT_MOST: Final = 0.55
NOTE: Final = (
    "Medians of {rounds} rounds of {each}, taking turns in one process, against a stub in another; a ratio is the "
    "median of the rounds' own. TLS is in none of them: each would pay the same for it. Waiting for an answer costs no "
    "CPU. The redirect's read of its link, once in 5 seconds, is in its figure."
)


@contextmanager
def settings(aws: stub.Running) -> Iterator[None]:
    """The variables of a redirect function whose AWS is the stub."""
    with mock.patch.dict(os.environ, {**aws.environment(), "ORIGIN_SECRET": "origin-secret"}):
        redirect._cache.clear()
        yield


def microseconds(step: Step) -> float:
    """The CPU of one call, of a round of them."""
    begun = time.process_time()
    for _ in range(A_ROUND):
        step()
    return (time.process_time() - begun) / A_ROUND * 1e6


def rounds(steps: Mapping[str, Step]) -> dict[str, list[float]]:
    """Microseconds of each way, round by round; as many rounds as there is time for."""
    for step in steps.values():
        step()
    found: dict[str, list[float]] = {name: [] for name in steps}
    begun = time.monotonic()
    for _ in range(ROUNDS):
        if time.monotonic() - begun > MOST_SECONDS:
            break
        for name, step in steps.items():
            found[name].append(microseconds(step))
    return found


def measure() -> Sequence[Section]:
    """The table `redirect`. Raises RuntimeError when the redirect did anything but write one scan each time."""
    with stub.running() as aws, settings(aws):
        steps = ways(aws.url)
        found = rounds(steps)
        before = aws.asked()["PutItem"]
        microseconds(steps[WHOLE])
        if aws.asked()["PutItem"] - before != A_ROUND:
            raise RuntimeError("a scan is not one write")
    ratios = {name: ratio(times, found[BASE]) for name, times in found.items()}
    rows = [(name, statistics.median(times), ratios[name]) for name, times in found.items()]
    return [
        Section(
            "redirect",
            "The redirect's CPU a scan",
            ("one scan", "CPU, µs", "beside botocore"),
            rows,
            (Limit("the whole redirect beside botocore's `put_item` alone", ratios[WHOLE], AT_MOST),),
            note=NOTE.format(rounds=len(found[BASE]), each=A_ROUND),
        )
    ]


def ratio(times: Sequence[float], base: Sequence[float]) -> float:
    """The median of the ratios of rounds that stood side by side."""
    return statistics.median(time / bare for time, bare in zip(times, base, strict=True))


if __name__ == "__main__":
    outcome.main(measure)
