"""Vectors: what SVG, PDF and EPS say of themselves, and that others draw the pixels from them that PNG has."""

import re
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.core.styles import CORNERS, PRESETS, TRANSPARENT, Format, Style
from chalicelib.qr.drawings import drawing
from chalicelib.qr.pictures import draw
from chalicelib.qr.svg import number
from tests.qr.darkroom import developed
from tests.qr.programs import need
from tests.qr.samples import LOGOS, see_through
from tests.qr.scanners import on_white

Colours = NDArray[np.float64]

URL: Final = "https://qz.example/abc123"
COLOURS: Final = Style(
    foreground="#1D3557", background="#F1FAEE", corner_squares_colour="#E63946", corner_dots_colour="#457B9D"
)
PNG: Final[Format] = "png"
VECTORS: Final[tuple[Format, ...]] = ("svg", "pdf", "eps")
MODULE: Final = 16  # pixels

styles = [
    *(pytest.param(Style(preset=preset), id=preset) for preset in PRESETS),
    *(pytest.param(Style(corner_squares=kind), id=f"ring {kind}") for kind in CORNERS),
    *(pytest.param(Style(corner_dots=kind), id=f"eye {kind}") for kind in CORNERS),
    pytest.param(replace(COLOURS, preset="classy-rounded"), id="colours"),
    pytest.param(Style(background=TRANSPARENT, preset="dots"), id="transparent"),
    pytest.param(Style(quiet_zone=0, preset="extra-rounded"), id="no quiet zone"),
]


@pytest.mark.parametrize("format", VECTORS)
@pytest.mark.parametrize("style", styles)
def test_others_draw_the_modules_of_the_png(style: Style, format: Format) -> None:
    # Curves are smoothed in other ways, and Poppler draws all a trace too wide.
    assert differences(URL, style, format).max() < 8


@pytest.mark.parametrize("format", VECTORS)
@pytest.mark.parametrize("preset", PRESETS)
def test_others_draw_nearly_the_pixels_of_a_png_whose_modules_differ(preset: str, format: Format) -> None:
    assert distances(URL, Style(preset=preset, size=512), format).mean() < 3


@pytest.mark.parametrize("logo", LOGOS.values(), ids=LOGOS)
@pytest.mark.parametrize("format", VECTORS)
def test_others_draw_a_logo_where_the_png_has_it(format: Format, logo: bytes) -> None:
    # Images are enlarged and reduced in other ways.
    for background in (COLOURS.background, TRANSPARENT):
        assert differences(URL, replace(COLOURS, background=background), format, logo).max() < 32


@pytest.mark.parametrize("format", VECTORS)
def test_a_logo_is_seen_through_where_it_is_transparent(format: Format) -> None:
    for background in (COLOURS.background, TRANSPARENT):
        assert differences(URL, replace(COLOURS, background=background), format, see_through()).max() < 16


@pytest.mark.parametrize("format", VECTORS)
def test_long_payloads_are_drawn_alike_too(format: Format) -> None:
    assert differences("a" * 300, Style(preset="extra-rounded"), format).max() < 8


def differences(payload: str, style: Style, format: Format, logo: bytes | None = None) -> Colours:
    """How much PNG and another format differ, of 255, in each module."""
    count = drawing(payload, style, logo).modules
    sized = replace(style, size=count * MODULE)
    pixels = distances(payload, sized, format, logo).reshape(count, MODULE, count, MODULE, 3)
    modules: Colours = pixels.mean(axis=(1, 3, 4))
    return modules


def distances(payload: str, style: Style, format: Format, logo: bytes | None = None) -> Colours:
    """How much they differ in each pixel, in red, green and blue."""
    one, other = (
        np.asarray(on_white(developed(draw(payload, replace(style, format=each), logo), each)), np.float64)
        for each in (PNG, format)
    )
    found: Colours = np.abs(one - other)
    return found


