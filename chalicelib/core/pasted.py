"""Lists of links as people paste them: out of a spreadsheet, a CSV file, or typed, one link a line."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from chalicelib.core import csv_lines
from chalicelib.errors import InvalidRequest

MOST: Final = 500
COLUMNS: Final = ("destination", "label", "slug")

# What a heading may be called, in lower case.
_NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("destination", "url", "link", "target", "target url", "targeturl", "long url"), "destination"),
    **dict.fromkeys(("label", "title", "name"), "label"),
    **dict.fromkeys(("slug", "back-half", "custom slug", "customslug", "short code", "keyword"), "slug"),
}
_BARE: Final = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#].*)?")


class Row(NamedTuple):
    """A link as it was pasted, and the line that it ends on, from 1 on. The destination has its `https://`."""

    line: int
    destination: str
    label: str
    slug: str


def rows(text: str) -> list[Row]:
    """The links of a list; empty lines are none. A first line of known headings says what the columns are.

    Columns are parted by tabs where the first line has one, else by commas (RFC 4180). Raises InvalidRequest.
    """
    reader = csv.reader(text.splitlines(keepends=True), delimiter=_delimiter(text), skipinitialspace=True, strict=True)
    columns: Sequence[str] = COLUMNS
    is_first, found = True, list[Row]()
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            names = [_NAMES.get(cell.strip().lower().lstrip("\ufeff"), "") for cell in cells]
            if is_first and "destination" in names:
                columns = names
            else:
                found.append(_row(reader.line_num, columns, cells))
            is_first = False
    except csv.Error as error:
        raise InvalidRequest.for_field("links", f"line {reader.line_num} cannot be read as CSV: {error}") from error
    return found


def text(rows: Iterable[Row]) -> str:
    """The links of a list, as `rows` reads them."""
    return "".join(map(csv_lines.line, [COLUMNS, *(row[1:] for row in rows)]))


def absolute(destination: str) -> str:
    """A destination with `https://` before it if it is a host's name without anything before it, as people type."""
    return f"https://{destination}" if _BARE.fullmatch(destination) else destination


def _delimiter(text: str) -> str:
    return "\t" if "\t" in text.lstrip().partition("\n")[0] else ","


def _row(line: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise InvalidRequest.for_field(
            "links", f"line {line} has more than {', '.join(COLUMNS)}: quote what holds a comma"
        )
    destination = absolute(given.get("destination", ""))
    return Row(line, destination, given.get("label", ""), given.get("slug", ""))
