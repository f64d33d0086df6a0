"""Readers of QR codes, each written by others than the next: what they find in a picture.

What they find is bytes: a reader's text may be another spelling of them (zxing-cpp shows the parts of a GS1 payload in
brackets), and zbar gives no other. OpenCV's gives text alone, knows no UTF-8, and misses symbols that the others find;
what it does find shall be right.
"""

from typing import Any, cast

import numpy as np
from PIL import Image

from tests.qr.programs import need

WHITE = (255, 255, 255, 255)


def read_by_both(picture: Image.Image) -> dict[str, list[bytes]]:
    """What zxing-cpp and zbar find, by their names."""
    return {"zxing-cpp": zxing(picture), "zbar": zbar(picture)}


def zxing(picture: Image.Image) -> list[bytes]:
    import zxingcpp

    grey = on_white(picture).convert("L")
    symbols = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(grey, formats=symbols, try_invert=False)
    return [result.bytes for result in found]


def zbar(picture: Image.Image) -> list[bytes]:
    need("zbar")
    from pyzbar import pyzbar

    found = pyzbar.decode(on_white(picture).convert("L"), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [result.data for result in found]


def opencv(picture: Image.Image) -> str:
    import cv2

    text, *_ = cast(Any, cv2.QRCodeDetector()).detectAndDecode(np.asarray(on_white(picture).convert("L")))
    return str(text)


def on_white(picture: Image.Image) -> Image.Image:
    """A picture as it is on paper."""
    seen = picture.convert("RGBA")
    paper = Image.new("RGBA", seen.size, WHITE)
    paper.alpha_composite(seen)
    return paper.convert("RGB")
