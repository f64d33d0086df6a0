"""Pictures as SVG: one path a layer, in modules, so that they stay sharp at any size."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache

from chalicelib.core.styles import TRANSPARENT
from chalicelib.qr.drawings import Drawing
from chalicelib.qr.outlines import Outline, Turn, turns


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
    pen = _Pen()
    for outline in outlines:
        corners = turns(outline)
        first = corners[0]
        pen.move(first.end_x + offset, first.end_y + offset)
        for corner in corners[1:]:
            pen.turn(corner, offset)
        if first.radius:
            pen.turn(first, offset)
        pen.close()
    return "".join(pen.written)


class _Pen:
    """Writes path data, relative to where the pen is."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._at = self._start = (0.0, 0.0)
        self._arc: tuple[float, float, Turn] | None = None  # a quarter that was not written yet: two are a half

    def move(self, x: float, y: float) -> None:
        dx, dy = x - self._at[0], y - self._at[1]
        self.written.append(f"{'m' if self.written else 'M'}{number(dx)}{_next(dy)}")
        self._at = self._start = x, y

    def turn(self, corner: Turn, offset: float) -> None:
        self._line(corner.x + offset, corner.y + offset)
        if corner.radius:
            self._bend(corner)
            self._at = corner.end_x + offset, corner.end_y + offset

    def close(self) -> None:
        self._flush()
        self.written.append("z")
        self._at = self._start

    def _line(self, x: float, y: float) -> None:
        dx, dy = x - self._at[0], y - self._at[1]
        if dx or dy:
            self._flush()
            self.written.append(f"h{number(dx)}" if dx else f"v{number(dy)}")
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
            self.written.append(f"a{radius}{_next(corner.radius)} 0 0 {corner.clockwise:d}{_next(dx)}{_next(dy)}")
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
