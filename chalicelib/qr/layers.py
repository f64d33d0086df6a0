"""Layers of a picture, from the dots to the corners: what is drawn, in which colour, in modules of the symbol."""

from dataclasses import dataclass
from typing import Final

from chalicelib.core.styles import DOTS, CornersType, DotsType, Style
from chalicelib.qr.logo_boxes import LogoBox
from chalicelib.qr.outlines import Grid, Outline, box, scallops
from chalicelib.qr.symbols import FINDER, Symbol

EYE: Final = 3  # modules a side of the square within a finder pattern

# `extra-rounded` and `dot` are drawn around the whole of a corner: the radii of the ring, outside and inside, and of
# the square within. Any other kind rounds a corner's modules as it rounds those of the data.
_RINGS: Final[dict[CornersType, tuple[float, float]]] = {
    "extra-rounded": (2.5, 1.5),
    "dot": (3.5, 2.5),
    "square": (0, 0),
}
_EYES: Final[dict[CornersType, float]] = {"extra-rounded": 1.0, "dot": 1.5, "square": 0}


@dataclass(frozen=True, slots=True)
class Boxes:
    """Equal squares at some places, `side` modules wide, their corners rounded by `radius`, or their edges `scalloped`.

    `hole` is the radius of what is cut out of each, one module from its edge; None for nothing.
    """

    places: tuple[tuple[int, int], ...]
    side: int
    radius: float
    hole: float | None = None
    scalloped: bool = False

    @property
    def is_round(self) -> bool:
        return bool(self.radius or self.hole or self.scalloped)

    def outlines(self) -> list[Outline]:
        if self.scalloped:
            return [scallops(x, y, self.side) for x, y in self.places]
        drawn = [box(x, y, self.side, self.radius) for x, y in self.places]
        if self.hole is not None:
            drawn += [box(x + 1, y + 1, self.side - 2, self.hole, hole=True) for x, y in self.places]
        return drawn


@dataclass(frozen=True, slots=True)
class Modules:
    """Modules that are each drawn in a kind's way."""

    grid: Grid
    kind: DotsType

    def outlines(self) -> list[Outline]:
        return self.grid.outlines(self.kind)


@dataclass(frozen=True, slots=True)
class Layer:
    """What is drawn in one colour, `#RRGGBB`."""

    colour: str
    drawn: Boxes | Modules


def layers(symbol: Symbol, style: Style, logo: LogoBox | None = None) -> list[Layer]:
    """The dots, the rings and the eyes of a symbol; under a logo there are none."""
    shapes = style.shapes
    rings, eyes = style.corner_squares_colour, style.corner_dots_colour
    return [
        Layer(style.foreground, Modules(Grid(_data(symbol, logo)), shapes.dots)),
        Layer(rings or style.foreground, _ring(symbol, shapes.corner_squares)),
        Layer(eyes or style.foreground, _eye(symbol, shapes.corner_dots)),
    ]


def _data(symbol: Symbol, logo: LogoBox | None) -> list[bytes]:
    """The rows without the finder patterns, and without what a logo covers."""
    rows = [bytearray(row) for row in symbol.rows]
    for x, y in symbol.finders:
        _clear(rows, x, y, FINDER, FINDER)
    if logo is not None:
        _clear(rows, logo.x, logo.y, logo.width, logo.height)
    return [bytes(row) for row in rows]


def _clear(rows: list[bytearray], x: int, y: int, width: int, height: int) -> None:
    for row in rows[y : y + height]:
        row[x : x + width] = bytes(width)


def _ring(symbol: Symbol, kind: CornersType) -> Boxes | Modules:
    if kind in _RINGS:
        outer, inner = _RINGS[kind]
        return Boxes(symbol.finders, FINDER, outer, inner)
    full = b"\1" * FINDER
    hollow = b"\1" + bytes(FINDER - 2) + b"\1"
    return _modules(symbol, [full, *[hollow] * (FINDER - 2), full], 0, kind)


def _eye(symbol: Symbol, kind: CornersType) -> Boxes | Modules:
    inset = (FINDER - EYE) // 2
    places = tuple((x + inset, y + inset) for x, y in symbol.finders)
    if kind in _EYES:
        return Boxes(places, EYE, _EYES[kind])
    if kind == "dots":  # nine dots that only touch are no square to any reader: what is between them is filled
        return Boxes(places, EYE, 0, scalloped=True)
    return _modules(symbol, [b"\1" * EYE] * EYE, inset, kind)


def _modules(symbol: Symbol, pattern: list[bytes], inset: int, kind: CornersType) -> Modules:
    """The same pattern of modules in all three corners."""
    rows = [bytearray(symbol.size) for _ in range(symbol.size)]
    for x, y in symbol.finders:
        for row, line in zip(rows[y + inset :], pattern, strict=False):
            row[x + inset : x + inset + len(line)] = line
    dots = next(dots for dots in DOTS if dots == kind)
    return Modules(Grid([bytes(row) for row in rows]), dots)
