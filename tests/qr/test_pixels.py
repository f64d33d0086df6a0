"""Pixels: the exact size, the quiet zone, each module where it belongs, and no colour but those asked for.

What a module shall be is told by segno itself.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.core.styles import CORNERS, DOTS, LEVELS, PRESETS, TRANSPARENT, Format, Style
from chalicelib.errors import InvalidRequest
from chalicelib.qr.pictures import draw
from tests.qr.darkroom import developed
from tests.qr.matrices import matrix, middles
from tests.qr.samples import LOGOS

Pixels = NDArray[np.int16]
Places = NDArray[np.int64]

URL: Final = "https://qz.example/abc123"
DARK, LIGHT = "#123456", "#FEDCBA"
ROUND: Final = ("dot", "extra-rounded")  # so round that of the modules in a corner little is left

payloads = st.text(st.characters(max_codepoint=126, min_codepoint=32), min_size=1, max_size=120)
sizes = st.integers(200, 2048)
shapes = st.builds(
    Style,
    dots=st.sampled_from(DOTS),
    corner_squares=st.sampled_from(CORNERS),
    corner_dots=st.sampled_from(CORNERS),
    level=st.sampled_from(LEVELS),
    quiet_zone=st.integers(0, 16),
    size=sizes,
    foreground=st.just(DARK),
    background=st.just(LIGHT),
)


def pixels(style: Style, payload: str = URL, logo: bytes | None = None) -> Pixels:
    """Rows of pixels, of red, green, blue and opacity each."""
    return np.asarray(developed(draw(payload, style, logo), style.format).convert("RGBA")).astype(np.int16)


def colours(file: bytes) -> set[object]:
    """Every colour of a PNG."""
    return {colour for _, colour in developed(file, "png").convert("RGB").getcolors() or ()}


@given(payload=payloads, style=shapes)
def test_every_module_is_dark_or_light_in_its_middle(payload: str, style: Style) -> None:
    wanted = matrix(payload, style.level)
    at = middles(style, len(wanted))
    found = pixels(style, payload)[np.ix_(at, at)]
    dark = _distance(found, DARK) < _distance(found, LIGHT)
    if style.corner_squares in ROUND or style.corner_dots in ROUND:
        for x, y in _corners(len(wanted)):
            dark[y, x] = wanted[y, x]
    assert np.array_equal(dark, wanted)


@given(payload=payloads, style=shapes)
def test_the_quiet_zone_is_as_wide_as_was_asked_and_of_the_background_alone(payload: str, style: Style) -> None:
    seen = pixels(style, payload)
    dark = np.any(seen != (*_rgb(LIGHT), 255), axis=2)
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    free = min(rows[0], columns[0], style.size - 1 - rows[-1], style.size - 1 - columns[-1])
    scale = style.size / (len(matrix(payload, style.level)) + 2 * style.quiet_zone)
    # Edges lie on whole pixels: half of one may be missing.
    assert free >= style.quiet_zone * scale - 0.5


@given(size=sizes, preset=st.sampled_from(tuple(PRESETS)), logo=st.sampled_from((None, *LOGOS.values())))
def test_a_picture_has_the_size_that_was_asked(size: int, preset: str, logo: bytes | None) -> None:
    for format in ("png", "webp"):
        file = draw("HTTPS://QZ.EXAMPLE/A", Style(size=size, preset=preset, format=format), logo)
        assert developed(file, format).size == (size, size)


@given(payload=payloads, size=sizes, margin=st.integers(0, 16))
def test_squares_are_crisp(payload: str, size: int, margin: int) -> None:
    style = Style(size=size, quiet_zone=margin, foreground=DARK, background=LIGHT)
    assert colours(draw(payload, style)) == {_rgb(DARK), _rgb(LIGHT)}


@pytest.mark.parametrize("preset", PRESETS)
def test_webp_has_the_pixels_of_png(preset: str) -> None:
    for style in (Style(preset=preset), Style(preset=preset, background=TRANSPARENT)):
        for logo in (None, LOGOS["1:1"]):
            png, webp = pixels(style, logo=logo), pixels(replace(style, format="webp"), logo=logo)
            assert np.array_equal(png[:, :, 3], webp[:, :, 3])
            # What cannot be seen may have any colour.
            assert np.array_equal(png[png[:, :, 3] > 0], webp[png[:, :, 3] > 0])


COLOURED: Final = Style(foreground="#AA0011", corner_squares_colour="#00BB22", corner_dots_colour="#3300CC")


@pytest.mark.parametrize("background", ["#FFFFEE", TRANSPARENT])
@pytest.mark.parametrize("format", ["png", "webp", "svg"])
@pytest.mark.parametrize("preset", PRESETS)
def test_each_layer_has_its_colour(preset: str, format: Format, background: str) -> None:
    style = replace(COLOURED, preset=preset, format=format, background=background)
    seen, count = pixels(style), 25
    at, wanted = middles(style, count), matrix(URL, style.level)
    corners = _corners(count)
    for y, x in np.ndindex(count, count):
        found = tuple(seen[at[y], at[x]])
        if wanted[y, x]:
            assert found == (*_rgb(corners.get((x, y), style.foreground)), 255), (x, y)
        elif background == TRANSPARENT:
            assert found[3] == 0, (x, y)
        else:
            assert found == (*_rgb(background), 255), (x, y)


def test_corners_without_a_colour_have_that_of_the_dots() -> None:
    style = Style(foreground=DARK, background=LIGHT, corner_dots_colour="#FF0000")
    assert colours(draw(URL, style)) == {_rgb(DARK), _rgb(LIGHT), (255, 0, 0)}


@pytest.mark.parametrize("preset", PRESETS)
def test_no_background_is_no_colour_at_all(preset: str) -> None:
    style = Style(preset=preset, background=TRANSPARENT)
    seen, margin = pixels(style), 4 * 512 // 33
    opacity = seen[:, :, 3]
    assert not opacity[:margin].any()
    assert not opacity[:, :margin].any()
    assert not opacity[-margin:].any()
    assert not opacity[:, -margin:].any()
    assert opacity.max() == 255
    assert np.all(seen[opacity > 0][:, :3] == 0), "an edge is black that is seen through, not grey"


@pytest.mark.parametrize(
    ("size", "margin", "least"),
    [
        pytest.param(64, 4, 185, id="thumbnail"),
        pytest.param(184, 4, 185, id="one pixel too few"),
        pytest.param(200, 16, 209, id="wide quiet zone"),
    ],
)
def test_less_than_a_pixel_for_a_module_is_refused(size: int, margin: int, least: int) -> None:
    with pytest.raises(InvalidRequest, match=f"size: must be at least {least} pixels"):
        draw("A" * 1852, Style(level="H", size=size, quiet_zone=margin))


def test_a_pixel_for_a_module_is_enough() -> None:
    seen = pixels(Style(level="H", size=185, preset="dots"), "A" * 1852)
    assert np.array_equal(seen[4:-4, 4:-4, 0] == 0, matrix("A" * 1852, "H"))


def test_a_png_without_a_logo_has_a_palette_and_no_more_bits_than_it_needs() -> None:
    for style, bits in ((Style(), 1), (Style(corner_dots_colour="#FF0000"), 2), (Style(preset="rounded"), 8)):
        header = draw(URL, style)[16:29]
        assert (header[8], header[9]) == (bits, 3)


def _corners(count: int) -> Mapping[tuple[int, int], str]:
    """The colours of finder patterns: of the ring, and of three by three modules within (ISO/IEC 18004, 6.3.3)."""
    ends = (0, 0), (count - 7, 0), (0, count - 7)
    ring = {(x + i, y + j): COLOURED.corner_squares_colour for x, y in ends for i in range(7) for j in range(7)}
    eye = {(x + i, y + j): COLOURED.corner_dots_colour for x, y in ends for i in range(2, 5) for j in range(2, 5)}
    return {place: str(colour) for place, colour in (ring | eye).items()}


def _distance(found: Pixels, colour: str) -> Places:
    """How far pixels are from a colour."""
    distances: Places = np.abs(found[..., :3] - np.array(_rgb(colour))).sum(axis=-1)
    return distances


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
