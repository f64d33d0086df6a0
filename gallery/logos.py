"""Logos: of each shape, and what a logo costs."""

from typing import Final

from chalicelib.qr.drawings import Drawing
from chalicelib.qr.logo_boxes import MARGIN, room_for
from chalicelib.qr.symbols import Symbol, symbol
from gallery.examples import with_logo
from gallery.layout import Card, Shelf, rows_of
from gallery.payloads import HELD

SHAPES: Final = {"square": 1.0, "wide (14 : 5)": 2.8, "tall (5 : 9)": 5 / 9}


def logos() -> Shelf:
    return Shelf([_square(), _wide(), _tall(), _round()], pixels=231)


def _square() -> Card:
    made = with_logo("logo-square", "tile", stylePreset="rounded", foregroundColor="#431407")
    return Card(made, "Square", _said(made.drawing))


def _wide() -> Card:
    made = with_logo("logo-wide", "sign", stylePreset="classy", foregroundColor="#134E4A")
    return Card(made, "Wide", _said(made.drawing))


def _tall() -> Card:
    fields = {"stylePreset": "dots", "foregroundColor": "#14532D", "backgroundColor": "#F4FAEF"}
    made = with_logo("logo-tall", "sprout", **fields)
    return Card(made, "Tall", _said(made.drawing))


def _round() -> Card:
    made = with_logo("logo-round", "sunrise", stylePreset="extra-rounded", foregroundColor="#172554")
    return Card(made, "Round", _said(made.drawing))


def _said(drawn: Drawing) -> str:
    made = drawn.symbol
    return f"version {made.version}, {made.size} modules a side, {drawn.covered:.0%} of them for the logo"


def costs() -> str:
    """A table: symbols with and without a logo, and how much of one it gets."""
    head = "|".join(("what it holds", "without a logo, level M", "with a square one", *SHAPES))
    return rows_of(head, [_cost(name, payload) for name, payload in HELD.items()])


def _cost(name: str, payload: str) -> list[str]:
    made, _ = room_for(payload, 1)
    shares = [_share(payload, ratio) for ratio in SHAPES.values()]
    return [name, _modules(symbol(payload, "M")), _modules(made), *shares]


def _modules(made: Symbol) -> str:
    return f"version {made.version}, {made.size} modules"


def _share(payload: str, ratio: float) -> str:
    """How wide a logo of a ratio is, of the symbol; its longer side for a tall one."""
    made, box = room_for(payload, ratio)
    return f"{(max(box.width, box.height) - 2 * MARGIN) / made.size:.0%}"
