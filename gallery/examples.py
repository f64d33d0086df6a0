"""Examples: what `POST /api/v1/qr` is asked with, and the picture that the renderer makes of exactly that."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from PIL import Image

from chalicelib.api.qr_codes_bodies import CreateQrCode
from chalicelib.core.styles import Style
from chalicelib.qr import proof
from chalicelib.qr.drawings import Drawing, drawing
from chalicelib.qr.pictures import draw
from gallery import marks
from gallery.payloads import SHORT_URL

# What a picture is shown on: of the file, an SVG, one that has it in it.
Scene = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Example:
    """`body` is what is sent, `name` the picture's file without its ending.

    `held` is what the symbol holds where `body` names a url instead; `scene` is drawn around an SVG.
    """

    name: str
    body: Mapping[str, Any]
    held: str = ""
    scene: Scene | None = None

    @property
    def payload(self) -> str:
        return self.held or str(self.body["data"])

    @cached_property
    def style(self) -> Style:
        """The style as the API reads it from the body."""
        return Style(**CreateQrCode.model_validate(dict(self.body)).changes)

    @property
    def logo(self) -> bytes | None:
        return marks.content(self.style.logo) if self.style.logo else None

    @property
    def file(self) -> str:
        return f"{self.name}.{self.style.format}"

    @cached_property
    def drawing(self) -> Drawing:
        return drawing(self.payload, self.style, self.logo)

    @cached_property
    def score(self) -> int:
        """The scannability that the API answers with. Raises Unscannable for what it refuses."""
        return proof.examine(self.payload, self.style, self.logo).score

    def content(self) -> bytes:
        """The file as the gallery shows it."""
        picture = draw(self.payload, self.style, self.logo)
        if self.scene:
            return self.scene(picture)
        return optimised(picture) if self.style.format == "png" else picture


def example(name: str, **fields: Any) -> Example:
    """An SVG of a short URL, unless the fields of the body say otherwise."""
    return Example(name, {"data": SHORT_URL, "format": "svg"} | fields)


def with_logo(name: str, mark: str, **fields: Any) -> Example:
    """A PNG of a short URL with one of the sample logos."""
    return example(name, format="png", logoUrl=marks.url(mark), **fields)


def optimised(png: bytes) -> bytes:
    """The same pixels in fewer bytes."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.save(file, "PNG", optimize=True)
    return file.getvalue()
