"""Readers of QR codes, each written by others than the next: what they find in a picture.

What they find is bytes: a reader's text may be another spelling of them (zxing-cpp shows the parts of a GS1 payload in
brackets), and zbar gives no other. OpenCV's gives text alone, knows no UTF-8, and misses symbols that the others find;
what it does find shall be right.
"""

from typing import Any, cast

import cv2
import numpy as np
import zxingcpp
from PIL import Image

from tests.qr.programs import need

WHITE = (255, 255, 255, 255)


def read_by_both(picture: Image.Image) -> dict[str, list[bytes]]:
    """What zxing-cpp and zbar find, by their names."""
    return {"zxing-cpp": zxing(picture), "zbar": zbar(picture)}


def zxing(picture: Image.Image) -> list[bytes]:
    return [found.bytes for found in _found(picture)]


def plain_text(picture: Image.Image) -> str:
    """The text that zxing-cpp makes of the one symbol in a picture."""
    [found] = _found(picture)
    return found.text


def _found(picture: Image.Image) -> list[zxingcpp.Barcode]:
    grey, symbols = on_white(picture).convert("L"), zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return zxingcpp.read_barcodes(grey, formats=symbols, text_mode=zxingcpp.TextMode.Plain, try_invert=False)


def zbar(picture: Image.Image) -> list[bytes]:
    need("zbar")
    from pyzbar import pyzbar

    found = pyzbar.decode(on_white(picture).convert("L"), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [result.data for result in found]


def opencv(picture: Image.Image) -> str:
    text, *_ = cast(Any, cv2.QRCodeDetector()).detectAndDecode(np.asarray(on_white(picture).convert("L")))
    return str(text)


def on_white(picture: Image.Image) -> Image.Image:
    """A picture as it is on paper."""
    seen = picture.convert("RGBA")
    paper = Image.new("RGBA", seen.size, WHITE)
    paper.alpha_composite(seen)
    return paper.convert("RGB")
