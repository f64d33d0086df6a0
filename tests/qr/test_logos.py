"""Logos: what a picture shows comes out upright, small and the same every time; what is none is refused in words."""

import random
import struct
import time
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from chalicelib.errors import InvalidRequest
from chalicelib.qr.logos import LARGEST, MOST_BYTES, normalise

RED, GREEN, BLUE, WHITE = (200, 30, 40), (20, 160, 60), (30, 60, 200), (255, 255, 255)
ORIENTATION = 0x0112


def _corners(width: int = 60, height: int = 40) -> Image.Image:
    """Red, green / blue, white: so that it shows which way up it is."""
    image = Image.new("RGB", (width, height), WHITE)
    half = (width // 2, height // 2)
    for place, colour in (((0, 0), RED), ((half[0], 0), GREEN), ((0, half[1]), BLUE)):
        image.paste(colour, (*place, place[0] + half[0], place[1] + half[1]))
    return image


def _noise(mode: str, side: int, seed: int = 7) -> Image.Image:
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (side, side), random.Random(seed).randbytes(side * side * bands))


def _saved(image: Image.Image, format: str = "PNG", **how: Any) -> bytes:
    written = BytesIO()
    image.save(written, format, **how)
    return written.getvalue()


def _normal(content: bytes) -> Image.Image:
    made = normalise(content)
    assert made.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(made) <= MOST_BYTES
    return Image.open(BytesIO(made), formats=["PNG"])


