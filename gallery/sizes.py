"""Sizes: how small, how large, and on what."""

from dataclasses import replace
from typing import Final

from chalicelib.core.print_sizes import FINEST_PIXELS, SEEN_PIXELS, finest_mm
from chalicelib.core.styles import QUIET_ZONE
from chalicelib.qr.logo_boxes import room_for
from chalicelib.qr.symbols import symbol
from gallery.examples import example
from gallery.layout import Card, Grid, rows_of
from gallery.payloads import HELD, SHORT_URL
from gallery.scenes import business_card, label, poster

# Modules a side with the quiet zone: of a short URL in capitals, of a whole business card.
FEW: Final = 33
DENSE: Final = 57

# In centimetres.
DISTANCES: Final = {
    "business card, label in the hand": 20,
    "table, packaging": 40,
    "poster at a bus stop": 100,
    "shop window, from the pavement": 300,
    "screen in a room": 800,
    "banner on a building": 2500,
}


def smallest() -> str:
    """A table of the least widths by what is held."""
    head = "what it holds|modules|print|screen|print, with a logo"
    return rows_of(head, [_smallest_of(name, payload) for name, payload in HELD.items()])


def _smallest_of(name: str, payload: str) -> list[str]:
    modules = symbol(payload, "M").size + 2 * QUIET_ZONE
    with_logo = room_for(payload, 1)[0].size + 2 * QUIET_ZONE
    return [
        name,
        f"{modules}",
        f"{finest_mm(modules)} mm",
        f"{FINEST_PIXELS * modules} px",
        f"{finest_mm(with_logo)} mm",
    ]


def distances() -> str:
    """A table of widths by the distance that is read from."""
    head = f"where|read from|{FEW} modules|{DENSE} modules"
    return rows_of(head, [_row(where) for where in DISTANCES])


def _row(where: str) -> list[str]:
    cm = DISTANCES[where]
    return [where, _length(cm), *(_length(cm * modules * FINEST_PIXELS / SEEN_PIXELS) for modules in (FEW, DENSE))]


def _length(cm: float) -> str:
    return f"{cm / 100:.2g} m" if cm >= 100 else f"{cm:.0f} cm" if cm >= 10 else f"{cm * 10:.0f} mm"


def scenes() -> Grid:
    card = example("scene-card", data=SHORT_URL.upper(), foregroundColor="#14213D")
    on_poster = example(
        "scene-poster", stylePreset="extra-rounded", foregroundColor="#1F3D36", backgroundColor="#F4E9D8"
    )
    on_jar = example("scene-label", stylePreset="dots", foregroundColor="#5A1A2B", backgroundColor="transparent")
    cards = [
        Card(replace(card, scene=business_card), "Business card", "85 x 55 mm, the code 22 mm"),
        Card(replace(on_poster, scene=poster), "Poster", "A3, the code 100 mm: read from 1 m"),
        Card(replace(on_jar, scene=label), "Label", "60 mm, the code 25 mm, transparent"),
    ]
    return Grid(cards, columns=3, pixels=264)
