"""Looks as a form has them: its fields are called as the parts of a style."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from chalicelib.core import styles
from chalicelib.core.styles import CORNERS, DEFAULT, DOTS, LEVELS, TRANSPARENT, WIDEST_QUIET_ZONE, WORDS, Style
from chalicelib.errors import InvalidRequest

# What the form sets of a style; the size and format that a code has stay.
PARTS: Final = (
    "preset",
    "dots",
    "corner_squares",
    "corner_dots",
    "foreground",
    "background",
    "corner_squares_colour",
    "corner_dots_colour",
    "quiet_zone",
    "level",
    "logo",
    "logo_image",
)
LEVEL_NAMES: Final = {
    "L": "L: 7 % may be lost, largest modules",
    "M": "M: 15 %, good for most",
    "Q": "Q: 25 %, for rough surfaces",
    "H": "H: 30 %, for dirt and wear",
}
_DIGEST: Final = re.compile("[0-9a-f]{64}")


def is_in(fields: Mapping[str, str]) -> bool:
    """Whether fields are those of a look, sent for a preview."""
    return "dots" in fields


def read(fields: Mapping[str, str], before: Style) -> Style:
    """The style that a form describes. Raises InvalidRequest naming the field that is wrong."""
    opaque = not fields.get("transparent")
    changed: dict[str, Any] = {
        "preset": DEFAULT.preset,
        "dots": _one_of(fields, "dots", DOTS),
        "corner_squares": _one_of(fields, "corner_squares", CORNERS),
        "corner_dots": _one_of(fields, "corner_dots", CORNERS),
        "foreground": _colour(fields, "foreground"),
        "background": _colour(fields, "background") if opaque else TRANSPARENT,
        "corner_squares_colour": _colour_or_none(fields, "corner_squares_colour"),
        "corner_dots_colour": _colour_or_none(fields, "corner_dots_colour"),
        "quiet_zone": _quiet_zone(fields),
        "level": _one_of(fields, "level", LEVELS),
        **_logo(fields),
    }
    return replace(before, **changed)


def fields_of(style: Style) -> dict[str, str]:
    """What the form shows of a style."""
    shapes, transparent = style.shapes, style.background == TRANSPARENT
    return {
        "dots": shapes.dots,
        "corner_squares": shapes.corner_squares,
        "corner_dots": shapes.corner_dots,
        "foreground": style.foreground,
        "background": DEFAULT.background if transparent else style.background,
        "transparent": "on" if transparent else "",
        "corner_squares_colour": style.corner_squares_colour or "",
        "corner_dots_colour": style.corner_dots_colour or "",
        "quiet_zone": str(style.quiet_zone),
        "level": style.level,
        "logo": style.logo or "",
        "logo_of": style.logo or "",
        "logo_image": style.logo_image or "",
    }


def recipe_fields(style: Style) -> dict[str, str]:
    """What a recipe puts into the form: how it is drawn, and not which logo is in it."""
    return {name: value for name, value in fields_of(style).items() if not name.startswith("logo")}


def parts(style: Style) -> dict[str, Any]:
    """What the form sets of a style, by name."""
    return {name: getattr(style, name) for name in PARTS}


def words(style: Style) -> dict[str, str | None]:
    """The same for a link's own picture, which knows shapes and colours only."""
    return {word: getattr(style, name) for word, name in WORDS.items()}


def _one_of(fields: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    if fields.get(name) not in choices:
        raise InvalidRequest.for_field(name, f"must be one of {', '.join(choices)}")
    return fields[name]


def _colour(fields: Mapping[str, str], name: str) -> str:
    """A colour as people write it: with # or without, of six digits or three."""
    try:
        return styles.of_digits(styles.digits(fields.get(name, "").strip().removeprefix("#"))).upper()
    except ValueError:
        raise InvalidRequest.for_field(name, "must be a hex colour of 3 or 6 digits such as #1A2B3C") from None


def _colour_or_none(fields: Mapping[str, str], name: str) -> str | None:
    return _colour(fields, name) if fields.get(name, "").strip() else None


def _quiet_zone(fields: Mapping[str, str]) -> int:
    text = fields.get("quiet_zone", "")
    if not (text.isascii() and text.isdigit()) or len(text) > 2 or int(text) > WIDEST_QUIET_ZONE:
        raise InvalidRequest.for_field("quiet_zone", f"must be a whole number from 0 to {WIDEST_QUIET_ZONE}")
    return int(text)


def _logo(fields: Mapping[str, str]) -> dict[str, str | None]:
    """The logo's address and what is stored of it. Stored is what `logo_of` leads to; of another address, nothing yet,
    and where an address was taken away, nothing any more."""
    url, of, digest = (fields.get(name, "").strip() for name in ("logo", "logo_of", "logo_image"))
    if fields.get("no_logo"):
        return {"logo": None, "logo_image": None}
    if digest and not _DIGEST.fullmatch(digest):
        raise InvalidRequest.for_field("logo", "cannot be read: choose the file again")
    return {"logo": url or None, "logo_image": digest if digest and url == of else None}
