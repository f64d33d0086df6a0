"""Pixels of a picture's file: Pillow opens PNG and WebP, other programs draw SVG, PDF and EPS."""

import io
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from chalicelib.core.styles import Format
from tests.qr.programs import need

RSVG = ("rsvg-convert",)
PDFTOPPM = ("pdftoppm", "-r", "72", "-")
GHOSTSCRIPT = ("gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dEPSCrop", "-r72", "-sDEVICE=ppmraw")
SMOOTH = ("-dGraphicsAlphaBits=4",)


def developed(file: bytes, format: Format) -> Image.Image:
    """A file's pixels, one for each of its points: so SVG, PDF and EPS have those of a PNG of that size."""
    return all_developed([file], format)[0]


def all_developed(files: Sequence[bytes], format: Format) -> list[Image.Image]:
    """The pixels of files of one format."""
    if format == "eps":
        return _drawn_by_ghostscript(files)
    return [Image.open(io.BytesIO(_pixels(file, format))) for file in files]


def _pixels(file: bytes, format: Format) -> bytes:
    if format in ("png", "webp"):
        return file
    command = RSVG if format == "svg" else PDFTOPPM
    need(command[0])
    return subprocess.run(command, input=file, capture_output=True, check=True).stdout


def _drawn_by_ghostscript(files: Sequence[bytes]) -> list[Image.Image]:
    """All at once: starting it takes longer than drawing."""
    need("gs")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = [folder / f"{number}.eps" for number in range(len(files))]
        for source, file in zip(sources, files, strict=True):
            source.write_bytes(file)
        done = subprocess.run(
            [*GHOSTSCRIPT, *SMOOTH, "-o", f"{folder}/%d.ppm", *map(str, sources)], capture_output=True
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), "Ghostscript has nothing to say"
        # Pages count from 1.
        return [Image.open(io.BytesIO((folder / f"{number + 1}.ppm").read_bytes())) for number in range(len(files))]
