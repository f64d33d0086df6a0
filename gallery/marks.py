"""Sample logos: marks of a few shapes, drawn here, that stand for nobody."""

import io
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from PIL import Image, ImageDraw

ADDRESS: Final = "https://cdn.example.com"
SMOOTHING: Final = 4
CLEAR: Final = (0, 0, 0, 0)

Pen = ImageDraw.ImageDraw


def url(name: str) -> str:
    """Where the examples say that a mark is."""
    return f"{ADDRESS}/{name}.png"


@cache
def content(address: str) -> bytes:
    """The PNG that `url` leads to."""
    width, height, paint = _MARKS[address.removeprefix(f"{ADDRESS}/").removesuffix(".png")]
    fine = Image.new("RGBA", (width * SMOOTHING, height * SMOOTHING), CLEAR)
    paint(ImageDraw.Draw(fine), SMOOTHING)
    file = io.BytesIO()
    fine.reduce(SMOOTHING).save(file, "PNG", optimize=True)
    return file.getvalue()


def _tile(pen: Pen, unit: int) -> None:
    """Square: two petals on a rounded tile."""
    side = 320 * unit
    pen.rounded_rectangle((0, 0, side - 1, side - 1), 72 * unit, fill="#C2410C")
    middle, petal = side // 2, 104 * unit
    for x, y, colour in ((-1, -1, "#FFF7ED"), (1, 1, "#FFF7ED"), (1, -1, "#FDBA74"), (-1, 1, "#FDBA74")):
        across, down = sorted((middle, middle + x * petal)), sorted((middle, middle + y * petal))
        rounded = (x == y, x != y, x == y, x != y)
        pen.rounded_rectangle((across[0], down[0], across[1], down[1]), 52 * unit, fill=colour, corners=rounded)


def _sign(pen: Pen, unit: int) -> None:
    """Wide: a disc and two bars, as a name beside a mark."""
    high = 160 * unit
    pen.ellipse((0, 0, high - 1, high - 1), fill="#0F766E")
    pen.ellipse((44 * unit, 44 * unit, 116 * unit - 1, 116 * unit - 1), fill="#CCFBF1")
    pen.rounded_rectangle((192 * unit, 20 * unit, 448 * unit - 1, 70 * unit - 1), 25 * unit, fill="#134E4A")
    pen.rounded_rectangle((192 * unit, 94 * unit, 372 * unit - 1, 140 * unit - 1), 23 * unit, fill="#0F766E")


def _sprout(pen: Pen, unit: int) -> None:
    """Tall: three pairs of leaves on a stem."""
    wide = 200 * unit
    pen.rounded_rectangle((92 * unit, 40 * unit, 108 * unit - 1, 360 * unit - 1), 8 * unit, fill="#14532D")
    for top, colour in ((0, "#65A30D"), (96, "#3F8F1D"), (192, "#166534")):
        box = (top + 12) * unit, (top + 104) * unit
        leaf, bend = 92 * unit, 46 * unit
        pen.rounded_rectangle((0, box[0], leaf, box[1]), bend, fill=colour, corners=(False, True, False, True))
        pen.rounded_rectangle(
            (wide - leaf, box[0], wide, box[1]), bend, fill=colour, corners=(True, False, True, False)
        )


def _sunrise(pen: Pen, unit: int) -> None:
    """Round: a sun above two waves."""
    side = 320 * unit
    pen.ellipse((0, 0, side - 1, side - 1), fill="#1E3A8A")
    pen.ellipse((100 * unit, 62 * unit, 220 * unit, 182 * unit), fill="#FBBF24")
    pen.chord((0, 0, side - 1, side - 1), 14, 166, fill="#2563EB")
    pen.chord((0, 0, side - 1, side - 1), 42, 138, fill="#93C5FD")


_MARKS: Final[Mapping[str, tuple[int, int, Callable[[Pen, int], None]]]] = {
    "tile": (320, 320, _tile),
    "sign": (448, 160, _sign),
    "sprout": (200, 360, _sprout),
    "sunrise": (320, 320, _sunrise),
}
