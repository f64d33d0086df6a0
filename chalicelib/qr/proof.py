"""Proof of scanning: a picture is read as it is, and as phones see it, before anybody prints it.

It is read with zxing-cpp in full size, at 120 pixels, blurred, turned and faded, each time without the help of
inverting, which many scanners do not do. What cannot be read as it is, is refused. Every other way in which it cannot
be read costs something, and so does what the standard advises against.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.core.colours import contrast, luminance
from chalicelib.core.scannability import Cause, Reason, Scannability
from chalicelib.core.styles import DEFAULT, QUIET_ZONE, SCALABLE, TRANSPARENT, Style
from chalicelib.errors import Unscannable
from chalicelib.qr.drawings import Drawing, drawing
from chalicelib.qr.raster import raster

if TYPE_CHECKING:
    from PIL.Image import Image

WHITE: Final = "#FFFFFF"
SMALL: Final = 120  # pixels
# What is blurred, turned and faded has so many pixels at most: as many as a camera has for a code on a poster, and no
# more than a reader makes use of.
SEEN: Final = 400
SEEN_A_MODULE: Final = 8
BLUR: Final = 1 / 200  # of the width: the radius of the blur
TURN: Final = 12  # degrees
FADED: Final = (90, 150)  # what black and white become

GOOD_CONTRAST: Final = 7.0
POOR_CONTRAST: Final = 3.0
FINE_PIXELS: Final = 2.5  # a module at 120 pixels; below that phones need to come closer
ROUND_EYES: Final = frozenset({"dot", "extra-rounded"})
ROUND_RINGS: Final = frozenset({"extra-rounded", "dot", "classy-rounded"})

_COSTS: Final = {"small": 20, "blurred": 15, "turned": 15, "faded": 15}
_WORDS: Final = {"small": "at 120 pixels", "blurred": "blurred", "turned": "at an angle", "faded": "in poor light"}


@dataclass(frozen=True, slots=True)
class _Loss:
    points: float
    reason: Reason


def examine(payload: str, style: Style, logo: bytes | None = None) -> Scannability:
    """How well the picture of a payload in a style can be read.

    Raises Unscannable when it cannot be read at all, and InvalidRequest as `pictures.draw` does.
    """
    drawn = drawing(payload, _seen(style), logo)
    colours = _Colours.of(drawn)
    if colours.inverted:
        raise Unscannable.for_field(
            colours.field, "must be darker than the background: many scanners read no other code"
        )
    picture, content = _grey(drawn), payload.encode()
    if not _reads(picture, content):
        raise _refusal(drawn, style, colours)
    losses = sorted([*_missed(picture, content, drawn, colours), *_frowned(drawn, style, colours)], key=_by_points)
    score = max(1, round(100 - sum(loss.points for loss in losses)))
    return Scannability(score, tuple(dict.fromkeys(loss.reason for loss in losses)))


def _seen(style: Style) -> Style:
    """The style as it is looked at: what has no pixels may be shown larger than it says."""
    return replace(style, size=max(style.size, DEFAULT.size)) if style.format in SCALABLE else style


@dataclass(frozen=True, slots=True)
class _Colours:
    """The colour that is the least easy to tell from the background, and whose it is."""

    colour: str
    field: str
    background: str

    @classmethod
    def of(cls, drawn: Drawing) -> "_Colours":
        background = WHITE if drawn.background == TRANSPARENT else drawn.background
        fields = ("foreground", "corner_squares_colour", "corner_dots_colour")
        named = [(layer.colour, field) for layer, field in zip(drawn.layers, fields, strict=True)]
        colour, field = max(named, key=lambda pair: luminance(pair[0]))
        return cls(colour, field, background)

    @property
    def contrast(self) -> float:
        return contrast(self.colour, self.background)

    @property
    def inverted(self) -> bool:
        return luminance(self.colour) >= luminance(self.background)


def _missed(picture: "Image", content: bytes, drawn: Drawing, colours: _Colours) -> Iterator[_Loss]:
    """What each way of looking costs in which it cannot be read."""
    seen = min(picture.width, SEEN, SEEN_A_MODULE * drawn.modules)
    for way, look in _looks().items():
        if not _reads(look(picture, seen), content):
            cause, advice = _cause(drawn, colours)
            yield _Loss(_COSTS[way], Reason(cause, f"It cannot be read {_WORDS[way]}: {advice}"))


def _frowned(drawn: Drawing, style: Style, colours: _Colours) -> Iterator[_Loss]:
    """What costs something although it could be read."""
    if (ratio := colours.contrast) < GOOD_CONTRAST:
        yield _Loss(
            _contrast_points(ratio),
            Reason("contrast", f"The contrast is {ratio:.1f} to 1: {GOOD_CONTRAST:.0f} to 1 is good"),
        )
    if (margin := drawn.quiet_zone) < QUIET_ZONE:
        words = f"The quiet zone is {margin} modules wide: the standard asks for {QUIET_ZONE}"
        yield _Loss(5 * (QUIET_ZONE - margin), Reason("quiet_zone", words))
    if (pixels := SMALL / drawn.modules) < FINE_PIXELS:
        words = f"It has {drawn.symbol.size} modules a side: a shorter payload, or a lower level, makes them larger"
        yield _Loss(min(15, 10 * (FINE_PIXELS - pixels)), Reason("density", words))
    if drawn.logo:
        words = f"A logo covers {drawn.covered:.0%} of it, which error correction makes up for"
        yield _Loss(3 + 40 * drawn.covered, Reason("logo", words))
    if style.shapes.corner_squares in ROUND_RINGS:
        words = "Some scanners find no corners as round as these: choose rounded ones"
        yield _Loss(10, Reason("shapes", words))
    if _is_crowded(style):
        words = "The square within a round ring nearly touches it, so at some sizes it is not read: make it a `dot`"
        yield _Loss(20, Reason("shapes", words))


def _is_crowded(style: Style) -> bool:
    """Whether the corners of what is within a ring come near its inner edge."""
    return style.shapes.corner_squares == "dot" and style.shapes.corner_dots not in ROUND_EYES


def _contrast_points(ratio: float) -> float:
    """Little for what eyes still call dark on light, much for what only a clean picture lets a reader tell apart."""
    if ratio >= POOR_CONTRAST:
        return 5 + 15 * (GOOD_CONTRAST - ratio) / (GOOD_CONTRAST - POOR_CONTRAST)
    return 30 + 30 * (POOR_CONTRAST - ratio) / (POOR_CONTRAST - 1)


def _cause(drawn: Drawing, colours: _Colours) -> tuple[Cause, str]:
    """What is most likely to blame, and what to do about it."""
    if colours.contrast < POOR_CONTRAST:
        return "contrast", f"the contrast is {colours.contrast:.1f} to 1, and should be {GOOD_CONTRAST:.0f} to 1"
    if SMALL / drawn.modules < FINE_PIXELS:
        return "density", "shorten the payload, lower the error correction level, or print it larger"
    if drawn.logo:
        return "logo", "leave the logo, or shorten the payload"
    if drawn.quiet_zone < QUIET_ZONE:
        return "quiet_zone", f"give it a quiet zone of {QUIET_ZONE} modules"
    if colours.contrast < GOOD_CONTRAST:
        return "contrast", f"the contrast is {colours.contrast:.1f} to 1, and should be {GOOD_CONTRAST:.0f} to 1"
    return "shapes", "choose plainer shapes"


def _refusal(drawn: Drawing, style: Style, colours: _Colours) -> Unscannable:
    cause, advice = _cause(drawn, colours)
    fields = {
        "contrast": colours.field,
        "density": "size",
        "logo": "logo",
        "quiet_zone": "quiet_zone",
        "shapes": "corner_dots" if _is_crowded(style) else "dots",
    }
    return Unscannable.for_field(fields[cause], f"makes a picture that cannot be read: {advice}")


def _looks() -> dict[str, Callable[["Image", int], "Image"]]:
    return {"small": _small, "blurred": _blurred, "turned": _turned, "faded": _faded}


def _small(picture: "Image", _seen: int) -> "Image":
    return _sized(picture, SMALL)


def _blurred(picture: "Image", seen: int) -> "Image":
    from PIL import ImageFilter

    return _sized(picture, seen).filter(ImageFilter.GaussianBlur(seen * BLUR))


def _turned(picture: "Image", seen: int) -> "Image":
    from PIL import Image

    ground = picture.getpixel((0, 0))
    return _sized(picture, seen).rotate(TURN, Image.Resampling.BILINEAR, expand=True, fillcolor=ground)


def _faded(picture: "Image", seen: int) -> "Image":
    dark, light = FADED
    return _sized(picture, seen).point([dark + (light - dark) * level // 255 for level in range(256)])


def _sized(picture: "Image", size: int) -> "Image":
    from PIL import Image

    return picture.resize((size, size), Image.Resampling.BOX)


def _grey(drawn: Drawing) -> "Image":
    """The picture as a camera sees its lightness, on white where it is transparent."""
    from PIL import Image

    picture = raster(drawn)
    if drawn.background != TRANSPARENT:
        return picture.convert("L")
    ground = Image.new("RGBA", picture.size, WHITE)
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("L")


def _reads(picture: "Image", content: bytes) -> bool:
    import zxingcpp

    found = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode), try_invert=False
    )
    return any(code.bytes == content for code in found)


def _by_points(loss: _Loss) -> float:
    return -loss.points
