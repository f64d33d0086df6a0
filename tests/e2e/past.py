"""Scans of yesterday that were counted long ago, in a process of its own: settings are read once a process.

python -m tests.e2e.past ORGANIZATION LINK SCANS       the environment names the stack
"""

import sys
import time

from chalicelib.core.days import DAY_MS
from chalicelib.core.scans import Facts, ScanKey
from tests.services import stored

# What a spreadsheet takes for a formula, what CSV and JSON must quote; long, so that few scans make a large file.
CITIES = tuple(f"{name} {'x' * 1_000}" for name in ("=1+1", "São Paulo", 'New "York", NY', "Leeds"))


def remember(organization: int, link: int, scans: int) -> None:
    """Store counted scans, evenly spread over yesterday."""
    first_ms = (time.time_ns() // 1_000_000 // DAY_MS - 1) * DAY_MS
    facts = [Facts(f"address{n}", "agent", country="US", city=city) for n, city in enumerate(CITIES)]
    keys = [ScanKey(organization, link, 0, first_ms + n * DAY_MS // scans, f"{n:016x}") for n in range(scans)]
    stored.remember({key: facts[n % len(facts)] for n, key in enumerate(keys)})


if __name__ == "__main__":
    remember(*map(int, sys.argv[1:4]))
