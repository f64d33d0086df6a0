"""Tables as other services export them: CSV in any of its spellings, or JSON. Each row with the place that it has."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from chalicelib.errors import InvalidRequest

DELIMITERS: Final = ",;\t|"
LARGEST_CELL: Final = 1_000_000  # of characters; the module's own limit is below what some page titles have

# Where the rows of a JSON answer are: Shlink's list, Kutt's, YOURLS's statistics.
_PATHS: Final = (("shortUrls", "data"), ("shortUrls",), ("data",), ("links",))
# Where these, and Bitly's, say how many there are.
_TOTALS: Final = (
    ("shortUrls", "pagination", "totalItems"),
    ("total",),
    ("stats", "total_links"),
    ("pagination", "total"),
)
_TOTAL: Final = re.compile(r"[0-9]{1,15}")
_MORE: Final = "has more cells than the first line has names: quote what holds a comma"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_NOT_IN_NAMES: Final = re.compile(r"[\W_]")


class Row(NamedTuple):
    """A row: `place` names it to a person (`line 7`), `cells` are what is in it, by the names of its columns.

    `problem` is why it cannot be told which is which, '' where it can.
    """

    place: str
    cells: Mapping[str, Any]
    problem: str = ""


def rows(content: bytes, field: str = "FROM") -> list[Row]:
    """The rows of a file. Names of columns are in small letters, without anything but letters and digits.

    Raises InvalidRequest that names the field for what is no such file.
    """
    text = _text(content, field)
    if text.lstrip().startswith(("{", "[")):
        return list(_of_json(text, field))
    return list(_of_csv(text, field))


def said_total(content: bytes) -> int:
    """How many links there are where a file comes from, as an answer of an API says; 0 where it says nothing.

    For what `rows` has read.
    """
    text = _text(content, "")
    answer = json.loads(text) if text.lstrip().startswith("{") else {}
    said = (str(_inner(answer, path)) for path in _TOTALS)
    return next((int(total) for total in said if _TOTAL.fullmatch(total)), 0)


def name(text: str) -> str:
    """A column's name as `rows` has it: `Long URL`, `long_url` and `longUrl` are the same."""
    return _NOT_IN_NAMES.sub("", text.lower())


def _text(content: bytes, field: str) -> str:
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRequest.for_field(field, "must be a text in UTF-8: save it as such") from error
    if not text.strip():
        raise InvalidRequest.for_field(field, "is empty")
    return text


def _of_csv(text: str, field: str) -> Iterator[Row]:
    """RFC 4180, with whatever the first line is parted by. A quoted cell may have several lines."""
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    columns: list[str] = []
    begins = 1
    try:
        for cells in reader:
            if columns and any(cell.strip() for cell in cells):
                named = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
                yield Row(f"line {begins}", named, _MORE if any(cells[len(columns) :]) else "")
            elif not columns:
                columns = [name(cell) for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InvalidRequest.for_field(field, f"line {begins} cannot be read as CSV: {error}") from error


def _delimiter(text: str) -> str:
    """What parts the names in the first line: the one that is there most often."""
    first = text.lstrip().partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _of_json(text: str, field: str) -> Iterator[Row]:
    try:
        found = _listed(json.loads(text))
    except ValueError as error:
        raise InvalidRequest.for_field(field, f"cannot be read as JSON: {error}") from error
    if not all(isinstance(each, dict) for each in found):
        raise InvalidRequest.for_field(field, "must be a list of links, or an answer that holds one")
    for number, each in enumerate(found, 1):
        yield Row(f"entry {number}", {name(key): value for key, value in each.items()})


def _listed(found: Any) -> list[Any]:
    """The list in what was read: itself, or where an answer, or phpMyAdmin, has it."""
    if isinstance(found, list):
        tables = [each["data"] for each in found if isinstance(each, dict) and each.get("type") == "table"]
        return [row for table in tables for row in table] if tables else found
    for path in _PATHS:
        inner = _inner(found, path)
        if isinstance(inner, list):
            return inner
        if isinstance(inner, dict) and all(isinstance(each, dict) for each in inner.values()):
            return list(inner.values())  # YOURLS: link_1, link_2, ...
    return [None]


def _inner(found: Any, path: Sequence[str]) -> Any:
    """What is inside of what was read; None where it has no such path."""
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found
