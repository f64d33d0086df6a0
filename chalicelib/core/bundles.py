"""Bundles: the pictures of many links and QR codes in one file, with a table of them; and orders for such files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from chalicelib import ids
from chalicelib.core import csv_lines, filenames
from chalicelib.core.codes import QrCode
from chalicelib.core.links import Link
from chalicelib.core.pictures import Picture
from chalicelib.core.styles import Format

MOST: Final = 500  # pictures
FILENAME: Final = "qr-codes.zip"
CONTENT_TYPE: Final = "application/zip"
TABLE: Final = "codes.csv"
FIELDS: Final = ("id", "file", "label", "short_url", "payload", "destination")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The pictures of links and QR codes, by their numbers, each once; `base` is where short links start."""

    organization: int
    numbers: tuple[int, ...]
    format: Format
    size: int
    base: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order for a file. `state` is one of those of exports, `tries` how often a job took it up."""

    number: int
    wanted: Wanted
    state: str
    created_ms: int
    tries: int = 0

    @property
    def key(self) -> str:
        """Where its file lies."""
        return f"{self.wanted.organization}/{self.number}/{FILENAME}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture, and what the table says beside it; a link's texts are '' for what has no link."""

    picture: Picture
    id: str
    label: str
    short_url: str = ""
    destination: str = ""

    @classmethod
    def of_link(cls, link: Link, wanted: Wanted) -> "Entry":
        picture = Picture.of_link(link, wanted.base).shown(wanted.format, wanted.size)
        spelled = ids.spell("dc", link.number)
        return cls(picture, spelled, link.label or "", f"{wanted.base}/{link.slug}", link.destination)

    @classmethod
    def of_code(cls, code: QrCode, link: Link | None, wanted: Wanted) -> "Entry":
        picture = Picture.of_code(code, link).shown(wanted.format, wanted.size)
        spelled = ids.spell("qr", code.number)
        if link is None:
            return cls(picture, spelled, code.label or "")
        return cls(picture, spelled, code.label or link.label or "", f"{wanted.base}/{link.slug}", link.destination)


def file_names(entries: Iterable[Entry]) -> list[str]:
    """What the pictures' files are called, each once, also to systems that do not tell capitals."""
    names: list[str] = []
    taken: set[str] = set()
    for entry in entries:
        stem, ending = _stem(entry.picture.name), entry.picture.style.format
        numbered = (f"{stem}-{n}" if n > 1 else stem for n in count(1))
        name = next(name for each in numbered if (name := f"{each}.{ending}").casefold() not in taken)
        taken.add(name.casefold())
        names.append(name)
    return names


def table(entries: Sequence[Entry], names: Sequence[str]) -> str:
    """What is in which file, as CSV, one row a picture."""
    rows = (
        (entry.id, name, entry.label, entry.short_url, entry.picture.payload, entry.destination)
        for entry, name in zip(entries, names, strict=True)
    )
    return "".join([csv_lines.line(FIELDS), *(csv_lines.line(map(csv_lines.cell, row)) for row in rows)])


def _stem(name: str) -> str:
    """A name that the table can hold as it is: none that a spreadsheet takes for a formula."""
    stem = filenames.safe(name)
    return stem if csv_lines.cell(stem) == stem else f"qr-{stem}"
