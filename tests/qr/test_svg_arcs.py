"""The path data of SVGs, read back: what every kind of dots and corners is drawn with."""

import math
import re

import pytest

from chalicelib.core.styles import CORNERS, DOTS, CornersType, DotsType, Style
from chalicelib.qr.pictures import draw

_ARC = re.compile(r"a(\S+) (\S+) 0 0 [01]((?: |(?=-))-?[\d.]+)((?: |(?=-))-?[\d.]+)")


@pytest.mark.parametrize("corners", CORNERS)
@pytest.mark.parametrize("dots", DOTS)
def test_every_arc_is_a_quarter_or_a_half_of_its_circle(dots: DotsType, corners: CornersType) -> None:
    style = Style(format="svg", dots=dots, corner_squares=corners, corner_dots=corners)
    found = _ARC.findall(draw("https://qz.example/menu", style).decode())
    assert bool(found) is ({dots, corners} != {"square"})
    for across, down, dx, dy in found:
        quarter, half = float(across) * math.sqrt(2), float(across) * 2
        assert across == down
        assert math.hypot(float(dx), float(dy)) in (pytest.approx(quarter), pytest.approx(half))