def _seen(image: Image.Image) -> list[Any]:
    """The colours in the middle of the four quarters."""
    places = [(x, y) for y in (1, 3) for x in (1, 3)]
    return [image.getpixel((image.width * x // 4, image.height * y // 4)) for x, y in places]


def _about(colour: Any, wanted: tuple[int, ...], most: int) -> bool:
    return len(colour) == len(wanted) and all(abs(a - b) <= most for a, b in zip(colour, wanted, strict=True))


def _orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


LOSSLESS = [
    pytest.param(_saved(_corners()), id="png"),
    pytest.param(_saved(_corners().convert("P", palette=Image.Palette.ADAPTIVE)), id="png with a palette"),
    pytest.param(_saved(_corners().convert("RGBA")), id="png with an alpha that it does not use"),
    pytest.param(_saved(_corners(), "WEBP", lossless=True), id="webp"),
    pytest.param(
        _saved(_corners(), "WEBP", lossless=True, save_all=True, append_images=[Image.new("RGB", (60, 40))]),
        id="animated webp",
    ),
    pytest.param(_saved(_corners(), save_all=True, append_images=[Image.new("RGB", (60, 40))]), id="animated png"),
    pytest.param(_saved(_corners().transpose(Image.Transpose.ROTATE_90), exif=_orientation(6)), id="png on its side"),
]
LOSSY = [
    pytest.param(_saved(_corners(), "JPEG", quality=95), id="jpeg"),
    pytest.param(_saved(_corners(), "JPEG", quality=95, progressive=True), id="progressive jpeg"),
    pytest.param(_saved(_corners().convert("CMYK"), "JPEG", quality=95), id="cmyk jpeg"),
    pytest.param(_saved(_corners(), "WEBP", quality=95), id="lossy webp"),
    pytest.param(_saved(_corners(), "MPO", quality=95, save_all=True, append_images=[_corners()]), id="a phone's jpeg"),
]


@pytest.mark.parametrize("content", LOSSLESS)
def test_a_picture_stays_as_it_is(content: bytes) -> None:
    made = _normal(content)
    assert (made.mode, made.size, _seen(made)) == ("RGB", (60, 40), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("content", LOSSY)
def test_a_compressed_picture_stays_as_it_looks(content: bytes) -> None:
    made = _normal(content)
    assert (made.mode, made.size) == ("RGB", (60, 40))
    for seen, colour in zip(_seen(made), [RED, GREEN, BLUE, WHITE], strict=True):
        assert _about(seen, colour, most=12)


TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("value", TURNED)
def test_a_photograph_comes_out_upright(value: int) -> None:
    content = _saved(_corners().transpose(TURNED[value]), "JPEG", quality=95, exif=_orientation(value))
    made = _normal(content)
    assert made.size == (60, 40)
    assert all(_about(*both, most=12) for both in zip(_seen(made), [RED, GREEN, BLUE, WHITE], strict=True))


def _with_alpha() -> Image.Image:
    image = _corners().convert("RGBA")
    image.paste((*RED, 128), (0, 0, 30, 20))
    image.paste((0, 0, 0, 0), (30, 20, 60, 40))
    return image


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_saved(_with_alpha()), id="png"),
        pytest.param(_saved(_with_alpha(), "WEBP", lossless=True, exact=True), id="webp"),
        pytest.param(_saved(_with_alpha().quantize(8, Image.Quantize.FASTOCTREE)), id="png with a palette"),
    ],
)
def test_what_is_transparent_stays_so(content: bytes) -> None:
    made = _normal(content)
    assert made.mode == "RGBA"
    top_left, top_right, _, bottom_right = _seen(made)
    assert _about(top_left, (*RED, 128), most=2)
    assert _about(top_right, (*GREEN, 255), most=2)
    assert bottom_right[3] == 0


def _of_palette() -> Image.Image:
    image = Image.new("P", (4, 4), 3)
    image.putpalette(range(12))
    return image


@pytest.mark.parametrize(
    ("image", "how", "pixel"),
    [
        pytest.param(Image.new("L", (4, 4), 90), {}, (90, 90, 90), id="grey"),
        pytest.param(Image.new("1", (4, 4), 1), {}, (255, 255, 255), id="black and white"),
        pytest.param(Image.new("LA", (4, 4), (90, 128)), {}, (90, 90, 90, 128), id="grey with alpha"),
        pytest.param(Image.new("I;16", (4, 4), 0x8012), {}, (128, 128, 128), id="16-bit grey"),
        pytest.param(
            Image.new("I;16", (4, 4), 0x8012),
            {"transparency": 0x8012},
            (128, 128, 128, 0),
            id="16-bit grey that is transparent",
        ),
        pytest.param(Image.new("L", (4, 4), 90), {"transparency": 90}, (90, 90, 90, 0), id="a grey is transparent"),
        pytest.param(Image.new("RGB", (4, 4), RED), {"transparency": RED}, (*RED, 0), id="a colour is transparent"),
        pytest.param(_of_palette(), {"transparency": 3}, (9, 10, 11, 0), id="an entry is transparent"),
    ],
)
def test_every_kind_of_png_keeps_its_colour(image: Image.Image, how: dict[str, Any], pixel: tuple[int, ...]) -> None:
    assert _normal(_saved(image, **how)).getpixel((0, 0)) == pixel


@pytest.mark.parametrize(
    ("size", "made"),
    [
        pytest.param((1, 1), (1, 1), id="one pixel"),
        pytest.param((512, 512), (512, 512), id="the largest"),
        pytest.param((513, 513), (512, 512), id="a little larger"),
        pytest.param((2048, 2048), (512, 512), id="4 megapixels"),
        pytest.param((2000, 1000), (512, 256), id="wide"),
        pytest.param((300, 900), (171, 512), id="tall"),
        pytest.param((4000, 1), (512, 1), id="a line"),
    ],
)
def test_a_logo_is_scaled_down_and_keeps_its_shape(size: tuple[int, int], made: tuple[int, int]) -> None:
    assert _normal(_saved(Image.new("RGB", size, RED))).size == made


def test_scaling_down_leaves_no_dark_edge_around_what_is_transparent() -> None:
    image = Image.new("RGBA", (1024, 1024), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (257, 257, 767, 767))
    colours = _normal(_saved(image)).getcolors()
    assert colours
    assert all(_about(colour[:3], WHITE, most=1) for _, colour in colours if isinstance(colour, tuple) and colour[3])


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_without_any_order_fits_all_the_same(mode: str) -> None:
    noise = _noise(mode, LARGEST)
    made = _normal(_saved(noise))
    assert made.size == (LARGEST, LARGEST)
    assert made.mode == "P"
    assert made.has_transparency_data == (mode == "RGBA")


def test_a_gradient_of_many_colours_is_not_made_poorer() -> None:
    gradient = Image.merge("RGB", [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.new("L", (256, 256))])
    assert list(_normal(_saved(gradient)).get_flattened_data()) == list(gradient.get_flattened_data())


def test_nothing_of_the_file_comes_along() -> None:
    secret = "51.5007 N, 0.1246 W"
    text, exif = PngInfo(), Image.Exif()
    exif[0x010E] = secret
    text.add_text("Comment", secret)
    text.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{secret}</x:xmpmeta>")
    kept: dict[str, Any] = {"pnginfo": text, "exif": exif, "icc_profile": secret.encode(), "dpi": (300, 300)}
    for content in (
        _saved(_corners(), **kept),
        _saved(_corners(), "JPEG", exif=exif, icc_profile=secret.encode(), comment=secret, dpi=(300, 300)),
        _saved(_corners(), "WEBP", exif=exif, icc_profile=secret.encode(), xmp=secret.encode()),
        _saved(_corners()) + b"<script>alert(1)</script>",
    ):
        assert _chunks(normalise(content)) == {b"IHDR", b"IDAT", b"IEND"}


def _chunks(png: bytes) -> set[bytes]:
    """The names of a PNG's chunks, which must be all that there is (PNG, 5.3)."""
    names, place = set[bytes](), 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        names.add(png[place + 4 : place + 8])
        place += length + 12
    assert place == len(png)
    return names


def test_the_same_picture_gives_the_same_bytes() -> None:
    content = _saved(_noise("RGBA", 600))
    assert normalise(content) == normalise(content)


def test_what_came_out_goes_in_again_unchanged() -> None:
    made = normalise(_saved(_with_alpha()))
    assert normalise(made) == made


# --- What is refused


def _refusal(content: bytes) -> str:
    with pytest.raises(InvalidRequest) as refused:
        normalise(content)
    assert refused.value.field == "logo"
    return refused.value.message.removeprefix("logo: ")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _png_of(width: int, height: int, *chunks: bytes, pixels: bytes = b"") -> bytes:
    """A PNG that says that it is so large, whatever it holds."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [header, *chunks, _chunk(b"IDAT", zlib.compress(pixels)), _chunk(b"IEND", b"")]
    )


def _webp_of(width: int, height: int) -> bytes:
    """An animated WebP that says that its canvas is so large, with one small frame."""
    picture = _saved(Image.new("RGB", (16, 16)), "WEBP")[12:]
    edge, canvas = (15).to_bytes(3, "little"), [(side - 1).to_bytes(3, "little") for side in (width, height)]
    frame = bytes(6) + edge + edge + (100).to_bytes(3, "little") + b"\0" + picture
    chunks = [(b"VP8X", b"\x02\0\0\0" + b"".join(canvas)), (b"ANIM", bytes(6)), (b"ANMF", frame)]
    body = b"WEBP" + b"".join(name + struct.pack("<I", len(content)) + content for name, content in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


TOO_MANY_PIXELS = "must have at most 4 megapixels, such as 2048 x 2048"
NO_PICTURE = "must be a PNG, JPEG or WebP image"
BROKEN = "is a broken image, or cut off"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_png_of(2049, 2048), id="a little too large"),
        pytest.param(_png_of(8000, 8000, pixels=bytes(8000 * 3 * 100)), id="64 megapixels"),
        pytest.param(_png_of(10_000, 10_000), id="100 megapixels"),
        pytest.param(_png_of(50_000, 50_000, pixels=bytes(1_000_000)), id="a bomb"),
        pytest.param(_png_of(2**31 - 1, 2**31 - 1), id="a bomb beyond any number"),
        pytest.param(_webp_of(3000, 3000), id="webp"),
        pytest.param(_webp_of(16_384, 16_384), id="a bomb of a webp"),
        pytest.param(_saved(Image.new("L", (2049, 2048)), "JPEG"), id="jpeg"),
    ],
)
def test_too_many_pixels_are_refused_before_they_are_decoded(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import ImageFile, WebPImagePlugin

    def load(_: ImageFile.ImageFile) -> None:
        raise AssertionError

    for plugin in (ImageFile.ImageFile, WebPImagePlugin.WebPImageFile):
        monkeypatch.setattr(plugin, "load", load)
    assert _refusal(content) == TOO_MANY_PIXELS


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", id="svg with a script"
        ),
        pytest.param(b"<!doctype html><html><script>alert(1)</script></html>", id="html"),
        pytest.param(b"%PDF-1.7\n", id="pdf"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", id="eps"),
        *(pytest.param(_saved(_corners(), name), id=name) for name in ("GIF", "BMP", "TIFF", "ICO", "PPM", "TGA")),
        pytest.param(b"RIFF\x04\0\0\0AVI ", id="another riff"),
    ],
)
def test_what_is_no_png_jpeg_or_webp_is_refused(content: bytes) -> None:
    assert _refusal(content) == NO_PICTURE


def _cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_cut(_saved(_noise("RGB", 50))), id="a png cut off"),
        pytest.param(_cut(_saved(_noise("RGB", 50), "JPEG")), id="a jpeg cut off"),
        pytest.param(_cut(_saved(_noise("RGB", 50), "WEBP")), id="a webp cut off"),
        pytest.param(_png_of(50, 50, pixels=b"too little"), id="too few pixels"),
        pytest.param(
            _png_of(4, 4, _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000)))), id="a bomb of a text"
        ),
    ],
)
def test_a_broken_picture_is_refused(content: bytes) -> None:
    assert _refusal(content) == BROKEN


def test_a_jpeg_that_draws_itself_over_and_over_is_refused_at_once() -> None:
    picture = _saved(Image.new("RGB", (1990, 1990), WHITE), "JPEG", progressive=True)
    scan = picture[picture.rindex(b"\xff\xda") : -2]
    started = time.process_time()
    assert _refusal(picture[:-2] + scan * 2000 + b"\xff\xd9") == "must have at most 100 scans"
    assert time.process_time() - started < 5
    assert _normal(picture[:-2] + scan * 20 + b"\xff\xd9").size == (512, 512)


def _seeds() -> Iterable[bytes]:
    noise, exif = _noise("RGB", 24), _orientation(6)
    text = PngInfo()
    text.add_text("Comment", "long " * 99, zip=True)
    yield _saved(noise, pnginfo=text, exif=exif)
    yield _saved(noise.convert("P"), transparency=0)
    yield _saved(noise, save_all=True, append_images=[noise.rotate(90)])
    yield _saved(noise, "JPEG", exif=exif)
    yield _saved(noise, "JPEG", progressive=True)
    yield _saved(noise.convert("CMYK"), "JPEG")
    yield _saved(noise, "WEBP", exif=exif)
    yield _saved(noise, "WEBP", lossless=True)
    yield _saved(noise, "WEBP", save_all=True, append_images=[noise.rotate(90)])


@given(
    st.sampled_from(list(_seeds())),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4)), max_size=6),
    st.floats(0.3, 1),
)
def test_whatever_is_damaged_is_refused_or_drawn(
    content: bytes, damages: list[tuple[float, bytes]], kept: float
) -> None:
    damaged = bytearray(content)
    for where, bytes_ in damages:
        place = int(where**3 * len(damaged))  # mostly near the beginning, where the structure is
        damaged[place : place + len(bytes_)] = bytes_
    try:
        made = normalise(bytes(damaged[: int(kept * len(damaged))]))
    except InvalidRequest as error:
        assert error.field == "logo"
    else:
        assert max(Image.open(BytesIO(made)).size) <= LARGEST
