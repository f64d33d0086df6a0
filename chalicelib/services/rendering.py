"""Pictures of any text, made for one answer: nothing is stored, and nothing is counted."""

from typing import NamedTuple

from chalicelib.core.scannability import Scannability
from chalicelib.core.styles import Style
from chalicelib.qr import pictures, proof


class Rendered(NamedTuple):
    """A picture's file, and how well it can be read."""

    content: bytes
    scannability: Scannability


def render(payload: str, style: Style) -> Rendered:
    """The picture of a payload in a style without a logo.

    Raises InvalidRequest naming `payload` or `size`, and Unscannable when nobody could read it.
    """
    scannability = proof.examine(payload, style)
    return Rendered(pictures.draw(payload, style), scannability)
