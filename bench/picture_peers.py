"""What other libraries draw of the same payload, for `bench.pictures`: segno, and `qrcode` with Pillow.

Each draws at the same error correction level, with the same quiet zone, and as large as whole modules of a picture of
that width allow. What a library has no writer for is left out, rather than made of parts by hand.
"""

import io
from collections.abc import Callable
from typing import Any, Final

from chalicelib.core.styles import QUIET_ZONE, Style

Draw = Callable[[], bytes]

SEGNOS: Final = ("svg", "png")  # segno writes no WebP
FILES: Final = {"png": "PNG", "webp": "WEBP"}


def segno(payload: str, kind: str, size: int) -> Draw | None:
    """A plain picture by segno's own writer."""
    if kind not in SEGNOS:
        return None
    import segno as library

    def draw() -> bytes:
        code: Any = library.make_qr(payload, error="M", boost_error=False)
        file = io.BytesIO()
        code.save(file, kind=kind, border=QUIET_ZONE, scale=size // code.symbol_size(border=QUIET_ZONE)[0])
        return file.getvalue()

    return draw


def qrcode(payload: str, style: Style, circles: bool, logo: bytes | None) -> Draw | None:
    """A picture by `qrcode`: square modules, or `circles` in the style's colours, perhaps with a logo in the middle."""
    if style.format in FILES:
        return lambda: _raster(payload, style, circles, logo)
    return (lambda: _svg(payload, style, circles)) if style.format == "svg" and not logo else None


def _raster(payload: str, style: Style, circles: bool, logo: bytes | None) -> bytes:
    from qrcode.image.pil import PilImage

    code = _code(payload, style.size, "H" if logo else "M")
    image = code.make_image(**_styled(style, logo)) if circles else code.make_image(PilImage)
    file = io.BytesIO()
    options = {"lossless": True, "quality": 0, "method": 0} if style.format == "webp" else {}
    image.save(file, FILES[style.format], **options)
    return file.getvalue()


def _styled(style: Style, logo: bytes | None) -> dict[str, Any]:
    from PIL import Image
    from qrcode.image.styledpil import StyledPilImage
    from qrcode.image.styles.colormasks import SolidFillColorMask
    from qrcode.image.styles.moduledrawers import CircleModuleDrawer

    colours = [tuple(bytes.fromhex(colour[1:])) for colour in (style.background, style.foreground)]
    return {
        "image_factory": StyledPilImage,
        "module_drawer": CircleModuleDrawer(),
        "color_mask": SolidFillColorMask(*colours),
        "embedded_image": Image.open(io.BytesIO(logo)) if logo else None,
    }


def _svg(payload: str, style: Style, circles: bool) -> bytes:
    from qrcode.image.svg import SvgPathImage

    image = _code(payload, style.size, "M").make_image(SvgPathImage, module_drawer="circle" if circles else None)
    file = io.BytesIO()
    image.save(file)
    return file.getvalue()


def _code(payload: str, size: int, level: str) -> Any:
    import qrcode as library

    code: Any = library.QRCode(error_correction=getattr(library, f"ERROR_CORRECT_{level}"), border=QUIET_ZONE)
    code.add_data(payload)
    code.make(fit=True)
    code.box_size = size // (code.modules_count + 2 * QUIET_ZONE)
    return code
