"""Colours: palettes with their contrast, and transparent pictures on pages of a colour."""

from dataclasses import dataclass, replace
from typing import Final

from chalicelib.core.colours import contrast
from chalicelib.core.styles import TRANSPARENT
from gallery.examples import Example, example
from gallery.layout import Card, Grid, code
from gallery.scenes import on_page


@dataclass(frozen=True)
class Palette:
    """`ring` and `eye` are the corners' colours; where they are empty, that of the dots."""

    name: str
    preset: str
    dots: str
    background: str
    ring: str = ""
    eye: str = ""

    @property
    def contrast(self) -> float:
        """The ratio of the colour that is the least easy to tell from the background."""
        return min(contrast(colour, self.background) for colour in (self.dots, self.ring, self.eye) if colour)

    def example(self) -> Example:
        corners = {"cornersSquareColor": self.ring, "cornersDotColor": self.eye}
        style = {word: colour for word, colour in corners.items() if colour}
        fields = {"stylePreset": self.preset, "foregroundColor": self.dots, "backgroundColor": self.background}
        return example(f"palette-{self.name.lower()}", **fields, **({"style": style} if style else {}))


PALETTES: Final = (
    Palette("Ink", "default", "#000000", "#FFFFFF"),
    Palette("Midnight", "rounded", "#14213D", "#FFFFFF", eye="#9A3412"),
    Palette("Cobalt", "classy", "#1E3A9F", "#FFFFFF", ring="#0B1F5C", eye="#0B1F5C"),
    Palette("Ocean", "extra-rounded", "#083D56", "#E6F4F8", ring="#08506E", eye="#08506E"),
    Palette("Forest", "classy-rounded", "#1B4332", "#F0F7EE", eye="#6B4100"),
    Palette("Espresso", "rounded", "#3B2418", "#FBF3E4", ring="#6B3D1E", eye="#3B2418"),
    Palette("Crimson", "classy", "#8F1236", "#FFF1F2", ring="#5F0A23", eye="#8F1236"),
    Palette("Plum", "dots", "#3C1053", "#FBF4FF", ring="#5B1A7A", eye="#5B1A7A"),
    Palette("Blush", "extra-rounded", "#5B0E2D", "#FFDAD3", eye="#7A143C"),
    Palette("Sun", "rounded", "#1A1A1A", "#FFD23F"),
    Palette("Mint", "dots", "#0B3B36", "#C9F2E3"),
    Palette("Kraft", "classy-rounded", "#2B2118", "#D9BF95"),
)

PAGE_MARGIN: Final = 0.03
# Transparent pictures: the page that they lie on, and the dots.
PAGES: Final = (
    ("Teal", "#8FD6CB", "#0B2B29"),
    ("Apricot", "#F7B787", "#3A1A08"),
    ("Lilac", "#D9C8F5", "#26124A"),
    ("Lemon", "#F5E663", "#222007"),
)


def palettes() -> Grid:
    return Grid([_swatch(palette) for palette in PALETTES], columns=4, pixels=198)


def _swatch(palette: Palette) -> Card:
    used = dict.fromkeys(filter(None, (palette.dots, palette.ring, palette.eye)))
    words = f"{' '.join(map(code, used))}<br>on {code(palette.background)}: {palette.contrast:.1f} : 1"
    return Card(palette.example(), palette.name, words)


def pages() -> Grid:
    return Grid([_on_page(*page) for page in PAGES], columns=4, pixels=198)


def _on_page(name: str, page: str, dots: str) -> Card:
    fields = {"stylePreset": "rounded", "foregroundColor": dots, "backgroundColor": TRANSPARENT}
    made = example(f"page-{name.lower()}", **fields)
    words = f"{code(dots)}<br>on {code(page)}: {contrast(dots, page):.1f} : 1"
    return Card(replace(made, scene=on_page(page, PAGE_MARGIN)), name, words)
