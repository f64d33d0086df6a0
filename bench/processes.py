"""The CPU that a local stack takes, by process: what bounds it under load.

From Linux's `/proc`; elsewhere only this process, with the door and the clients in it, is known.
"""

import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

HERE: Final = "clients and door"
ENGINE: Final = "the embedded AWS"
_FUNCTION = re.compile(r"ministack-lambda-quietzone-([A-Za-z]+)-")


def cpu_seconds(state: Path) -> Mapping[str, float]:
    """CPU seconds up to now: of this process, of the embedded AWS with this state folder, of its functions by name."""
    taken = defaultdict(float, {HERE: time.process_time()})
    for command, seconds in _processes():
        if str(state) in command:
            function = _FUNCTION.search(command)
            taken[function[1] if function else ENGINE] += seconds
    return taken


def _processes() -> Iterator[tuple[str, float]]:
    """The command line and the CPU seconds of every process that can be seen."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            # After the name, which is in brackets and may hold anything: the 12th and 13th are user and system time.
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile, or is somebody else's
            continue
        yield command, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
