"""Styles: shapes by preset, by name, and by what goes with them."""

import pytest

from chalicelib.core.styles import CORNERS, DOTS, PRESETS, Shapes, Style, background, colour, preset


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_shapes(name: str) -> None:
    assert Style(preset=name).shapes == PRESETS[name]


@pytest.mark.parametrize(
    ("style", "shapes"),
    [
        (Style(), Shapes("square", "square", "square")),
        (Style(dots="dots"), PRESETS["dots"]),
        (Style(preset="dots", dots="square"), PRESETS["default"]),
        (Style(preset="rounded", corner_squares="square"), Shapes("rounded", "square", "dot")),
        (Style(preset="rounded", corner_dots="square"), Shapes("rounded", "rounded", "square")),
        (Style(corner_squares="dot"), Shapes("square", "dot", "dot")),
        (Style(corner_squares="dot", corner_dots="square"), Shapes("square", "dot", "square")),
    ],
)
def test_what_is_named_outranks_the_preset_and_the_rest_goes_with_it(style: Style, shapes: Shapes) -> None:
    assert style.shapes == shapes


def test_every_kind_of_dots_is_a_kind_of_corners() -> None:
    assert set(DOTS) < set(CORNERS)


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "#1234567", "123456", "#123456\n", "transparent"])
def test_a_colour_has_six_hexadecimal_digits(text: str) -> None:
    with pytest.raises(ValueError, match="6-digit hex"):
        colour(text)


def test_a_background_may_be_transparent() -> None:
    assert [background(text) for text in ("#FFFFFF", "transparent")] == ["#FFFFFF", "transparent"]
    with pytest.raises(ValueError, match="6-digit hex"):
        background("Transparent")


def test_a_preset_that_is_not_known_is_told_which_are() -> None:
    with pytest.raises(ValueError, match="must be one of default, rounded"):
        preset("glitter")
