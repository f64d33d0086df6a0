"""Pictures of any text, made for one answer: nothing is stored, and nothing is counted."""

from dataclasses import replace
from typing import Final, NamedTuple

from chalicelib.core.scannability import Scannability
from chalicelib.core.styles import DEFAULT, Format, Style
from chalicelib.qr import pictures, proof

# What has no pixels is shown larger than it says it is.
SCALABLE: Final[frozenset[Format]] = frozenset({"svg", "pdf", "eps"})


class Rendered(NamedTuple):
    """A picture's file, and how well it can be read."""

    content: bytes
    scannability: Scannability


def render(payload: str, style: Style) -> Rendered:
    """The picture of a payload in a style without a logo.

    Raises InvalidRequest naming `payload` or `size`, and Unscannable when nobody could read it.
    """
    size = max(style.size, DEFAULT.size) if style.format in SCALABLE else style.size
    scannability = proof.examine(payload, replace(style, size=size))
    return Rendered(pictures.draw(payload, style), scannability)
