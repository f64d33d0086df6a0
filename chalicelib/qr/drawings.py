"""A picture before it is written in a format: layers, a background, and where a logo goes, all in modules."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.core.styles import Style
from chalicelib.qr import logo_boxes
from chalicelib.qr.layers import Layer, layers
from chalicelib.qr.symbols import Symbol, symbol


@dataclass(frozen=True, slots=True)
class Placed:
    """A logo, a PNG, and where it goes in the picture."""

    content: bytes
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """`size` is the picture's in pixels, `modules` the same with the quiet zone; `background` a colour or TRANSPARENT.

    The layers begin behind the quiet zone. `covered` are the modules under the logo, of those of the symbol.
    """

    size: int
    quiet_zone: int
    symbol: Symbol
    background: str
    layers: Sequence[Layer]
    logo: Placed | None = None
    covered: float = 0.0

    @property
    def modules(self) -> int:
        return self.symbol.size + 2 * self.quiet_zone


def drawing(payload: str, style: Style, logo: bytes | None = None) -> Drawing:
    """A payload's picture in a style. Raises InvalidRequest naming `payload` or `logo`."""
    if logo is None:
        plain = symbol(payload, style.level)
        return Drawing(style.size, style.quiet_zone, plain, style.background, layers(plain, style))
    made, box = logo_boxes.room_for(payload, logo_boxes.aspect(logo))
    inner_width, inner_height = box.width - 2 * logo_boxes.MARGIN, box.height - 2 * logo_boxes.MARGIN
    width, height = logo_boxes.fitted(logo_boxes.aspect(logo), inner_width, inner_height)
    place = Placed(
        logo,
        style.quiet_zone + (made.size - width) / 2,
        style.quiet_zone + (made.size - height) / 2,
        width,
        height,
    )
    covered = box.width * box.height / made.size**2
    return Drawing(style.size, style.quiet_zone, made, style.background, layers(made, style, box), place, covered)
