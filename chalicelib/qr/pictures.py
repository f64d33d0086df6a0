"""Pictures of QR codes as files: PNG, SVG and WebP for screens, PDF and EPS for print."""

import io
from collections.abc import Callable, Mapping
from typing import Any, Final

from chalicelib.core.styles import Format, Style
from chalicelib.qr import eps, pdf, raster, svg
from chalicelib.qr.drawings import Drawing, drawing

# Raised whenever the same code and style give other bytes: what caches hold is then out of date.
RENDERER: Final = 1


def draw(payload: str, style: Style, logo: bytes | None = None) -> bytes:
    """A QR code's picture in its style's format; `logo` is a PNG, as `logos.normalise` makes it.

    `size` is the exact width and height: pixels, or points in PDF and EPS. A logo raises the error correction level
    to H. Raises InvalidRequest naming `payload` when no symbol holds it, `size` when that is too few pixels.
    """
    return _WRITERS[style.format](drawing(payload, style, logo))


def _png(drawn: Drawing) -> bytes:
    picture = raster.raster(drawn)
    if picture.mode != "P":
        return _saved(picture, "PNG")
    colours = len(picture.getpalette() or ()) // 3
    return _saved(picture, "PNG", bits=_bits(colours - 1), **_transparency(picture))


def _webp(drawn: Drawing) -> bytes:
    picture = raster.raster(drawn)
    wanted = "RGBA" if "transparency" in picture.info or picture.mode == "RGBA" else "RGB"
    return _saved(picture.convert(wanted), "WEBP", lossless=True, quality=0, method=0)


def _transparency(picture: Any) -> dict[str, Any]:
    return {"transparency": picture.info["transparency"]} if "transparency" in picture.info else {}


def _bits(highest: int) -> int:
    """The bits a pixel that PNG needs for indexes up to one."""
    return next(bits for bits in (1, 2, 4, 8) if highest < 2**bits)


def _saved(picture: Any, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


_WRITERS: Final[Mapping[Format, Callable[[Drawing], bytes]]] = {
    "png": _png,
    "webp": _webp,
    "svg": svg.svg,
    "pdf": pdf.pdf,
    "eps": eps.eps,
}
