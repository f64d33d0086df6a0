"""How wide a QR code must be on paper, so that phones read it from where people stand."""

from math import ceil
from typing import Final

FINEST_MM: Final = 0.4  # a module that office printers and phones both manage
FINEST_PIXELS: Final = 3
SEEN_PIXELS: Final = 1000  # across what a phone looks at

# Where codes hang or lie, and from how many millimetres they are read.
DISTANCES: Final = {
    "Business card, label in the hand": 200,
    "Table, packaging": 400,
    "Poster": 1_000,
    "Shop window, from the pavement": 3_000,
    "Screen in a room": 8_000,
}


def finest_mm(modules: int) -> int:
    """The least width in millimetres of a picture with so many modules a side, its quiet zone among them."""
    return ceil(modules * FINEST_MM)


def width_mm(modules: int, distance_mm: int) -> int:
    """The least width for a distance: a tenth of it for 33 modules, more for more (docs/gallery.md, How large)."""
    return max(finest_mm(modules), ceil(distance_mm * modules * FINEST_PIXELS / SEEN_PIXELS))
