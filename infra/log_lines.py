"""Log lines of functions, as people read them: JSON spread out, Lambda's own bookkeeping and metrics left out."""

import json
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

# What says nothing that the line's beginning does not, or nothing to somebody who reads it.
KNOWN = {"level", "message", "timestamp", "service", "location", "cold_start", "exception_name", "stack_trace"}
KNOWN |= {"function_name", "function_memory_size", "function_arn", "sampling_rate", "xray_trace_id", "exception"}
BOOKKEEPING = re.compile(r"(INIT_START|START|END|REPORT|EXTENSION|TELEMETRY) ")


class Entry(NamedTuple):
    """What a function wrote at a time, in milliseconds since 1970; 0 where the time is not known."""

    ms: int
    function: str
    text: str


def readable(entry: Entry) -> str | None:
    """One line for people, with the trace of an exception below it; None for what they need not see."""
    text = entry.text.rstrip()
    if not text or BOOKKEEPING.match(text):
        return None
    found = _parsed(text)
    if found is None:
        return f"{_when(entry.ms)} {entry.function:<10} {text}"
    if "_aws" in found or str(found.get("type", "")).startswith("platform."):
        return None
    names = sorted((name for name in found if name not in KNOWN), key=lambda name: name.endswith("request_id"))
    rest = " ".join(f"{name}={_said(found[name])}" for name in names)
    line = f"{_when(entry.ms)} {entry.function:<10} {found.get('level', ''):<7} {found.get('message', '')} {rest}"
    trace = str(found.get("exception", "")).rstrip()
    return line.rstrip() + "".join(f"\n    {each}" for each in trace.splitlines())


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _when(ms: int) -> str:
    if not ms:
        return " " * 19
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def _said(value: Any) -> str:
    return value if isinstance(value, str) and " " not in value else json.dumps(value)
