"""What a QR code's picture may look like, in the words of the `qr-code-styling` library."""

import re
from typing import Final, Literal

DotsType = Literal["square", "dots", "rounded", "extra-rounded", "classy", "classy-rounded"]
CornersSquareType = Literal["square", "dot", "extra-rounded", "dots", "rounded", "classy", "classy-rounded"]
CornersDotType = Literal["square", "dot"]

COLOUR: Final = "^#[0-9A-Fa-f]{6}$"


def colour(text: str) -> str:
    """The colour itself. Raises ValueError for what is none."""
    if not re.fullmatch(COLOUR, text):
        raise ValueError("must be a 6-digit hex colour such as #1A2B3C")
    return text
