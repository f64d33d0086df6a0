"""Pictures as PDF, for print: the layers as curves, greys as such, so that black is printed with black ink alone."""

import io
from typing import TYPE_CHECKING, Any
from zlib import compress

from chalicelib.core.styles import TRANSPARENT
from chalicelib.qr.curves import curves
from chalicelib.qr.drawings import Drawing, Placed

if TYPE_CHECKING:
    from pydyf import PDF, Stream


def pdf(drawing: Drawing) -> bytes:
    """The file: one page of `size` points, without a date, so that the same picture is the same file."""
    import pydyf

    document, size = pydyf.PDF(), drawing.size
    page = pydyf.Stream()
    if drawing.background != TRANSPARENT:
        _paint(page, drawing.background)
        page.rectangle(0, 0, size, size)
        page.fill()
    _draw(page, drawing)
    resources: dict[str, Any] = {}
    if drawing.logo:
        _place(page, drawing.logo)
        resources["XObject"] = pydyf.Dictionary({"Logo": _image(document, drawing.logo.content)})
    packed = _packed(page)
    document.add_object(packed)
    document.add_page(
        pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": document.pages.reference,
                "MediaBox": pydyf.Array([0, 0, size, size]),
                "Contents": packed.reference,
                "Resources": pydyf.Dictionary(resources),
            }
        )
    )
    file = io.BytesIO()
    document.write(file)
    return file.getvalue()


def _packed(page: "Stream") -> "Stream":
    """A stream, deflated: pydyf's own way takes eight times as long, and what it makes is no smaller."""
    import pydyf

    return pydyf.Stream([compress(b"\n".join(page.stream))], {"Filter": "/FlateDecode"})


def _draw(page: "Stream", drawing: Drawing) -> None:
    """The layers, in modules from the upper left corner: PDF counts upwards."""
    scale = drawing.size / drawing.modules
    page.set_matrix(scale, 0, 0, -scale, 0, drawing.size)
    for layer in drawing.layers:
        _paint(page, layer.colour)
        page.stream.append("\n".join(curves(layer.drawn.outlines(), drawing.quiet_zone)).encode())
        page.fill()


def _paint(page: "Stream", colour: str) -> None:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    if red == green == blue:
        page.stream.append(f"{red:.4g} g".encode())
    else:
        page.set_color_rgb(red, green, blue)


def _place(page: "Stream", logo: Placed) -> None:
    """An image is one unit wide and high, and counts upwards too."""
    page.push_state()
    page.set_matrix(logo.width, 0, 0, -logo.height, logo.x, logo.y + logo.height)
    page.draw_x_object("Logo")
    page.pop_state()


def _image(document: "PDF", content: bytes) -> bytes:
    """A logo as an object of the document, its transparency as another."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        pixels = image.convert("RGBA")
    mask = _pixels(document, pixels.getchannel("A"), "/DeviceGray")
    return _pixels(document, pixels.convert("RGB"), "/DeviceRGB", {"SMask": mask})


def _pixels(document: "PDF", image: Any, space: str, extra: dict[str, Any] | None = None) -> bytes:
    import pydyf

    said = {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": image.width,
        "Height": image.height,
        "ColorSpace": space,
        "BitsPerComponent": 8,
        "Filter": "/FlateDecode",
        **(extra or {}),
    }
    made = pydyf.Stream([compress(image.tobytes())], said)
    document.add_object(made)
    reference: bytes = made.reference
    return reference
