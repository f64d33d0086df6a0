"""What others made and is served from here: listed, licensed, unchanged, and asking nobody else for anything."""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

import pytest

VENDOR = Path(__file__).parents[2] / "chalicelib" / "pages" / "static" / "vendor"

_ROW = re.compile(r"^\| `(.+?)` \| `([0-9a-f]{64})` \| .+ \| `(.+?)` \|$", re.MULTILINE)
_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
_ELSEWHERE = re.compile(rb"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}|sourceMappingURL", re.IGNORECASE)


class Row(NamedTuple):
    file: str
    digest: str
    licence: str


ROWS = [Row(*found) for found in _ROW.findall((VENDOR / "README.md").read_text())]


def test_every_file_is_listed_or_is_the_licence_of_one() -> None:
    listed = {(VENDOR / row.file).resolve() for row in ROWS}
    licences = {VENDOR / row.licence for row in ROWS}
    assert set(VENDOR.iterdir()) - licences - {VENDOR / "README.md"} <= listed
    assert len(listed) == 3


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.file)
def test_a_file_is_what_the_list_says(row: Row) -> None:
    assert hashlib.sha256((VENDOR / row.file).read_bytes()).hexdigest() == row.digest


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.file)
def test_a_file_has_its_licence_beside_it(row: Row) -> None:
    text = (VENDOR / row.licence).read_text()
    assert re.search(r"copyright", text, re.IGNORECASE)
    assert re.search(r"permission|permitted", text, re.IGNORECASE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.file)
def test_a_file_names_no_other_host_outside_its_comments(row: Row) -> None:
    assert _ELSEWHERE.findall(_COMMENT.sub(b"", (VENDOR / row.file).read_bytes())) == []
