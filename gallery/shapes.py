"""Shapes: presets, dots with rings, and the corners by name."""

from typing import Final

from chalicelib.core.styles import CORNERS, DOTS, PRESETS
from gallery.examples import example
from gallery.layout import Card, Grid, code

INK: Final = "#111827"
ACCENT: Final = "#9A3412"


def presets() -> Grid:
    cards = [Card(example(f"preset-{name}", stylePreset=name), code(name)) for name in PRESETS]
    return Grid(cards, columns=6, pixels=128)


def mixed() -> list[Grid]:
    """A row of all kinds of dots for each kind of ring."""
    return [Grid([_mixed(kind, ring) for kind in DOTS], 6, 128, f"Rings: `{ring}`") for ring in CORNERS]


def _mixed(kind: str, ring: str) -> Card:
    made = example(f"dots-{kind}-{ring}", style={"dotsType": kind, "cornersSquareType": ring})
    return Card(made, code(kind), alt=f"{kind} dots, {ring} rings")


def rings() -> Grid:
    return Grid([_ring(kind) for kind in CORNERS], 7, 99, "The ring: `cornersSquareType`")


def _ring(kind: str) -> Card:
    style = {"cornersSquareType": kind, "cornersSquareColor": ACCENT}
    return Card(example(f"ring-{kind}", foregroundColor=INK, style=style), code(kind), alt=f"{kind} rings")


def eyes() -> Grid:
    return Grid([_eye(kind) for kind in CORNERS], 7, 99, "The square within: `cornersDotType`")


def _eye(kind: str) -> Card:
    style = {"cornersDotType": kind, "cornersDotColor": ACCENT}
    return Card(
        example(f"eye-{kind}", foregroundColor=INK, style=style), code(kind), alt=f"{kind} squares in the rings"
    )
