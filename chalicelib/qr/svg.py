"""Pictures as SVG: one path a layer, in modules, so that they stay sharp at any size."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from chalicelib.core.styles import TRANSPARENT
from chalicelib.qr.drawings import Drawing
from chalicelib.qr.outlines import Corner, Outline, Turn, turns

Relative = tuple[tuple[float, float, float], ...]  # an outline's corners, seen from the first one


class _Piece(NamedTuple):
    """An outline as path data, and where that begins, seen from the first corner."""

    x: float
    y: float
    data: str


def svg(drawing: Drawing) -> bytes:
    """The file. Its text is ASCII."""
    side, size = drawing.modules, drawing.size
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {side} {side}">'
    return "".join((opened, *_painted(drawing), *_logo(drawing), "</svg>\n")).encode()


def _painted(drawing: Drawing) -> Iterator[str]:
    side = drawing.modules
    if drawing.background != TRANSPARENT:
        yield f'<path fill="{drawing.background}" d="M0 0h{side}v{side}H0z"/>'
    for layer in drawing.layers:
        if data := path(layer.drawn.outlines(), drawing.quiet_zone):
            yield f'<path fill="{layer.colour}" d="{data}"/>'


def path(outlines: Iterable[Outline], offset: float) -> str:
    """Outlines as path data, `offset` modules to the right and down."""
    written: list[str] = []
    known: dict[Relative, _Piece] = {}  # the same shape is in many places
    at_x = at_y = -offset
    for outline in outlines:
        x, y, _ = outline[0]
        relative = tuple([(corner_x - x, corner_y - y, radius) for corner_x, corner_y, radius in outline])
        if not (piece := known.get(relative)):
            piece = known[relative] = _piece(relative)
        x, y = x + piece.x, y + piece.y
        written.append(f"{'m' if written else 'M'}{number(x - at_x)}{_next(y - at_y)}{piece.data}")
        at_x, at_y = x, y
    return "".join(written)


def _piece(relative: Relative) -> _Piece:
    if any(radius for _, _, radius in relative):
        return _curved(relative)
    (x, y, _), *others = relative
    edges: list[str] = []
    for next_x, next_y, _ in others:
        edges.append(f"h{number(next_x - x)}" if next_x != x else f"v{number(next_y - y)}")
        x, y = next_x, next_y
    return _Piece(0, 0, "".join(edges) + "z")


def _curved(relative: Relative) -> _Piece:
    corners = turns([Corner(*corner) for corner in relative])
    first = corners[0]
    pen = _Pen(first.end_x, first.end_y)
    for corner in corners[1:]:
        pen.turn(corner)
    if first.radius:
        pen.turn(first)
    return _Piece(first.end_x, first.end_y, pen.close())


class _Pen:
    """Writes path data, relative to where the pen is."""

    def __init__(self, x: float, y: float) -> None:
        self._written: list[str] = []
        self._at = x, y
        self._arc: tuple[float, float, Turn] | None = None  # a quarter that was not written yet: two are a half

    def turn(self, corner: Turn) -> None:
        self._line(corner.x, corner.y)
        if not corner.radius:
            self._flush()  # quarters on both sides of a sharp corner are no half
            return
        self._bend(corner)
        self._at = corner.end_x, corner.end_y

    def close(self) -> str:
        self._flush()
        return "".join((*self._written, "z"))

    def _line(self, x: float, y: float) -> None:
        dx, dy = x - self._at[0], y - self._at[1]
        if dx or dy:
            self._flush()
            self._written.append(f"h{number(dx)}" if dx else f"v{number(dy)}")
            self._at = x, y

    def _bend(self, corner: Turn) -> None:
        dx, dy = corner.end_x - corner.x, corner.end_y - corner.y
        if self._arc and self._arc[2][4:] == corner[4:]:
            self._arc = self._arc[0] + dx, self._arc[1] + dy, corner
            self._flush()
        else:
            self._flush()
            self._arc = dx, dy, corner

    def _flush(self) -> None:
        if self._arc:
            dx, dy, corner = self._arc
            radius = number(corner.radius)
            self._written.append(f"a{radius}{_next(corner.radius)} 0 0 {corner.clockwise:d}{_next(dx)}{_next(dy)}")
            self._arc = None


@cache
def number(value: float) -> str:
    """A number in as few characters as SVG takes it."""
    if not value % 1:
        return f"{value:.0f}"
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


@cache
def _next(value: float) -> str:
    """A number that follows another one."""
    text = number(value)
    return text if text.startswith("-") else f" {text}"


def _logo(drawing: Drawing) -> Iterator[str]:
    if drawing.logo is None:
        return
    placed = drawing.logo
    data = b64encode(placed.content).decode()
    place = (
        f'x="{number(placed.x)}" y="{number(placed.y)}" width="{number(placed.width)}" height="{number(placed.height)}"'
    )
    yield f'<image {place} href="data:image/png;base64,{data}"/>'
