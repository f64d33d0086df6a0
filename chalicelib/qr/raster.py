"""Pictures as pixels. Edges of modules lie on whole pixels, so that they are crisp; only curves are smoothed.

A module is as many pixels wide as there are from its rounded beginning to its rounded end, so a picture has exactly
the size asked for, and two modules differ by one pixel at most. Below THINNEST pixels a module that difference hides
some from readers: of 300 symbols with 2 to 2.5 pixels a module zxing-cpp missed 17 and zbar 15; with whole pixels
neither missed one. So there each has as many whole pixels as fit, and the rest goes to the margin. So small, all are
squares.

A picture is drawn in indexes of a palette, each colour in a range of its own: from hardly any of it to all of it. So
a PNG needs one byte a pixel, or less.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chalicelib.core.styles import TRANSPARENT
from chalicelib.errors import InvalidRequest
from chalicelib.qr.drawings import Drawing
from chalicelib.qr.layers import Boxes, Layer, Modules
from chalicelib.qr.outlines import Radii, radii

if TYPE_CHECKING:
    from PIL.Image import Image

THINNEST: Final = 3.0
SMOOTHING: Final = 8  # so many samples a pixel, across and down
MOST_INDEXES: Final = 256


def raster(drawing: Drawing) -> "Image":
    """The picture: of mode P without a logo, its first index the background; else RGB or RGBA.

    Raises InvalidRequest naming `size` when there is less than a pixel for a module.
    """
    from PIL import Image

    if drawing.size < drawing.modules:
        raise InvalidRequest.for_field("size", f"must be at least {drawing.modules} pixels for what this code holds")
    if drawing.size < THINNEST * drawing.modules:
        drawing = replace(drawing, layers=[_squared(layer) for layer in drawing.layers])
    painter = _Painter(drawing)
    # Indexes are painted as greys, and are given their palette in the end: to paste a grey tile costs a third then.
    picture = Image.new("L", (drawing.size, drawing.size))
    for layer in drawing.layers:
        painter.paint(picture, layer)
    picture.putpalette(painter.palette)
    if drawing.background == TRANSPARENT:
        picture.info["transparency"] = painter.alphas
    return picture if drawing.logo is None else _with_logo(picture, drawing)


class _Ruler(NamedTuple):
    """`start` is the pixel where the symbol begins, `scale` how many a module has: across and down alike."""

    start: float
    scale: float

    def pixel(self, module: float) -> int:
        return round(self.start + module * self.scale)


class _Painter:
    """Paints layers into a picture of indexes."""

    def __init__(self, drawing: Drawing) -> None:
        ruler = _ruler(drawing)
        self.edges = [ruler.pixel(n) for n in range(drawing.symbol.size + 1)]
        self._colours = list(dict.fromkeys(layer.colour for layer in drawing.layers))
        # Straight edges lie on whole pixels: without curves each colour is there or it is not.
        straight = all(map(_is_square, drawing.layers))
        self._levels = 1 if straight else (MOST_INDEXES - 1) // len(self._colours)
        colours = [_rgb(colour) for colour in self._colours]
        see_through = drawing.background == TRANSPARENT
        behind = None if see_through else _rgb(drawing.background)
        self.palette = [*(behind or colours[0])]
        self.alphas = b"\0" if see_through else b""
        for colour in colours:
            for level in range(1, self._levels + 1):
                self.palette += colour if behind is None else _mixed(behind, colour, level / self._levels)
                self.alphas += bytes([round(255 * level / self._levels)]) if see_through else b""

    def paint(self, picture: "Image", layer: Layer) -> None:
        indexes = self._indexes(self._colours.index(layer.colour))
        if isinstance(layer.drawn, Modules):
            self._paint_modules(picture, layer.drawn, indexes)
        else:
            self._paint_boxes(picture, layer.drawn, indexes)

    def _paint_modules(self, picture: "Image", modules: Modules, indexes: Sequence[int]) -> None:
        edges, tiles = self.edges, dict[tuple[int, int, Radii], Any]()
        for x, y in modules.grid.dark():
            left, top, right, bottom = edges[x], edges[y], edges[x + 1], edges[y + 1]
            key = right - left, bottom - top, radii(modules.kind, modules.grid.neighbours(x, y))
            if key not in tiles:
                tiles[key] = _tile(*key).point(indexes)
            picture.paste(tiles[key], (left, top))

    def _paint_boxes(self, picture: "Image", boxes: Boxes, indexes: Sequence[int]) -> None:
        for x, y in boxes.places:
            across = self.edges[x : x + boxes.side + 1]
            down = self.edges[y : y + boxes.side + 1]
            picture.paste(_box(boxes, across, down).point(indexes), (across[0], down[0]))

    def _indexes(self, number: int) -> list[int]:
        """What a share of a colour, 0 to 255, is as an index of the palette."""
        levels = [round(share * self._levels / 255) for share in range(256)]
        return [level and number * self._levels + level for level in levels]


def _ruler(drawing: Drawing) -> _Ruler:
    scale = drawing.size / drawing.modules
    if scale >= THINNEST:
        return _Ruler(drawing.quiet_zone * scale, scale)
    whole = int(scale)
    return _Ruler((drawing.size - whole * drawing.symbol.size) // 2, whole)


def _tile(width: int, height: int, rounded: Radii) -> "Image":
    """How much of each of its pixels a module covers, 0 to 255."""
    from PIL import Image, ImageDraw

    if not any(rounded):
        return Image.new("L", (width, height), 255)
    wide, high = width * SMOOTHING, height * SMOOTHING
    fine = Image.new("L", (wide, high), 255)
    draw = ImageDraw.Draw(fine)
    corners = ((0, 0), (1, 0), (1, 1), (0, 1))
    for (right, bottom), radius in zip(corners, rounded, strict=True):
        across, down = round(radius * wide), round(radius * high)
        if radius:
            _cut(draw, right * (wide - across), bottom * (high - down), across, down)
    for (right, bottom), radius in zip(corners, rounded, strict=True):
        across, down = round(radius * wide), round(radius * high)
        if radius:
            left, top = right * (wide - 2 * across), bottom * (high - 2 * down)
            draw.ellipse((left, top, left + 2 * across - 1, top + 2 * down - 1), fill=255)
    return fine.reduce(SMOOTHING)


def _cut(draw: Any, left: int, top: int, width: int, height: int) -> None:
    draw.rectangle((left, top, left + width - 1, top + height - 1), fill=0)


def _box(boxes: Boxes, across: Sequence[int], down: Sequence[int]) -> "Image":
    """How much of each of its pixels a box covers; `across` and `down` are the pixels where its modules begin."""
    from PIL import Image, ImageDraw

    width, height = across[-1] - across[0], down[-1] - down[0]
    fine = SMOOTHING if boxes.is_round else 1
    picture = Image.new("L", (width * fine, height * fine), 0)
    draw = ImageDraw.Draw(picture)
    scale = width * fine / boxes.side
    if boxes.scalloped:
        _scallop(draw, [(n - across[0]) * fine for n in across], [(n - down[0]) * fine for n in down])
    else:
        whole = (0, 0, width * fine - 1, height * fine - 1)
        draw.rounded_rectangle(whole, radius=boxes.radius * scale, fill=255)
    if boxes.hole is not None:
        left, top = (across[1] - across[0]) * fine, (down[1] - down[0]) * fine
        right, bottom = (across[-2] - across[0]) * fine - 1, (down[-2] - down[0]) * fine - 1
        draw.rounded_rectangle((left, top, right, bottom), radius=boxes.hole * scale, fill=0)
    return picture.reduce(fine) if fine > 1 else picture


def _scallop(draw: Any, across: Sequence[int], down: Sequence[int]) -> None:
    """A dot for each module, and all between the middles of the outer ones."""
    for left, right in pairwise(across):
        for top, bottom in pairwise(down):
            draw.ellipse((left, top, right - 1, bottom - 1), fill=255)
    left, right = (across[0] + across[1]) // 2, (across[-2] + across[-1]) // 2
    top, bottom = (down[0] + down[1]) // 2, (down[-2] + down[-1]) // 2
    draw.rectangle((left, top, right - 1, bottom - 1), fill=255)


def _with_logo(picture: "Image", drawing: Drawing) -> "Image":
    """Logos have colours of their own, more than a palette has room for."""
    from PIL import Image

    placed = drawing.logo
    if placed is None:
        return picture
    mode = "RGBA" if drawing.background == TRANSPARENT else "RGB"
    whole = picture.convert(mode)
    ruler, margin = _ruler(drawing), drawing.quiet_zone
    left, right = ruler.pixel(placed.x - margin), ruler.pixel(placed.x + placed.width - margin)
    top, bottom = ruler.pixel(placed.y - margin), ruler.pixel(placed.y + placed.height - margin)
    size = max(1, right - left), max(1, bottom - top)
    with Image.open(io.BytesIO(placed.content)) as image:
        logo = image.convert("RGBA").resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if mode == "RGBA":
        whole.alpha_composite(logo, (left, top))
    else:
        whole.paste(logo, (left, top), logo)
    return whole


def _is_square(layer: Layer) -> bool:
    return layer.drawn.kind == "square" if isinstance(layer.drawn, Modules) else not layer.drawn.is_round


def _squared(layer: Layer) -> Layer:
    """The layer without curves."""
    drawn = layer.drawn
    if isinstance(drawn, Modules):
        return replace(layer, drawn=replace(drawn, kind="square"))
    return replace(layer, drawn=replace(drawn, radius=0, scalloped=False, hole=None if drawn.hole is None else 0))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(behind: tuple[int, int, int], colour: tuple[int, int, int], share: float) -> list[int]:
    return [round(b + (c - b) * share) for b, c in zip(behind, colour, strict=True)]
