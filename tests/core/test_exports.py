"""What an export says of each scan, and how it is written."""

import csv
import io
import json

import pytest

from chalicelib.core.exports import CSV, JSON, Wanted, foot, head, line
from chalicelib.core.places import Span
from chalicelib.core.scan_rows import QRCODES_FIELDS, qrcodes
from chalicelib.core.scans import Facts, Scan, ScanKey

# 2026-01-15T14:32:18Z, as in the document's example.
KEY = ScanKey(1, 2, 0, 1_768_487_538_000, "00000000000000ff")
FACTS = Facts(
    country="US",
    region="CA",
    region_name="California",
    city="San Francisco",
    device="mobile",
    os="iOS",
    browser="Safari",
)


def scan(facts: Facts = FACTS, first: bool = True) -> Scan:
    return Scan(KEY, 1, 0, facts, counted=facts, first=first)


def written(kind: str, *found: Scan) -> str:
    wanted = Wanted(1, 2, Span(0, 1), kind, "qrcodes", "scans")
    lines = [line(wanted, each, first=not n) for n, each in enumerate(found)]
    return "".join([head(wanted), *lines, foot(wanted)])


def test_a_row_has_the_fields_of_the_document_in_its_order() -> None:
    row = qrcodes(scan())
    assert tuple(row) == QRCODES_FIELDS
    assert row == {
        "id": KEY.id,
        "timestamp": "2026-01-15T14:32:18Z",
        "country": "US",
        "region": "California",
        "city": "San Francisco",
        "device": "ios",
        "browser": "safari",
        "is_unique": True,
    }


def test_what_is_not_known_of_a_place_is_null() -> None:
    row = qrcodes(scan(Facts(), first=False))
    assert [row[name] for name in QRCODES_FIELDS[2:]] == [None, None, None, "other", "other", False]


def test_csv_has_a_heading_and_a_line_for_each_scan() -> None:
    nameless = FACTS._replace(region="", region_name="", city="Trier, am Markt")
    text = written(CSV, scan(), scan(nameless, first=False))
    assert text.splitlines() == [
        "id,timestamp,country,region,city,device,browser,is_unique",
        f"{KEY.id},2026-01-15T14:32:18Z,US,California,San Francisco,ios,safari,true",
        f'{KEY.id},2026-01-15T14:32:18Z,US,,"Trier, am Markt",ios,safari,false',
    ]
    assert text.count("\r\n") == 3


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_is_a_formula_to_a_spreadsheet(begins: str) -> None:
    city = f'{begins}HYPERLINK("http://evil.example","x")'
    (row,) = csv.DictReader(io.StringIO(written(CSV, scan(FACTS._replace(city=city))), newline=""))
    assert row["city"] == f"'{city}"
    assert row["id"] == KEY.id


@pytest.mark.parametrize("scans", [0, 1, 3])
def test_json_is_a_list_of_rows_with_what_they_say_unchanged(scans: int) -> None:
    odd = scan(FACTS._replace(city='=Köln "am" Rhein'))
    rows = json.loads(written(JSON, *[odd] * scans))
    assert rows == [qrcodes(odd)] * scans
