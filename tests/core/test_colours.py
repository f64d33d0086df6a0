"""Luminance and contrast, by WCAG's own examples."""

import pytest

from chalicelib.core.colours import contrast, luminance


@pytest.mark.parametrize(
    ("colour", "share"),
    [
        ("#000000", 0),
        ("#FFFFFF", 1),
        ("#ff0000", 0.2126),
        ("#00FF00", 0.7152),
        ("#0000ff", 0.0722),
        ("#777777", 0.1845),
    ],
)
def test_luminance_weighs_what_eyes_see_brighter(colour: str, share: float) -> None:
    assert luminance(colour) == pytest.approx(share, abs=0.0001)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#FFFFFF", 21), ("#767676", "#FFFFFF", 4.54), ("#FF0000", "#FFFFFF", 4.0), ("#123456", "#123456", 1)],
)
def test_contrast_is_the_same_whichever_colour_comes_first(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)
