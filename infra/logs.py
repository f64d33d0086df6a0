"""`make logs`: what the functions of a deployment log, one readable line each, by time (UTC). FOLLOW=1 goes on.

Without STAGE it is the local stack, whose functions write into `engine.log` of its folder.
"""

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infra.attached import locate
from infra.command import asked, run, say
from infra.errors import StackError
from infra.inventory import LOGS, resources
from infra.local import STACK
from infra.log_lines import Entry, readable
from infra.serve import FOLDER
from infra.target import is_named

SPAN = re.compile(r"(\d{1,5})([smhd])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
PAUSE_SECONDS = 2
LATE_MS = 30_000  # so late a line may come after others of its time
LOCAL_LINE = re.compile(rf"{STACK}-([\w-]+)-[0-9A-F]{{8,}}: (.*)")


def main() -> None:
    """Print the lines that the environment asks for."""
    since_ms = time.time_ns() // 1_000_000 - span(os.environ.get("SINCE") or "1h") * 1000
    function, pattern = os.environ.get("FUNCTION", ""), os.environ.get("FILTER", "")
    if not is_named():
        show(local_entries(FOLDER / "engine.log", function, pattern, asked("FOLLOW")))
        return
    place = locate(FOLDER)
    groups = chosen(resources(place.clients("cloudformation"), place.stack).get(LOGS, {}), function)
    show(entries(place.clients("logs"), groups, since_ms, pattern, asked("FOLLOW")))


def show(found: Iterable[Entry]) -> None:
    """Print entries, and that there was none."""
    lines = (line for entry in found if (line := readable(entry)) is not None)
    count = 0
    for count, line in enumerate(lines, start=1):  # noqa: B007 - how many there were
        say(line)
    if not count:
        print("quietzone: no lines; SINCE=1d looks further back, FOLLOW=1 waits for some", file=sys.stderr)


def span(text: str) -> int:
    """Seconds in a span like `90s`, `15m`, `6h` or `2d`. Raises StackError."""
    found = SPAN.fullmatch(text)
    if found is None:
        raise StackError(f"SINCE={text} is no span of time: give one like 90s, 15m, 6h or 2d")
    return int(found[1]) * SECONDS[found[2]]


def chosen(groups: dict[str, str], function: str) -> dict[str, str]:
    """The log groups of a function, or of all, by what they are the logs of. Raises StackError."""
    named = {name.removesuffix("LogGroup").removesuffix("Logs"): group for name, group in groups.items()}
    if not function:
        return named
    found = {
        name: group for name, group in named.items() if function.lower() in (name.lower(), f"{name}handler".lower())
    }
    if not found:
        raise StackError(f"FUNCTION={function} has no logs: there are those of {', '.join(sorted(named))}")
    return found


def entries(logs: Any, groups: dict[str, str], since_ms: int, pattern: str, follow: bool) -> Iterator[Entry]:
    """What the groups hold from a time on, by time; with `follow` for ever."""
    seen = set[str]()
    while True:
        found = {
            _id(group, event): Entry(event["timestamp"], name, event["message"])
            for name, group in groups.items()
            for event in _events(logs, group, since_ms, pattern)
        }
        fresh = [entry for key, entry in found.items() if key not in seen]
        seen |= found.keys()
        yield from sorted(fresh, key=lambda entry: entry.ms)
        if not follow:
            return
        since_ms = max([since_ms, *(entry.ms - LATE_MS for entry in fresh)])
        time.sleep(PAUSE_SECONDS)


def _id(group: str, event: dict[str, Any]) -> str:
    """What tells a line from all others; an embedded AWS gives it no id."""
    return str(event.get("eventId") or (group, event.get("logStreamName"), event["timestamp"], event["message"]))


def _events(logs: Any, group: str, since_ms: int, pattern: str) -> Iterator[dict[str, Any]]:
    # A pattern of CloudWatch's own begins so; anything else is text to be found.
    filtering = {"filterPattern": pattern if pattern[0] in '{["?%' else f'"{pattern}"'} if pattern else {}
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since_ms, **filtering)
    for page in pages:
        yield from page["events"]


def local_entries(log: Path, function: str, text: str, follow: bool) -> Iterator[Entry]:
    """What functions wrote into the embedded AWS's log, which says no times; with `follow` for ever."""
    if not log.exists():
        raise StackError("nothing is running here: start it with make serve, in another terminal")
    with log.open(errors="replace") as lines:
        while True:
            for line in lines:
                found = LOCAL_LINE.match(line)
                if found and function.lower() in found[1].lower() and text in found[2]:
                    yield Entry(0, found[1], found[2])
            if not follow:
                return
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    sys.exit(run(main))
