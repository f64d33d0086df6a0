"""Fresh processes, timed: `run` is one; `compared` are many of several kinds, in turn."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO, Final, cast

CHILD: Final = Path(__file__).with_name("cold_child.py")


@dataclass(frozen=True)
class Took:
    """What one process took until it answered, in milliseconds: of its own CPU (user and system), and of the clock."""

    cpu_ms: float
    wall_ms: float


@dataclass(frozen=True)
class Kind:
    """What is started again and again: a handler of an unpacked zip, with an event for each run, '' to import only.

    `says` is what it must answer.
    """

    folder: Path
    handler: str
    event: Callable[[], str]
    says: str


def run(kind: Kind, environment: Mapping[str, str]) -> Took:
    """Raises RuntimeError when it does not answer as it should."""
    event = kind.event().encode()
    command = [sys.executable, "-I", "-S", "-B", str(CHILD), str(kind.folder), kind.handler]
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - ourselves
        command, cwd=kind.folder, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    cast(IO[bytes], process.stdin).write(event)
    cast(IO[bytes], process.stdin).close()
    printed = cast(IO[bytes], process.stdout).read()
    wall = time.perf_counter() - started
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    said = printed.decode().splitlines()
    if process.returncode or said[-1:] != [kind.says]:
        raise RuntimeError(f"{kind.handler} answered {said[-1:]}, not {kind.says}")
    return Took((usage.ru_utime + usage.ru_stime) * 1000, wall * 1000)


def compared(kinds: Sequence[Kind], runs: int, environment: Mapping[str, str]) -> list[Took]:
    """The medians of each kind; of three runs or more, since the first may find the system's own caches empty."""
    found = list(zip(*([run(kind, environment) for kind in kinds] for _ in range(runs)), strict=True))
    return [Took(median(it.cpu_ms for it in took), median(it.wall_ms for it in took)) for took in found]
