"""What a picture would look like in a style that nobody saved yet, and how well it could be read."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal, get_args

from chalicelib.core import codes
from chalicelib.core.pictures import Picture
from chalicelib.core.styles import Style
from chalicelib.errors import QuietzoneError, Unscannable
from chalicelib.qr import drawings, proof, svg
from chalicelib.services import logos

MOST_HELD: Final = 64  # looks, of some 10 KB each; those with a logo are not held
SAMPLE: Final = "QZ"
Part = Literal["dots", "corner_squares", "corner_dots"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)  # in the order of a drawing's layers
# What a refusal names, in words that begin a sentence.
SUBJECTS: Final = {
    "foreground": "The colour of the modules",
    "corner_squares_colour": "The colour of the rings",
    "corner_dots_colour": "The colour of the eyes",
    "dots": "The shape of the modules",
    "corner_dots": "The shape of the eyes",
    "quiet_zone": "The quiet zone",
    "logo": "The logo",
    "size": "So much in so little room",
}


_SAMPLED: Final = Style(level="L", quiet_zone=0)


@dataclass(frozen=True, slots=True)
class Look:
    """A picture as SVG, so many modules a side with its quiet zone, its score from 0 to 100, and what that lost by.

    `blamed` is the part of the style that makes it unreadable, '' for one that can be read.
    """

    svg: str
    modules: int
    score: int
    reasons: tuple[str, ...] = ()
    blamed: str = ""


def look(picture: Picture) -> Look:
    """How a picture comes out. One that nobody could read is drawn too, with the score 0 and the reason.

    Raises InvalidRequest for what no symbol holds, and for a logo that is not there.
    """
    style, digest = picture.style, picture.style.logo_image
    codes.check_style_fits(picture.payload, style, "logo" if digest else "level")
    if digest is None:
        return _held(picture.payload, replace(style, logo=None))
    return _look(picture.payload, style, logos.chosen(picture.organization, digest).content)


@lru_cache
def sample(style: Style) -> str:
    """A small picture in a style, as SVG: for choosing one."""
    return svg.svg(drawings.drawing(SAMPLE, style)).decode()


@lru_cache
def outline(part: Part, shape: str) -> str:
    """What one part of a small picture looks like in a shape, as SVG path data in modules, without a quiet zone."""
    drawn = drawings.drawing(SAMPLE, replace(_SAMPLED, **{part: shape}))  # type: ignore[arg-type]
    return svg.path(drawn.layers[PARTS.index(part)].drawn.outlines(), 0)


@lru_cache(maxsize=MOST_HELD)
def _held(payload: str, style: Style) -> Look:
    return _look(payload, style, None)


def _look(payload: str, style: Style, logo: bytes | None) -> Look:
    drawn = drawings.drawing(payload, style, logo)
    picture = svg.svg(drawn).decode()
    try:
        found = proof.examine(payload, style, logo)
    except Unscannable as refused:
        return Look(picture, drawn.modules, 0, (sentence(refused),), refused.field or "")
    return Look(picture, drawn.modules, found.score, tuple(reason.message for reason in found.reasons))


def sentence(refused: QuietzoneError) -> str:
    """What is wrong with a look, for people: with the name of its part in their words."""
    return f"{SUBJECTS.get(refused.field or '', 'The picture')} {refused.problem}"
