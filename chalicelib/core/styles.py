"""What a QR code's picture may look like, in the words of the `qr-code-styling` library."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

Format = Literal["png", "svg", "webp", "pdf", "eps"]
Level = Literal["L", "M", "Q", "H"]
DotsType = Literal["square", "dots", "rounded", "extra-rounded", "classy", "classy-rounded"]
CornersType = Literal["square", "dot", "extra-rounded", "dots", "rounded", "classy", "classy-rounded"]

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
DOTS: Final[tuple[DotsType, ...]] = get_args(DotsType)
CORNERS: Final[tuple[CornersType, ...]] = get_args(CornersType)
MEDIA_TYPES: Final[dict[Format, str]] = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "eps": "application/postscript",
}

SCALABLE: Final[frozenset[Format]] = frozenset({"svg", "pdf", "eps"})  # without pixels

SMALLEST: Final = 200
LARGEST: Final = 2048
QUIET_ZONE: Final = 4  # ISO/IEC 18004, 5.3.8
WIDEST_QUIET_ZONE: Final = 16
TRANSPARENT: Final = "transparent"
COLOUR: Final = "^#[0-9A-Fa-f]{6}$"
DIGITS: Final = "^([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"


@dataclass(frozen=True, slots=True)
class Shapes:
    """What modules look like: those of the data, the ring of a finder pattern, and the square within it."""

    dots: DotsType
    corner_squares: CornersType
    corner_dots: CornersType


# No ring here is rounder than `rounded`: some readers (OpenCV's) find none that is.
PRESETS: Final[dict[str, Shapes]] = {
    "default": Shapes("square", "square", "square"),
    "rounded": Shapes("rounded", "rounded", "dot"),
    "extra-rounded": Shapes("extra-rounded", "rounded", "dot"),
    "dots": Shapes("dots", "rounded", "dot"),
    "classy": Shapes("classy", "classy", "square"),
    "classy-rounded": Shapes("classy-rounded", "classy", "dot"),
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a picture looks: `size` in pixels, colours as `#RRGGBB`, the background perhaps TRANSPARENT.

    `level` is the error correction level, `quiet_zone` the margin in modules. `preset` names shapes; those that are
    given beside it outrank it. A corner's colour that is not given is the foreground. `logo` is where an image came
    from, `logo_image` the SHA-256 of what is stored of it.
    """

    size: int = 512
    format: Format = "png"
    foreground: str = "#000000"
    background: str = "#FFFFFF"
    logo: str | None = None
    level: Level = "M"
    preset: str = "default"
    dots: DotsType | None = None
    corner_squares: CornersType | None = None
    corner_squares_colour: str | None = None
    corner_dots: CornersType | None = None
    corner_dots_colour: str | None = None
    quiet_zone: int = QUIET_ZONE
    logo_image: str | None = None

    @property
    def shapes(self) -> Shapes:
        """The shapes that it comes to. Corners that nobody chose go with the dots, as that preset has them; within a
        round ring a square would nearly touch it, so there the dot is round too."""
        preset = PRESETS[self.preset if self.dots is None else "default" if self.dots == "square" else self.dots]
        ring = self.corner_squares or preset.corner_squares
        return Shapes(preset.dots, ring, self.corner_dots or ("dot" if ring == "dot" else preset.corner_dots))


DEFAULT: Final = Style()
# The names of `qr-code-styling` for the parts of a style.
WORDS: Final = {
    "dotsType": "dots",
    "dotsColor": "foreground",
    "backgroundColor": "background",
    "cornersSquareType": "corner_squares",
    "cornersSquareColor": "corner_squares_colour",
    "cornersDotType": "corner_dots",
    "cornersDotColor": "corner_dots_colour",
}


def of_words(words: Mapping[str, Any]) -> Style:
    """The style that some parts by the names of `qr-code-styling` come to; other names are passed over."""
    return Style(**{name: words[word] for word, name in WORDS.items() if word in words})


def colour(text: str) -> str:
    """The colour itself. Raises ValueError for what is none."""
    if not re.fullmatch(COLOUR, text):
        raise ValueError("must be a 6-digit hex colour such as #1A2B3C")
    return text


def digits(text: str) -> str:
    """The hexadecimal digits of a colour, three or six. Raises ValueError for what is none."""
    if not re.fullmatch(DIGITS, text):
        raise ValueError("must be a hex colour of 3 or 6 digits such as 1A2B3C, without #")
    return text


def of_digits(text: str) -> str:
    """The colour of such digits; each of three stands for two of it, as in CSS (CSS Color 4, 5.2)."""
    return f"#{''.join(digit * 2 for digit in text) if len(text) == 3 else text}"


def background(text: str) -> str:
    """The colour itself, or TRANSPARENT. Raises ValueError for what is neither."""
    return text if text == TRANSPARENT else colour(text)


def preset(name: str) -> str:
    """The name itself. Raises ValueError for one that no preset has."""
    if name not in PRESETS:
        raise ValueError(f"must be one of {', '.join(PRESETS)}")
    return name
