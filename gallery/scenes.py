"""Scenes: what a QR code is printed on, as SVGs. Text is drawn as bars, so that no font is needed."""

import re
from collections.abc import Iterable
from typing import Final

from gallery.examples import Scene

EDGE: Final = "#8B949E"  # seen on GitHub's light page as well as on its dark one

_OPENED: Final = re.compile(rb"<svg [^>]*(viewBox=[^>]*>)")


def on_page(colour: str, margin: float) -> Scene:
    """In the middle of a page of a colour; the margin is a share of its width."""

    def drawn(picture: bytes) -> bytes:
        side = 240
        inset = side * margin
        return _svg(side, side, [_rect(0, 0, side, side, colour)], picture, (inset, inset, side - 2 * inset))

    return drawn


def business_card(picture: bytes) -> bytes:
    """A card of 85 by 55 mm with a code of 22 mm, at 6 pixels a millimetre."""
    card = _rect(0.5, 0.5, 509, 329, "#FFFFFF", 14, EDGE)
    mark = '<circle cx="66" cy="72" r="30" fill="#14213D"/><circle cx="66" cy="72" r="13" fill="#FFFFFF"/>'
    bars = [_bar(36, 150, 190, 18, "#14213D"), _bar(36, 182, 130, 10, "#64748B")]
    lines = [_bar(36, y, width, 8, "#94A3B8") for y, width in ((240, 170), (260, 150), (280, 184))]
    return _svg(510, 330, [card, mark, *bars, *lines], picture, (342, 162, 132))


def poster(picture: bytes) -> bytes:
    """A poster of A3 with a code of 100 mm, at one pixel a millimetre."""
    sheet = _rect(0, 0, 297, 420, "#F4E9D8")
    art = '<circle cx="190" cy="130" r="84" fill="#E07A3F"/><path d="M0 222c70-70 150-20 297-64v98H0z" fill="#1F3D36"/>'
    bars = [_bar(28, 286, 120, 16, "#1F3D36"), _bar(28, 312, 92, 16, "#1F3D36"), _bar(28, 346, 104, 6, "#7A7264")]
    lines = [_bar(28, y, width, 6, "#7A7264") for y, width in ((360, 112), (374, 84))]
    return _svg(297, 420, [sheet, art, *bars, *lines], picture, (173, 294, 100))


def label(picture: bytes) -> bytes:
    """A round label of 60 mm on a jar, with a code of 25 mm, at 6 pixels a millimetre."""
    jar = _rect(0, 0, 360, 360, "#3A1F2B")
    disc = '<circle cx="180" cy="180" r="150" fill="#F7DDC8"/>'
    ring = '<circle cx="180" cy="180" r="138" fill="none" stroke="#7A2E3B" stroke-width="3"/>'
    bars = [_bar(130, 70, 100, 14, "#7A2E3B"), _bar(148, 274, 64, 8, "#7A2E3B"), _bar(156, 290, 48, 6, "#B98A7A")]
    return _svg(360, 360, [jar, disc, ring, *bars], picture, (105, 105, 150))


def _svg(width: int, height: int, shapes: Iterable[str], picture: bytes, place: tuple[float, float, float]) -> bytes:
    """A scene, and a picture in it with its left upper corner and its width."""
    x, y, side = place
    opened = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    )
    nested = f'<svg x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}" '.encode()
    within = _OPENED.sub(lambda found: nested + found[1], picture, count=1)
    return "".join((opened, *shapes)).encode() + within.strip() + b"</svg>\n"


def _rect(x: float, y: float, width: float, height: float, colour: str, round_: float = 0, edge: str = "") -> str:
    rounded = f' rx="{round_:g}"' if round_ else ""
    stroke = f' stroke="{edge}"' if edge else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{rounded} fill="{colour}"{stroke}/>'


def _bar(x: float, y: float, width: float, height: float, colour: str) -> str:
    return _rect(x, y, width, height, colour, height / 2)
