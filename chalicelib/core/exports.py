"""Exports: a link's scans as a file, one row a scan; and orders for such files, which a job writes part by part.

A file is text that is made in order: its head, a line for each row, its foot. So it can be written in parts, and gone
on with from the last part that is noted.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from chalicelib.core import csv_lines, scan_rows
from chalicelib.core.places import Place, Span
from chalicelib.core.scans import Scan

CSV: Final = "csv"
JSON: Final = "json"
FORMATS: Final = (CSV, JSON)
CONTENT_TYPES: Final[Mapping[str, str]] = {CSV: "text/csv; charset=utf-8", JSON: "application/json"}

RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"


class Shape(NamedTuple):
    """What an API's rows are made of: their fields in order, and a row of a scan."""

    fields: tuple[str, ...]
    row: Callable[[Scan], Mapping[str, object]]


# Orders name their shape, so that a job knows it too.
SHAPES: Final[Mapping[str, Shape]] = {"qrcodes": Shape(scan_rows.QRCODES_FIELDS, scan_rows.qrcodes)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which scans of a link as what: `format` is one of FORMATS, `shape` of SHAPES."""

    organization: int
    link: int
    span: Span
    format: str
    shape: str
    filename: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the writing of a file came: the `scans` that are in it, the last one's `place`, and the parts that are
    stored, by their `etags`. It has `ended` when its last part is."""

    upload: str = ""
    etags: tuple[str, ...] = ()
    place: Place | None = None
    scans: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """An order for a file. `state` is running, done or failed; `total` how many scans there were when it was ordered.

    `version` tells which job took it up last.
    """

    number: int
    wanted: Wanted
    state: str
    total: int
    created_ms: int
    progress: Progress = Progress()
    version: int = 0

    @property
    def key(self) -> str:
        """Where its file lies."""
        return f"{self.wanted.organization}/{self.number}/{self.wanted.filename}"


def head(wanted: Wanted) -> str:
    """What a file begins with."""
    return csv_lines.line(SHAPES[wanted.shape].fields) if wanted.format == CSV else "["


def line(wanted: Wanted, scan: Scan, first: bool) -> str:
    """A scan's row; `first` tells that none is before it."""
    row = SHAPES[wanted.shape].row(scan)
    if wanted.format == CSV:
        return csv_lines.line(map(csv_lines.cell, row.values()))
    return f"{'' if first else ','}\n{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}"


def foot(wanted: Wanted) -> str:
    """What a file ends with."""
    return "" if wanted.format == CSV else "\n]\n"
