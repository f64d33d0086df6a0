"""What a symbol is made of: the short URL that it holds, error correction, the quiet zone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from chalicelib.core.print_sizes import finest_mm
from chalicelib.core.styles import LEVELS, QUIET_ZONE, Level
from gallery.examples import Example, example
from gallery.layout import Card, Grid, code
from gallery.payloads import LINK, LINK_ID
from gallery.scenes import on_page

LEVELS_HOLD: Final = "https://example.com/menus/spring?table=12&lang=en"
RECOVERED: Final[Mapping[Level, str]] = {"L": "7%", "M": "15%", "Q": "25%", "H": "30%"}

PAGE: Final = "#C4CCD4"
PAGE_MODULES: Final = 45  # so many are to be seen of the page around a quiet zone, and of what is on it
QUIET_ZONES: Final = {8: "room to breathe", QUIET_ZONE: "the default", 2: "tight", 0: "left to the page"}


def links() -> Grid:
    plain, compact = of_link("link-plain", LINK), of_link("link-compact", LINK.upper(), compact=True)
    return Grid([Card(plain, "Plain", _measured(plain)), Card(compact, "Compact", _measured(compact))], 2, 231)


def of_link(name: str, held: str, **fields: Any) -> Example:
    """A QR code of the sample url."""
    return Example(name, {"urlId": LINK_ID, "format": "svg", "stylePreset": "rounded", **fields}, held)


def _measured(shown: Example) -> str:
    made = shown.drawing.symbol
    size = f"version {made.version}, {made.size} modules, from {finest_mm(shown.drawing.modules)} mm"
    return f"{code(shown.payload)}<br>{size}"


def levels() -> Grid:
    return Grid([_level(level) for level in LEVELS], columns=4, pixels=198)


def _level(level: Level) -> Card:
    shown = example(f"level-{level.lower()}", data=LEVELS_HOLD, errorCorrectionLevel=level)
    size = shown.drawing.symbol.size
    return Card(shown, code(level), f"recovers {RECOVERED[level]}, {size} modules")


def quiet_zones() -> Grid:
    return Grid([_quiet_zone(modules) for modules in QUIET_ZONES], columns=4, pixels=198)


def _quiet_zone(modules: int) -> Card:
    shown = example(f"quiet-zone-{modules}", quietZone=modules)
    margin = (PAGE_MODULES - shown.drawing.modules) / 2 / PAGE_MODULES
    return Card(replace(shown, scene=on_page(PAGE, margin)), code(str(modules)), QUIET_ZONES[modules])