@given(value=st.floats(-2000, 2000))
def test_svg_writes_a_number_so_that_it_can_be_read_again(value: float) -> None:
    assert abs(float(number(value)) - value) <= 0.0005
    assert re.fullmatch(r"-?(\d+|\d*\.\d{1,3})", number(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10.5, "10.5"),
        (-20.5, "-20.5"),
        (0.5, ".5"),
        (-0.5, "-.5"),
        (100, "100"),
        (0, "0"),
        (0.0001, "0"),
        (2.25, "2.25"),
    ],
)
def test_svg_writes_numbers_short(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("size", [200, 333, 2048])
def test_a_vector_is_as_large_as_was_asked(size: int) -> None:
    root = ElementTree.fromstring(draw(URL, Style(format="svg", size=size)))  # noqa: S314 - our own
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == (str(size), str(size), "0 0 33 33")
    assert b"/MediaBox [0 0 %d %d]" % (size, size) in draw(URL, Style(format="pdf", size=size))
    assert b"\n%%%%BoundingBox: 0 0 %d %d\n" % (size, size) in draw(URL, Style(format="eps", size=size))
    for format in VECTORS:
        assert developed(draw(URL, Style(format=format, size=size)), format).size == (size, size)


@pytest.mark.parametrize("logo", [None, LOGOS["3:1"]], ids=["plain", "logo"])
def test_a_pdf_is_one_that_others_read_without_a_date(logo: bytes | None) -> None:
    need("pdftoppm")
    file = draw(URL, Style(format="pdf"), logo)
    said = subprocess.run(["pdfinfo", "-"], input=file, capture_output=True, check=True)
    assert said.stderr == b""
    lines = dict(line.split(":", 1) for line in said.stdout.decode().splitlines())
    assert lines["Pages"].strip() == "1"
    assert lines["Page size"].strip() == "512 x 512 pts"
    assert not {"CreationDate", "ModDate"} & set(lines)
    assert b"Date" not in file


def test_black_and_white_are_greys_for_one_ink() -> None:
    assert b"1 g\n" in _page(Style())
    assert b"0 g\n" in _page(Style())
    assert b" rg\n" not in _page(Style())
    assert b"0.8 0 0.2 rg\n" in _page(Style(corner_dots_colour="#CC0033"))
    lines = draw(URL, Style(format="eps")).splitlines()
    assert {b"1 setgray 0 0 512 512 rectfill", b"0 setgray newpath"} < set(lines)
    assert not any(b"setrgbcolor" in line for line in lines)


@pytest.mark.parametrize("logo", [None, *LOGOS.values()], ids=["plain", *LOGOS])
def test_an_eps_is_one_and_leaves_nothing_behind(logo: bytes | None, tmp_path: Path) -> None:
    need("gs")
    file = draw(URL, Style(format="eps"), logo)
    lines = file.decode("ascii").splitlines()
    assert lines[0] == "%!PS-Adobe-3.0 EPSF-3.0"
    assert lines[1:4] == ["%%BoundingBox: 0 0 512 512", "%%LanguageLevel: 3", "%%EndComments"]
    assert lines[-1] == "%%EOF"
    assert max(map(len, lines)) <= 255, "DSC 3.0, 3: no line is longer"
    assert "Date" not in file.decode()
    # What embeds a picture runs it like this (EPSF-3.0, 3): here it looks at the operands and dictionaries after it.
    (tmp_path / "picture.eps").write_bytes(file)
    asked = f"/showpage {{}} def ({tmp_path}/picture.eps) (r) file cvx exec count = countdictstack = /m where = quit"
    command = ["gs", "-q", "-dSAFER", "-dNODISPLAY", "-dNOPAUSE", f"--permit-file-read={tmp_path}/", "-c", asked]
    done = subprocess.run(command, capture_output=True, check=True)
    assert (done.stdout.split(), done.stderr) == ([b"0", b"3", b"false"], b"")


def _page(style: Style) -> bytes:
    """What a PDF's page says."""
    file = draw(URL, replace(style, format="pdf"))
    start = file.index(b"stream\n") + len(b"stream\n")
    return zlib.decompressobj().decompress(file[start:])
