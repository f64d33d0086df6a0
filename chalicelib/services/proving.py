"""Proof of scanning, whenever something is made or gets another look: nobody prints what cannot be read."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from chalicelib.core.codes import QrCode
from chalicelib.core.links import Link
from chalicelib.core.pictures import Picture
from chalicelib.core.scannability import Scannability
from chalicelib.core.styles import Style
from chalicelib.qr import proof

MOST_HELD: Final = 8


def of_link(link: Link, base: str) -> Link:
    """The link with how well its own picture can be read; short links start at `base`. Raises Unscannable."""
    picture = Picture.of_link(link, base)
    found = proof.examine(picture.payload, picture.style)
    return replace(link, details=replace(link.details, scannability=found))


def of_edited_link(link: Link, before: Link, base: str) -> Link:
    """The same of a link that was edited: another slug or another look is another picture. Raises Unscannable."""
    now, then = Picture.of_link(link, base), Picture.of_link(before, base)
    same = (now.payload, now.style) == (then.payload, then.style)
    return link if same else of_link(link, base)


def of_code(code: QrCode, logo: bytes | None) -> QrCode:
    """A QR code with how well its picture can be read, its logo in it. Raises Unscannable, InvalidRequest."""
    return replace(code, scannability=_found(code.payload, code.style, logo))


@lru_cache(maxsize=MOST_HELD)
def _found(payload: str, style: Style, logo: bytes | None) -> Scannability:
    """Whoever creates while others do has to try again: what takes longest of it is done once, or the others, whose
    pictures are smaller, would be quicker each time."""
    return proof.examine(payload, style, logo)
