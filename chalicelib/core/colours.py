"""Colours as eyes and cameras tell them apart."""

from typing import Final

_WEIGHTS: Final = (0.2126, 0.7152, 0.0722)


def luminance(colour: str) -> float:
    """The relative luminance of `#RRGGBB`, from 0 (black) to 1 (white): WCAG 2.2, relative luminance."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip(_WEIGHTS, linear, strict=True))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21: WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
