"""Pictures as Encapsulated PostScript (EPSF-3.0, LanguageLevel 3), for print: the layers as curves.

PostScript knows no transparency: a logo is laid upon the background, or upon white where there is none.
"""

import io
from base64 import a85encode
from collections.abc import Iterator
from zlib import compress

from chalicelib.core.styles import TRANSPARENT
from chalicelib.qr.curves import curves
from chalicelib.qr.drawings import Drawing, Placed

WHITE = "#FFFFFF"


def eps(drawing: Drawing) -> bytes:
    """The file, `size` points wide and high. Its text is ASCII."""
    return ("\n".join(_lines(drawing)) + "\n").encode()


def _lines(drawing: Drawing) -> Iterator[str]:
    size, scale = drawing.size, drawing.size / drawing.modules
    yield "%!PS-Adobe-3.0 EPSF-3.0"
    yield f"%%BoundingBox: 0 0 {size} {size}"
    yield "%%LanguageLevel: 3"
    yield "%%EndComments"
    yield "gsave 4 dict begin"  # what embeds the picture has names of its own
    if drawing.background != TRANSPARENT:
        yield f"{_paint(drawing.background)} 0 0 {size} {size} rectfill"
    yield "/m {moveto} bind def /l {lineto} bind def /c {curveto} bind def /h {closepath} bind def"
    yield f"0 {size} translate {scale:.6f} -{scale:.6f} scale"
    for layer in drawing.layers:
        yield f"{_paint(layer.colour)} newpath"
        yield from curves(layer.drawn.outlines(), drawing.quiet_zone)
        yield "fill"
    if drawing.logo:
        yield from _image(drawing.logo, WHITE if drawing.background == TRANSPARENT else drawing.background)
    yield "end grestore showpage"
    yield "%%EOF"


def _paint(colour: str) -> str:
    """Greys as such, so that black is printed with black ink alone."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    if red == green == blue:
        return f"{red:.4g} setgray"
    return f"{red:.4g} {green:.4g} {blue:.4g} setrgbcolor"


def _image(logo: Placed, behind: str) -> Iterator[str]:
    from PIL import Image

    with Image.open(io.BytesIO(logo.content)) as image:
        pixels = image.convert("RGBA")
    flat = Image.new("RGBA", pixels.size, behind)
    flat.alpha_composite(pixels)
    width, height = flat.size
    yield f"gsave {logo.x:.6g} {logo.y:.6g} translate {logo.width:.6g} {logo.height:.6g} scale"
    yield "/DeviceRGB setcolorspace"
    yield "<< /ImageType 1 /BitsPerComponent 8 /Decode [0 1 0 1 0 1]"
    yield f"/Width {width} /Height {height} /ImageMatrix [{width} 0 0 {height} 0 0]"
    yield "/DataSource currentfile /ASCII85Decode filter /FlateDecode filter >> image"
    # A line that began with a percent sign would be a comment to some readers.
    text = a85encode(compress(flat.convert("RGB").tobytes())).decode()
    yield "\n".join(" " + text[at : at + 100] for at in range(0, len(text), 100))
    yield "~> grestore"
