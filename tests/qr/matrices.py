"""Symbols as segno has them, independently of how ours are made and placed."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import segno
from numpy.typing import NDArray
from PIL import Image
from segno import consts

from chalicelib.core.styles import Level, Style

Matrix = NDArray[np.bool_]
Places = NDArray[np.int64]

SHARP: Final = 3  # pixels a module from which on modules may differ by a pixel
DATA: Final = (consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT)


def matrix(payload: str, level: Level) -> Matrix:
    """The dark modules of a payload's symbol."""
    return of_rows(segno.make_qr(payload, error=level, boost_error=False).matrix)


def patterns(version: int) -> Matrix:
    """The modules of patterns and of information, which hold no codewords."""
    made = segno.make_qr("1", version=version, error="L", boost_error=False)
    found = np.array([[kind not in DATA for kind in row] for row in made.matrix_iter(verbose=True, border=0)])
    # segno takes one more than the eight modules of that part of the format information (ISO/IEC 18004, figure 25).
    found[8, -9] = False
    return found


def of_rows(rows: Iterable[bytes | bytearray]) -> Matrix:
    return np.array([list(row) for row in rows], dtype=np.bool_)


def middles(style: Style, count: int) -> Places:
    """The pixel in the middle of each of the symbol's modules, across as well as down."""
    scale, start = style.size / (count + 2 * style.quiet_zone), float(style.quiet_zone)
    if scale < SHARP:
        scale = int(scale)
        start = (style.size - scale * count) // 2 / scale
    found: Places = np.floor((start + np.arange(count) + 0.5) * scale).astype(np.int64)
    return found


def picture(dark: Matrix) -> Image.Image:
    """A symbol in black on white, eight pixels a module."""
    framed = np.where(np.pad(dark, 4), 0, 255).astype(np.uint8)
    return Image.fromarray(framed).resize((len(framed) * 8, len(framed) * 8), Image.Resampling.NEAREST)
