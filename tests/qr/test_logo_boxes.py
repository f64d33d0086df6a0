"""Room for a logo: what it covers can be lost, patterns stay free of it, and it has a margin."""

import random
from typing import Final

import numpy as np
import pytest

from chalicelib.core.styles import Style
from chalicelib.errors import InvalidRequest
from chalicelib.qr import codewords
from chalicelib.qr.drawings import drawing
from chalicelib.qr.logo_boxes import LogoBox, room_for
from chalicelib.qr.pictures import draw
from chalicelib.qr.symbols import FINDER, Symbol
from tests.qr.darkroom import developed
from tests.qr.matrices import Matrix, middles, of_rows, patterns, picture
from tests.qr.samples import LOGO_SIZES, LOGOS, plain
from tests.qr.scanners import read_by_both

RATIOS: Final = {"1:1": 1.0, "3:1": 3.0, "1:3": 1 / 3, "20:1": 20.0, "1:20": 0.05}
SHAPES: Final = (1 / 512, 0.1, 1.0, 3.0, 512.0)
# Versions with room for a logo, and a payload that needs so many modules at level H.
PAYLOADS: Final = {
    2: "QZ.IO/ABC",
    3: "https://qz.example/abc",
    4: "https://qz.example/abcdefghijk",
    5: "https://qz.example/abcdefghijklmnopqrst",
    6: "https://qz.example/abcdefghijklmnopqrst/0123456789",
    14: "https://qz.example/" + "a" * 165,
    28: "https://qz.example/" + "a" * 620,
}
rooms = [
    pytest.param(PAYLOADS[version], version, ratio, id=f"version {version}, {label}")
    for version in PAYLOADS
    for label, ratio in RATIOS.items()
    if version > 2 or label != "1:1"  # the smallest has no room for a square
]


@pytest.mark.parametrize(("payload", "version", "ratio"), rooms)
def test_a_logo_covers_no_pattern_and_no_information(payload: str, version: int, ratio: float) -> None:
    made, box = room_for(payload, ratio)
    assert (made.version, made.level) == (version, "H")
    assert not (covered(made, box) & patterns(version)).any()


@pytest.mark.parametrize(("payload", "version", "ratio"), rooms)
def test_two_readers_find_the_payload_when_all_under_the_logo_is_wrong(
    payload: str, version: int, ratio: float
) -> None:
    made, box = room_for(payload, ratio)
    wrong = of_rows(made.rows) ^ covered(made, box)
    assert read_by_both(picture(wrong)) == {reader: [payload.encode()] for reader in ("zxing-cpp", "zbar")}


@pytest.mark.parametrize(("payload", "version", "ratio"), rooms)
def test_a_third_of_what_a_symbol_can_lose_is_left_for_dirt(payload: str, version: int, ratio: float) -> None:
    made, box = room_for(payload, ratio)
    under, placed = covered(made, box), codewords.owners(version, "H")
    wrong = of_rows(made.rows) ^ under
    owned = {place: placed[place[0]][place[1]] for place in np.ndindex(*under.shape)}
    lost = {owned[place] for place in owned if under[place]}
    modules = {owner: place for place, owner in owned.items() if owner and owner not in lost}  # one of each codeword
    for block, most in enumerate(codewords.correctable(version, "H")):
        whole = [place for owner, place in modules.items() if owner.block == block]
        for place in random.Random(block).sample(whole, -(-most // 3)):
            wrong[place] ^= True
    assert read_by_both(picture(wrong))["zxing-cpp"] == [payload.encode()]


@pytest.mark.parametrize("size", [200, 333, 1000])
@pytest.mark.parametrize("label", LOGOS)
@pytest.mark.parametrize("version", PAYLOADS)
def test_no_dot_is_nearer_to_a_logo_than_a_module(version: int, label: str, size: int) -> None:
    payload, (width, height) = PAYLOADS[version], LOGO_SIZES[label]
    style = Style(size=size, preset="rounded", foreground="#0000FF")
    seen = np.asarray(developed(draw(payload, style, plain(width, height, "#FF0000")), "png").convert("RGB"))
    red = (seen[..., 0] == 255) & (seen[..., 2] < 128)
    top, bottom, left, right = bounds(red)
    modules = drawing(payload, style, LOGOS[label]).modules
    free = size // modules  # whole pixels; from 3 pixels a module on the margin begins and ends on such
    free -= free >= 3
    around = seen[top - free : bottom + free, left - free : right + free].copy()
    around[free:-free, free:-free] = 255
    assert (around == 255).all()
    assert max(abs(left + right - size), abs(top + bottom - size)) <= 2, "it is in the middle"
    assert (right - left) / (bottom - top) == pytest.approx(width / height, rel=0.2)


@pytest.mark.parametrize("size", [200, 512])
@pytest.mark.parametrize("label", LOGOS)
@pytest.mark.parametrize("version", PAYLOADS)
def test_a_picture_with_a_logo_shows_alignment_timing_and_information(version: int, label: str, size: int) -> None:
    for preset in ("default", "dots", "classy-rounded"):
        style = Style(preset=preset, size=size)
        made = drawing(PAYLOADS[version], style, LOGOS[label]).symbol
        seen = np.asarray(developed(draw(PAYLOADS[version], style, LOGOS[label]), "png").convert("L"))
        at, shown = middles(style, made.size), patterns(made.version)
        for x, y in made.finders:  # round ones have no modules in their corners
            shown[y : y + FINDER, x : x + FINDER] = False
        assert np.array_equal((seen[np.ix_(at, at)] < 128)[shown], of_rows(made.rows)[shown]), preset


@pytest.mark.parametrize(
    ("length", "version"),
    [
        pytest.param(1, 3, id="the smallest has no room for a square"),
        pytest.param(58, 6, id="the most without an alignment pattern in the middle"),
        pytest.param(59, 14, id="one in the middle, up to version 13"),
        pytest.param(382, 20, id="the most of these"),
        pytest.param(383, 28, id="one in the middle, up to version 27"),
        pytest.param(958, 34, id="the most of these"),
    ],
)
def test_a_symbol_whose_middle_is_taken_becomes_larger(length: int, version: int) -> None:
    assert room_for("a" * length, 1)[0].version == version


@pytest.mark.parametrize(
    ("unit", "most", "said"),
    [
        pytest.param("a", 958, "958", id="bytes"),
        pytest.param("\u00e9", 478, "957", id="UTF-8"),
        pytest.param("A", 1394, "1,394", id="capitals"),
        pytest.param("1", 2301, "2,301", id="digits"),
    ],
)
def test_as_much_as_the_limit_says_fits_with_a_logo_of_any_shape(unit: str, most: int, said: str) -> None:
    for ratio in SHAPES:
        symbol, box = room_for(unit * most, ratio)
        assert (symbol.version, symbol.level) == (34, "H")
        assert box.width >= 3 <= box.height
        with pytest.raises(InvalidRequest, match=f"payload: .* a QR code with a logo holds at most {said};"):
            room_for(unit * (most + 1), ratio)


def covered(made: Symbol, box: LogoBox) -> Matrix:
    """The modules of a box, of those of a symbol."""
    under = np.zeros((made.size, made.size), dtype=np.bool_)
    under[box.y : box.y + box.height, box.x : box.x + box.width] = True
    return under


def bounds(inside: Matrix) -> tuple[int, int, int, int]:
    """The first and the last row and column, as a slice has them."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
