"""Every benchmark, one after another: `make bench`.

Prints the tables, writes `bench/results.json` and the tables of the documents, and exits 1 when a limit is missed. Each
benchmark is a process of its own, so none warms another's caches; a child gets `MOST_SECONDS`.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench import documents, outcome, results
from bench.outcome import Section

ROOT: Final = Path(__file__).resolve().parent.parent
MOST_SECONDS: Final = 300
# In the order of the document. What `cost` reckons with comes before it.
BENCHMARKS: Final = (
    "redirect_cpu",
    "cold_start",
    "counting",
    "units",
    "reading",
    "pictures",
    "load",
    "events",
    "hot_code",
    "background",
    "cost",
)


def measured(benchmark: str) -> list[Section]:
    """The sections of one benchmark, run in a process of its own. Raises CalledProcessError when it fails."""
    command = [sys.executable, "-m", f"bench.{benchmark}", "--json"]
    done = subprocess.run(  # noqa: S603 - ourselves
        command, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=MOST_SECONDS
    )
    return [Section.of(found) for found in json.loads(done.stdout.splitlines()[-1])]


def missed(sections: Sequence[Section]) -> list[str]:
    """The limits that were not kept, in words."""
    return [
        f"{section.title}: {limit.what} is {limit.value:.3g}, at most {limit.at_most:g}"
        for section in sections
        for limit in section.limits
        if not limit.kept
    ]


def main() -> int:
    sections: list[Section] = []
    seconds: dict[str, float] = {}
    for benchmark in BENCHMARKS:
        begun = time.monotonic()
        sections += measured(benchmark)
        seconds[benchmark] = round(time.monotonic() - begun, 1)
        print(f"quietzone: {benchmark}, {seconds[benchmark]:.0f} s", file=sys.stderr)
        results.write(sections, seconds)  # `cost` reckons with what came before it
    print("\n\n".join(map(outcome.text, sections)))
    documents.write(ROOT)
    for line in missed(sections):
        print(f"quietzone: missed: {line}", file=sys.stderr)
    return bool(missed(sections))


if __name__ == "__main__":
    sys.exit(main())
