"""What the last `make bench` found, as it is committed: `bench/results.json`."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.outcome import Section

RESULTS: Final = Path(__file__).resolve().parent / "results.json"


def write(sections: Sequence[Section], seconds: Mapping[str, float]) -> None:
    """Keep what was measured. `seconds` is what each benchmark took."""
    found = {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "machine": {"cores": os.cpu_count(), "architecture": platform.machine(), "python": platform.python_version()},
        "seconds": dict(seconds),
        "sections": [section.as_json() for section in sections],
    }
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def read() -> dict[str, Any]:
    """All of it: `measured_on`, `machine`, `seconds` by benchmark, `sections`."""
    found: dict[str, Any] = json.loads(RESULTS.read_text())
    return found


def sections() -> dict[str, Section]:
    """The tables by name."""
    return {found["name"]: Section.of(found) for found in read()["sections"]}
