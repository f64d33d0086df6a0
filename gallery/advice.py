"""Recipes to begin with; what to do, what to leave, and what is refused."""

from dataclasses import replace
from typing import Any, Final

from chalicelib.core.colours import contrast
from chalicelib.errors import InvalidRequest
from gallery.examples import Example, example, with_logo
from gallery.layout import Card, Grid, Shelf, rows_of
from gallery.payloads import SHORT_URL, VCARD
from gallery.scenes import on_page

WHITE: Final = "#FFFFFF"
DARK: Final = "#111827"
PALE: Final = "#9CA3AF"
PALEST: Final = "#F3F4F6"
NIGHT: Final = "#1E3A5F"
NIGHT_MARGIN: Final = 0.12


def recipes() -> Shelf:
    menu = example("recipe-menu", stylePreset="rounded", **_coloured("#3B2418", "#FBF3E4", corners="#6B3D1E"))
    blue = _coloured("#172554", WHITE, corners="#1E3A8A")
    window = with_logo("recipe-window", "sunrise", stylePreset="extra-rounded", **blue)
    seeds = with_logo("recipe-seeds", "sprout", stylePreset="dots", **_coloured("#14532D", "#F4FAEF"))
    kraft = _coloured("#2B2118", "#D9BF95")
    parcel = example("recipe-parcel", data=SHORT_URL.upper(), stylePreset="classy", **kraft)
    cards = [
        Card(menu, "Menu card", "Warm and calm; without a logo modules stay large."),
        Card(window, "Shop window", "Rounded modules around a round logo."),
        Card(seeds, "Seed packet", "Dots around a tall logo, on a tint of its green."),
        Card(parcel, "Parcel", "For kraft paper, where ink spreads: few modules, since the URL is in capitals."),
    ]
    return Shelf(cards, pixels=231)


def _coloured(dots: str, background: str, corners: str = "") -> dict[str, Any]:
    style = {"style": {"cornersSquareColor": corners, "cornersDotColor": corners}} if corners else {}
    return {"foregroundColor": dots, "backgroundColor": background, **style}


def pairs() -> Grid:
    return Grid([*_contrasts(), *_margins(), *_contents(), *_corners()], columns=4, pixels=198)


def _contrasts() -> list[Card]:
    dark, pale = example("do-contrast", foregroundColor=DARK), example("dont-contrast", foregroundColor=PALE)
    return [
        Card(dark, "Do", f"dark on light: {contrast(DARK, WHITE):.1f} : 1"),
        Card(pale, "Don't", f"grey on white, {contrast(PALE, WHITE):.1f} : 1: gone at dusk"),
    ]


def _margins() -> list[Card]:
    wide, none = (_at_night(name, zone) for name, zone in (("do-margin", 4), ("dont-margin", 0)))
    return [
        Card(wide, "Do", "a margin of its own on a dark page"),
        Card(none, "Don't", "no margin: the corners melt into the page"),
    ]


def _at_night(name: str, quiet_zone: int) -> Example:
    shown = example(name, stylePreset="rounded", quietZone=quiet_zone)
    return replace(shown, scene=on_page(NIGHT, NIGHT_MARGIN))


def _contents() -> list[Card]:
    return [
        Card(with_logo("do-link", "tile"), "Do", "a short URL: large modules, a large logo"),
        Card(with_logo("dont-card", "tile", data=VCARD), "Don't", "a whole business card: dust"),
    ]


def _corners() -> list[Card]:
    soft = example("do-corners", stylePreset="dots")
    balls = example("dont-corners", stylePreset="dots", style={"cornersSquareType": "dot"})
    return [
        Card(soft, "Do", "rings that are square, if softly"),
        Card(balls, "Don't", "round rings where every scanner must read it"),
    ]


def refused() -> str:
    """A table of what no picture is made of, with the reasons that are given. Raises ValueError when one is made."""
    asked = {
        "white on dark": example("refused", foregroundColor=WHITE, backgroundColor=NIGHT),
        "nearly white on white": example("refused", foregroundColor=PALEST),
        "1,000 bytes and a logo": with_logo("refused", "tile", data="x" * 1000),
    }
    return rows_of("what|why", [[what, _reason(unreadable)] for what, unreadable in asked.items()])


def _reason(unreadable: Example) -> str:
    try:
        score = unreadable.score
    except InvalidRequest as error:
        return error.message.split(": ", 1)[1]
    raise ValueError(f"{unreadable.body} is not refused: its score is {score}")
