"""Lines of CSV files, which spreadsheets open."""

import csv
import io
from collections.abc import Iterable
from typing import Final

# A cell that begins with one of these is a formula to a spreadsheet (the last four are full-width: some read them as
# the first four); an apostrophe makes it a text.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cell(value: object) -> object:
    """What a cell holds, so that it is no formula; true and false as JSON spells them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return value


def line(cells: Iterable[object]) -> str:
    """A line by RFC 4180, of cells as they are."""
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def lines(rows: Iterable[Iterable[object]]) -> str:
    """A whole file."""
    return "".join(map(line, rows))
