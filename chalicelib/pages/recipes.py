"""Recipes: looks to begin with, each of which every phone reads. docs/gallery.md shows some in use."""

from typing import Final, NamedTuple

from chalicelib.core.styles import Style


class Recipe(NamedTuple):
    """A look and what it is called."""

    title: str
    style: Style


def _coloured(preset: str, foreground: str, background: str, corners: str | None = None) -> Style:
    return Style(
        preset=preset,
        foreground=foreground,
        background=background,
        corner_squares_colour=corners,
        corner_dots_colour=corners,
    )


RECIPES: Final[dict[str, Recipe]] = {
    "plain": Recipe("Plain", Style()),
    "ink": Recipe("Ink", Style(preset="rounded")),
    "menu": Recipe("Menu card", _coloured("rounded", "#3B2418", "#FBF3E4", "#6B3D1E")),
    "window": Recipe("Shop window", _coloured("extra-rounded", "#172554", "#FFFFFF", "#1E3A8A")),
    "seeds": Recipe("Seed packet", _coloured("dots", "#14532D", "#F4FAEF")),
    "parcel": Recipe("Parcel", _coloured("classy", "#2B2118", "#D9BF95")),
    "jam": Recipe("Jam jar", _coloured("classy-rounded", "#5A1A2B", "#FFF5F2", "#7A2E3B")),
    "evening": Recipe("Evening", _coloured("extra-rounded", "#3B0764", "#F5F0FF", "#581C87")),
}
