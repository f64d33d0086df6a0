"""How much of a symbol a logo may cover.

Its place is the centre. A codeword counts as lost as soon as one of its modules is covered; of what a block of
codewords can correct, at most LENT may be lost so. Patterns that readers find their way by are never covered: where
an alignment pattern is in the way, the symbol becomes larger, until none is.
"""

import io
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from chalicelib.core.codes import LARGEST_WITH_LOGO, check_fits
from chalicelib.core.styles import Level
from chalicelib.qr import codewords
from chalicelib.qr.symbols import FINDER, Symbol, symbol

LEVEL: Final[Level] = "H"
LENT: Final = 2 / 3  # the rest is for dirt, shadows and creases
MARGIN: Final = 1.0  # modules between a logo and the dots around it
SMALLEST: Final = 7  # modules a side, with the margin
MOST_HELD: Final = 256  # boxes; there are as many as ratios that somebody's logos have


@dataclass(frozen=True, slots=True)
class LogoBox:
    """The modules that make way for a logo."""

    x: int
    y: int
    width: int
    height: int


def aspect(logo: bytes) -> float:
    """A logo's width divided by its height."""
    from PIL import Image

    with Image.open(io.BytesIO(logo)) as image:
        return image.width / image.height


def fitted(ratio: float, width: float, height: float) -> tuple[float, float]:
    """The largest size of a ratio within a width and a height."""
    return (width, width / ratio) if ratio * height > width else (height * ratio, height)


def room_for(payload: str, ratio: float) -> tuple[Symbol, LogoBox]:
    """The smallest symbol that holds a payload and a logo, and the modules that the logo gets.

    Raises InvalidRequest naming `payload` when none does.
    """
    check_fits(payload, LEVEL, "payload", for_logo=True)
    made = symbol(payload, LEVEL)
    versions = range(made.version, LARGEST_WITH_LOGO + 1)
    version, box = next((version, box) for version in versions if (box := _largest(version, ratio)))
    return (made if version == made.version else symbol(payload, LEVEL, version)), box


@lru_cache(maxsize=MOST_HELD)
def _largest(version: int, ratio: float) -> LogoBox | None:
    """The largest box for a logo in the centre of a symbol, None when there is no room for any."""
    size, best = 4 * version + 17, None
    if (size // 2, size // 2) in codewords.alignments(version):
        return None
    for side in range(SMALLEST, size - 2 * FINDER, 2):
        box = _box(size, side, ratio)
        if not _allowed(version, box):
            break
        best = box
    return best


def _box(size: int, side: int, ratio: float) -> LogoBox:
    """The centred box whose longer side is given: odd numbers of modules, as the symbol has."""
    inner = side - 2 * MARGIN
    width, height = fitted(ratio, inner, inner)
    across, down = (_odd(length + 2 * MARGIN) for length in (width, height))
    return LogoBox((size - across) // 2, (size - down) // 2, across, down)


def _odd(length: float) -> int:
    """The smallest odd number that is not smaller."""
    return 2 * int(-(-(length - 1) // 2)) + 1


def _allowed(version: int, box: LogoBox) -> bool:
    placed = codewords.owners(version, LEVEL)
    lost: dict[int, set[int]] = defaultdict(set)
    for row in placed[box.y : box.y + box.height]:
        for owner in row[box.x : box.x + box.width]:
            if owner is None:
                return False
            lost[owner.block].add(owner.codeword)
    lost.pop(codewords.REMAINDER, None)
    most = codewords.correctable(version, LEVEL)
    return all(len(gone) <= LENT * most[block] for block, gone in lost.items())
