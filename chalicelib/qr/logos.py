"""Logos: whatever picture somebody has, made into one that is small, safe to read and the same every time.

What comes out is written anew, pixel by pixel. Of the file that came in nothing stays: no metadata, no colour profile,
no second frame, nothing hidden behind the picture.
"""

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Final

from chalicelib.errors import InvalidRequest

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MOST_PIXELS: Final = 2048 * 2048
LARGEST: Final = 512
MOST_BYTES: Final = 300_000

# A progressive JPEG has about ten. Each costs a few bytes of the file, and a walk over all pixels.
_MOST_SCANS: Final = 100
_START_OF_SCAN: Final = b"\xff\xda"  # ITU-T T.81, B.1.1.3; within a scan an FF is never followed by this
_COLOURS: Final = 256


def normalise(content: bytes) -> bytes:
    """A PNG of what a PNG, JPEG or WebP shows: upright, no side longer than `LARGEST` pixels, RGB or, where something
    is transparent, RGBA. If that exceeds `MOST_BYTES`, it has a palette of such colours.

    Raises InvalidRequest that names `logo`.
    """
    from PIL.Image import Resampling

    image = _shown(content)
    image.thumbnail((LARGEST, LARGEST), Resampling.LANCZOS)
    image.info.clear()  # or some of it is written again
    written = _png(image)
    # At a byte a pixel the largest one has 264 KB, however little its pixels have in common.
    return written if len(written) <= MOST_BYTES else _png(_of_few_colours(image))


def _shown(content: bytes) -> "Image":
    """Its first frame, as it is meant to be seen."""
    from PIL import UnidentifiedImageError
    from PIL.Image import DecompressionBombError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what can be read all the same, and of sizes, which are judged here
        try:
            return _in_rgb(_upright(content))
        except InvalidRequest:
            raise
        except UnidentifiedImageError as error:
            raise InvalidRequest.for_field("logo", "must be a PNG, JPEG or WebP image") from error
        except DecompressionBombError as error:
            raise _too_many_pixels() from error
        except Exception as error:  # Pillow raises whatever its parsers stumble over
            raise InvalidRequest.for_field("logo", "is a broken image, or cut off") from error


def _upright(content: bytes) -> "Image":
    """What the header says is judged before any pixel is decoded."""
    from PIL import Image, ImageOps

    opened = Image.open(BytesIO(content), formats=FORMATS)
    if opened.width * opened.height > MOST_PIXELS:
        raise _too_many_pixels()
    if opened.format in ("JPEG", "MPO") and content.count(_START_OF_SCAN) > _MOST_SCANS:
        raise InvalidRequest.for_field("logo", f"must have at most {_MOST_SCANS} scans")
    return ImageOps.exif_transpose(opened)


def _in_rgb(image: "Image") -> "Image":
    """RGB, or RGBA if any of it is transparent."""
    if image.mode == "I;16":
        image = _eight_bits(image)
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return image.convert("RGB") if image.getchannel("A").getextrema() == (255, 255) else image


def _eight_bits(grey: "Image") -> "Image":
    """The upper byte of each pixel, and of the value that stands for transparent; Pillow cuts off at 255."""
    eight = grey.point(lambda value: value * (1 / 256)).convert("L")
    if isinstance(transparent := grey.info.get("transparency"), int):
        eight.info["transparency"] = transparent >> 8
    return eight


def _of_few_colours(image: "Image") -> "Image":
    from PIL.Image import Dither, Quantize

    if image.mode == "RGBA":
        return image.quantize(_COLOURS, Quantize.FASTOCTREE)  # the only one that knows alpha
    palette = image.quantize(_COLOURS, Quantize.MEDIANCUT)
    return image.quantize(palette=palette, dither=Dither.FLOYDSTEINBERG)


def _png(image: "Image") -> bytes:
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _too_many_pixels() -> InvalidRequest:
    return InvalidRequest.for_field("logo", "must have at most 4 megapixels, such as 2048 x 2048")
