"""What the tests of pictures draw: payloads from one character to the most that a symbol holds, and logos."""

import io
from typing import Final

from PIL import Image, ImageDraw

from chalicelib.core.styles import Level
from chalicelib.qr.payloads import build

VCARD: Final = build(
    "vcard",
    {
        "first_name": "Jörg",
        "last_name": "Müßig",
        "org": "Bäckerei Süß; Söhne",
        "phone": "+49 30 901820",
        "city": "Köln",
    },
)
WIFI: Final = build("wifi", {"ssid": 'Café; "Zur, Post"', "password": "back\\slash:semi;colon", "hidden": True})

# Labels -> payloads that fit every level.
PAYLOADS: Final[dict[str, str]] = {
    "url": "https://qz.example/abc123",
    "compact url": "HTTPS://QZ.EXAMPLE/ABC123",
    "digits": "0123456789012345678901234567890",
    "one character": "Q",
    "wifi": WIFI,
    "vcard": VCARD,
    "japanese": "東京都千代田区、ようこそ 🍣🗼 ｶﾀｶﾅ",
    "500 bytes": ("The quick brown fox jumps over the lazy dog; 0123456789. " * 9)[:500],
}
# The most bytes of ASCII that a level holds (ISO/IEC 18004, table 7), or that a payload may have.
LONGEST: Final[dict[Level, str]] = {
    "L": ("Longest of level L. " * 103)[:2048],
    "M": ("Longest of level M. " * 103)[:2048],
    "Q": ("Longest of level Q. " * 103)[:1663],
    "H": ("Longest of level H. " * 103)[:1273],
}

LOGO_SIZES: Final = {"1:1": (300, 300), "3:1": (450, 150), "1:3": (150, 450)}


def logo(width: int, height: int) -> bytes:
    """A PNG: a frame and a disc of strong colours, which no reader may take for dots."""
    picture = Image.new("RGBA", (width, height), (0xE6, 0x39, 0x46, 255))
    draw = ImageDraw.Draw(picture)
    edge, middle = min(width, height) // 8, min(width, height) // 2
    draw.rectangle((edge, edge, width - 1 - edge, height - 1 - edge), fill=(0x1D, 0x35, 0x57, 255))
    across, down = width // 2, height // 2
    reach = middle - 2 * edge
    draw.ellipse((across - reach, down - reach, across + reach, down + reach), fill=(0xF1, 0xFA, 0xEE, 255))
    return _png(picture)


def plain(width: int, height: int, colour: str) -> bytes:
    """A PNG of one colour."""
    return _png(Image.new("RGB", (width, height), colour))


def see_through() -> bytes:
    """A PNG: a disc that fades, and nothing around it."""
    size = 200
    picture = Image.new("RGBA", (size, size), (0x2A, 0x9D, 0x8F, 0))
    opacity = Image.radial_gradient("L").resize((size, size)).point([255 - min(255, 2 * level) for level in range(256)])
    picture.putalpha(opacity)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


LOGOS: Final = {label: logo(*size) for label, size in LOGO_SIZES.items()}
