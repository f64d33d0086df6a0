"""What a benchmark found: tables, and the limits that they are held to.

A benchmark is a module of this folder with `measure() -> Sequence[Section]`, which ends in `outcome.main(measure)`:

    .venv/bin/python -m bench.zip_shares           prints its tables
    .venv/bin/python -m bench.zip_shares --json    prints them for `make bench`, which runs every one of `bench.suite`

Times of this machine mean little on another, and little in an hour; so limits are on ratios within one run, on counts,
and on bytes.
"""

import contextlib
import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Cell = str | int | float


@dataclass(frozen=True)
class Limit:
    """A figure and the most that it may be; `what` says of what, with its unit."""

    what: str
    value: float
    at_most: float

    @property
    def kept(self) -> bool:
        return self.value <= self.at_most


@dataclass(frozen=True)
class Section:
    """One table. `name` is what documents call it by, `note` says how its figures came about, in markdown."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    limits: Sequence[Limit] = ()
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Section":
        """A section as `as_json` spells it."""
        return cls(**{**found, "limits": tuple(Limit(**limit) for limit in found["limits"])})


def main(measure: Callable[[], Sequence[Section]]) -> None:
    """Measure and print: markdown, or JSON for the suite. What the product's own code prints is left out. Exits 1 when
    a limit is not kept, so that a benchmark by itself tells as well."""
    with contextlib.redirect_stdout(io.StringIO()):
        sections = measure()
    if "--json" in sys.argv[1:]:
        print(json.dumps([section.as_json() for section in sections]))
        return
    print("\n\n".join(map(text, sections)))
    sys.exit(any(not limit.kept for section in sections for limit in section.limits))


def text(section: Section) -> str:
    """A section as markdown: its title, table, limits and note."""
    return f"## {section.title}\n\n{body(section)}"


def body(section: Section) -> str:
    """A section as markdown without its title, as documents hold it."""
    return "\n\n".join(part for part in (table(section), _limits(section.limits), section.note) if part)


def table(section: Section) -> str:
    """A section's rows as a markdown table; numbers stand at the right."""
    numeric = [all(not isinstance(row[n], str) for row in section.rows) for n in range(len(section.columns))]
    lines = [section.columns, ["---:" if right else "---" for right in numeric]]
    lines += [[_cell(cell) for cell in row] for row in section.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _limits(limits: Sequence[Limit]) -> str:
    return "\n".join(
        f"- {limit.what}: **{_cell(limit.value)}**, at most {_cell(limit.at_most)}{'' if limit.kept else ': MISSED'}"
        for limit in limits
    )


def _cell(cell: Cell) -> str:
    """A number with three significant digits, or all of them in front of the point."""
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:,.3g}"
    return f"{cell:,}" if isinstance(cell, int) else cell
