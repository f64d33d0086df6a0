"""Outlines of modules: polygons of horizontal and vertical edges, with corners that may be rounded.

Modules that touch are one polygon, so that no renderer shows a hairline between them. Edges have what is dark on
their right: outer outlines go clockwise, holes the other way. Modules that meet at a corner only stay apart. How
corners are rounded is that of the `qr-code-styling` library.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from chalicelib.core.styles import DotsType

# Sides and corners go clockwise: up, right, down, left; the first corner is the upper left one.
UP, RIGHT, DOWN, LEFT = 1, 2, 4, 8
_SIDES: Final = (LEFT | UP, UP | RIGHT, RIGHT | DOWN, DOWN | LEFT)
# Where, from a vertex at which an outline turns right, the module lies whose corner that is, by the way it came.
_TURNED: Final = ((-1, 0, 1), (-1, -1, 2), (0, -1, 3), (0, 0, 0))
# How an outline goes on that came some way (4 of them) to a vertex that it may leave in some ways (16 sets of bits):
# to the right (1) if it can, so that modules that meet at a corner stay apart; else straight on (0), or to the left
# (3).
_TURNS: Final = [
    [next((turn for turn in (1, 0, 3) if ways & 1 << (way + turn) % 4), 0) for ways in range(16)] for way in range(4)
]

# How far a Bezier curve's control points are along the tangents of a quarter of a circle.
KAPPA: Final = 0.5522847498

Radii = tuple[float, float, float, float]


class Corner(NamedTuple):
    """A vertex of an outline, in modules, and the radius that rounds it."""

    x: float
    y: float
    radius: float


Outline = Sequence[Corner]


class Turn(NamedTuple):
    """A corner as it is drawn: where it begins, and where it ends; a quarter of a circle unless the radius is 0."""

    x: float
    y: float
    end_x: float
    end_y: float
    radius: float
    clockwise: bool

    @property
    def curve(self) -> tuple[float, float, float, float, float, float]:
        """The quarter of a circle as a Bezier curve: its two control points, and its end."""
        level = (self.end_x > self.x) == (self.end_y > self.y)  # from there on, across or down
        x, y = (self.end_x, self.y) if level == self.clockwise else (self.x, self.end_y)
        first = self.x + (x - self.x) * KAPPA, self.y + (y - self.y) * KAPPA
        second = self.end_x + (x - self.end_x) * KAPPA, self.end_y + (y - self.end_y) * KAPPA
        return *first, *second, self.end_x, self.end_y


def turns(outline: Outline) -> list[Turn]:
    """The corners of an outline; between them it is straight."""
    found: list[Turn] = []
    before = outline[-1]
    for corner, after in zip(outline, (*outline[1:], outline[0]), strict=True):
        x, y, radius = corner
        if not radius:
            found.append(Turn(x, y, x, y, 0, clockwise=True))
        else:
            dx, dy = _unit(x - before.x), _unit(y - before.y)
            nx, ny = _unit(after.x - x), _unit(after.y - y)
            clockwise = dx * ny - dy * nx > 0
            turn = Turn(x - dx * radius, y - dy * radius, x + nx * radius, y + ny * radius, radius, clockwise)
            found.append(turn)
        before = corner
    return found


def _unit(length: float) -> int:
    return (length > 0) - (length < 0)


class Grid:
    """Dark modules, `rows` of 0 and 1, as wide as they are high."""

    def __init__(self, rows: Sequence[bytes]) -> None:
        self.size = len(rows)
        self._width = self.size + 2
        margin = bytes(self._width)
        self._cells = b"".join((margin, *(b"\0" + bytes(row) + b"\0" for row in rows), margin))

    def dark(self) -> list[tuple[int, int]]:
        """The places of the dark modules, row by row."""
        width, cells, found, at = self._width, self._cells, list[tuple[int, int]](), self._cells.find(1)
        while at >= 0:
            found.append((at % width - 1, at // width - 1))
            at = cells.find(1, at + 1)
        return found

    def neighbours(self, x: int, y: int) -> int:
        """On which sides of a module there are dark ones."""
        cells, width = self._cells, self._width
        at = (y + 1) * width + x + 1
        return cells[at - width] | cells[at + 1] << 1 | cells[at + width] << 2 | cells[at - 1] << 3

    def outlines(self, kind: DotsType) -> list[Outline]:
        """The outlines of all dark modules, or, of dots, of each."""
        if kind == "dots":
            return [box(x, y, 1, 0.5) for x, y in self.dark()]
        ways = self._ways()
        return [self._outline(start, ways, kind) for start in range(len(ways)) if ways[start] & 1]

    def _ways(self) -> bytearray:
        """For each vertex, as bits, in which directions (right, down, left, up) outlines leave it."""
        width, ways = self._width, bytearray(len(self._cells))
        for x, y in self.dark():
            beside, at = self.neighbours(x, y), y * width + x
            if not beside & UP:
                ways[at] |= 1
            if not beside & RIGHT:
                ways[at + 1] |= 2
            if not beside & DOWN:
                ways[at + width + 1] |= 4
            if not beside & LEFT:
                ways[at + width] |= 8
        return ways

    def _outline(self, start: int, ways: bytearray, kind: DotsType) -> Outline:
        """Follow one outline from a vertex that it leaves to the right, and take its edges away."""
        ahead = (1, self._width, -1, -self._width)
        corners: list[Corner] = []
        at, way = start + 1, 0
        while True:
            turn = _TURNS[way][ways[at]]
            if turn:
                corners.append(self._corner(at, way, kind if turn == 1 else "square"))
            way = (way + turn) % 4
            ways[at] &= ~(1 << way)
            if at == start and way == 0:
                return corners
            at += ahead[way]

    def _corner(self, at: int, way: int, kind: DotsType) -> Corner:
        y, x = divmod(at, self._width)
        if kind == "square":
            return Corner(x, y, 0)
        dx, dy, which = _TURNED[way]
        return Corner(x, y, radii(kind, self.neighbours(x + dx, y + dy))[which])


def box(x: float, y: float, side: float, radius: float, hole: bool = False) -> Outline:
    """A square with rounded corners; a circle when the radius is half of its side."""
    ends = ((x, y), (x + side, y), (x + side, y + side), (x, y + side))
    return [Corner(*end, radius) for end in (reversed(ends) if hole else ends)]


def scallops(x: float, y: float, side: int) -> Outline:
    """A square with half a circle for each module of its edge."""
    corners: list[Corner] = []
    dx, dy = 1, 0
    for _ in range(4):
        corners.append(Corner(x, y, 0.5))
        for _ in range(side - 1):
            x, y = x + dx, y + dy
            corners += [Corner(x, y, 0.5), Corner(x - dy / 2, y + dx / 2, 0), Corner(x, y, 0.5)]
        x, y = x + dx, y + dy
        dx, dy = -dy, dx
    return corners


@cache
def radii(kind: DotsType, neighbours: int) -> Radii:
    """How a module's corners are rounded: of those where it has no neighbour on either side."""
    free = [not neighbours & sides for sides in _SIDES]
    if kind == "dots":
        return 0.5, 0.5, 0.5, 0.5
    if kind == "rounded":
        rounded = [0.5 if corner else 0.0 for corner in free]
    elif kind == "extra-rounded":
        radius = 1.0 if free.count(True) == 1 else 0.5
        rounded = [radius if corner else 0.0 for corner in free]
    elif kind == "square":
        rounded = [0.0] * 4
    else:
        radius = 0.5 if kind == "classy" or not neighbours else 1.0
        first, last = free[0], free[2] and not (free[0] and neighbours)
        rounded = [radius if first else 0.0, 0.0, radius if last else 0.0, 0.0]
    return rounded[0], rounded[1], rounded[2], rounded[3]
