"""What files in a bundle are called, and what its table says."""

import csv
import io

import pytest

from chalicelib.core.bundles import FIELDS, Entry, Wanted, file_names, table
from chalicelib.core.codes import QrCode
from chalicelib.core.links import Details, Link

BASE = "https://qz.example"
WANTED = Wanted(1, (), "png", 300, BASE)


def link(label: str | None = None, slug: str = "spring", number: int = 2) -> Link:
    return Link(1, number, slug, "https://example.com/landing", 0, label, details=Details(style={"dotsType": "dots"}))


def entries(*labels: str) -> list[Entry]:
    return [Entry.of_link(link(label), WANTED) for label in labels]


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        pytest.param(("Spring", "Summer"), ("Spring.png", "Summer.png"), id="names"),
        pytest.param(("a", "a", "a"), ("a.png", "a-2.png", "a-3.png"), id="one name for several"),
        pytest.param(("a", "A", "a-2"), ("a.png", "A-2.png", "a-2-2.png"), id="names that differ in capitals"),
        pytest.param(("a-2", "a", "a"), ("a-2.png", "a.png", "a-3.png"), id="a name that a number would give"),
        pytest.param(("Straße", "STRASSE"), ("Straße.png", "STRASSE-2.png"), id="letters that fold"),
        pytest.param(("u\u0308", "\u00fc"), ("\u00fc.png", "\u00fc-2.png"), id="one letter in two spellings"),
        pytest.param(("../../etc/passwd", "C:\\x", "."), ("etc-passwd.png", "C-x.png", "qr-code.png"), id="paths"),
        pytest.param(("=1+1", "@a", "+b"), ("qr-=1+1.png", "qr-@a.png", "qr-+b.png"), id="formulas"),
    ],
)
def test_every_file_has_a_name_of_its_own(labels: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert tuple(file_names(entries(*labels))) == names


def test_five_hundred_of_a_name_are_numbered() -> None:
    assert file_names(entries(*["x"] * 500))[-1] == "x-500.png"


def test_a_name_fits_file_systems() -> None:
    for name in file_names(entries(*["🙂" * 200] * 2, "世" * 200)):
        assert len(name.encode()) < 255


def test_the_table_says_what_is_in_which_file() -> None:
    wifi = QrCode(1, 3, "WIFI:S:Cafe;P:secret;;", 0, "wifi", "Guest, wifi")
    second = QrCode(1, 4, f"{BASE}/spring.2", 0, link=2, marker=2)
    found = [
        Entry.of_link(link(), WANTED),
        Entry.of_code(wifi, None, WANTED),
        Entry.of_code(second, link("Poster"), WANTED),
    ]
    head, *rows = csv.reader(io.StringIO(table(found, ["a.png", "b.png", "c.png"]), newline=""))
    assert tuple(head) == FIELDS == ("id", "file", "label", "short_url", "payload", "destination")
    assert rows == [
        ["dc_2", "a.png", "", f"{BASE}/spring", f"{BASE}/spring", "https://example.com/landing"],
        ["qr_3", "b.png", "Guest, wifi", "", "WIFI:S:Cafe;P:secret;;", ""],
        ["qr_4", "c.png", "Poster", f"{BASE}/spring", f"{BASE}/spring.2", "https://example.com/landing"],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start: str) -> None:
    held = f"{start}cmd|' /C calc'!A0"
    code = QrCode(1, 3, held, 0, "text", held)
    found = [Entry.of_code(code, None, WANTED)]
    _, (_, name, label, _, payload, _) = csv.reader(io.StringIO(table(found, file_names(found)), newline=""))
    assert (label, payload) == (f"'{held}", f"'{held}")
    assert not name.startswith((start, "'"))


def test_pictures_keep_their_look_in_the_format_and_size_asked_for() -> None:
    (entry,) = entries("x")
    style = entry.picture.style
    assert (style.format, style.size, style.dots) == ("png", 300, "dots")
