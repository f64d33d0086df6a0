"""How pictures look, as the bodies and answers of several APIs say it: in the words of `qr-code-styling`."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from chalicelib.api.fields import one_of, said
from chalicelib.core.scannability import CAUSES
from chalicelib.core.scannability import Scannability as Found
from chalicelib.core.styles import COLOUR, TRANSPARENT, CornersType, DotsType, background, colour

BACKGROUND: Final = f"{COLOUR}|^{TRANSPARENT}$"

Colour = Annotated[str, Field(pattern=COLOUR, examples=["#1A2B3C"])]
SentColour = Annotated[str, AfterValidator(colour), Field(json_schema_extra={"pattern": COLOUR}, examples=["#1A2B3C"])]
Background = Annotated[str, Field(pattern=BACKGROUND, examples=["#FFFFFF"])]
SentBackground = Annotated[
    str, AfterValidator(background), Field(json_schema_extra={"pattern": BACKGROUND}, examples=["#FFFFFF"])
]


class ShownStyle(TypedDict, total=False):
    """How the picture looks, as far as it was set."""

    dotsType: DotsType
    dotsColor: Colour
    backgroundColor: Background
    cornersSquareType: CornersType
    cornersSquareColor: Colour
    cornersDotType: CornersType
    cornersDotColor: Colour


class StyleChange(TypedDict, total=False):
    """How the picture shall look, in the words of `qr-code-styling`; null takes a field's value away."""

    dotsType: DotsType | None
    dotsColor: SentColour | None
    backgroundColor: SentBackground | None
    cornersSquareType: CornersType | None
    cornersSquareColor: SentColour | None
    cornersDotType: CornersType | None
    cornersDotColor: SentColour | None


class Reason(TypedDict):
    """What makes a picture harder to read."""

    cause: Annotated[str, one_of(*CAUSES)]
    message: Annotated[str, said("For people.", "The quiet zone is 2 modules wide: the standard asks for 4")]


class Scannability(TypedDict):
    """How well a picture can be read: it was, as it is, small, blurred, turned and faded."""

    score: Annotated[int, Field(ge=0, le=100), said("100 is as good as it gets.")]
    reasons: Annotated[list[Reason], said("What it lost by, the worst first.")]


def shown_scannability(found: Found | None) -> Scannability | None:
    """What was found when a picture was read; None when it never was."""
    if found is None:
        return None
    return {"score": found.score, "reasons": [{"cause": it.cause, "message": it.message} for it in found.reasons]}


def shown_style(style: Mapping[str, Any]) -> ShownStyle:
    """The part of a style, by these words, that was set."""
    return {name: style[name] for name in ShownStyle.__annotations__ if name in style}  # type: ignore[return-value]
