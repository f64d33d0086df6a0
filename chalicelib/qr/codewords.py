"""Where the codewords of a symbol lie, and how many of them may be lost."""

from collections.abc import Sequence
from functools import cache
from itertools import chain, zip_longest
from typing import Any, Final, NamedTuple

from chalicelib.core.styles import Level

VERSION_TOLD: Final = 7  # from here on a symbol says which version it is
REMAINDER: Final = -1  # the block of the few modules that hold no codeword

Rows = Sequence[bytes]  # of 0 and 1, for each module


class Owner(NamedTuple):
    """Which codeword of which block a module belongs to."""

    block: int
    codeword: int


@cache
def owners(version: int, level: Level) -> tuple[tuple[Owner | None, ...], ...]:
    """For each module of a symbol, row by row, its codeword; None where a pattern or information is.

    ISO/IEC 18004, 7.7.3: pairs of columns from the right to the left, upwards and downwards in turn.
    """
    grid, order = free(version), _interleaved(version, level)
    size = len(grid)
    found: list[list[Owner | None]] = [[None] * size for _ in range(size)]
    at = 0
    columns = (*range(size - 1, 6, -2), 5, 3, 1)  # column 6 is a timing pattern
    for pair, right in enumerate(columns):
        for y in range(size) if pair % 2 else reversed(range(size)):
            for x in (right, right - 1):
                if grid[y][x]:
                    found[y][x] = order[at // 8] if at // 8 < len(order) else Owner(REMAINDER, 0)
                    at += 1
    return tuple(tuple(row) for row in found)


def correctable(version: int, level: Level) -> list[int]:
    """How many wrong codewords each block can correct: half as many as it has for that."""
    return [(total - data) // 2 for total, data in _blocks(version, level)]


def _blocks(version: int, level: Level) -> list[tuple[int, int]]:
    """The codewords of each block, in all and for data (ISO/IEC 18004, table 9)."""
    from segno import consts

    told: Any = consts.ECC
    kinds = told[version][consts.ERROR_MAPPING[level]]
    return [(kind.num_total, kind.num_data) for kind in kinds for _ in range(kind.num_blocks)]


def _interleaved(version: int, level: Level) -> list[Owner]:
    """The codewords in the order in which they are placed (ISO/IEC 18004, 7.6)."""
    blocks = _blocks(version, level)
    data = [[Owner(block, n) for n in range(data)] for block, (_, data) in enumerate(blocks)]
    correcting = [[Owner(block, n) for n in range(data, total)] for block, (total, data) in enumerate(blocks)]
    placed = chain(chain.from_iterable(zip_longest(*data)), chain.from_iterable(zip_longest(*correcting)))
    return [owner for owner in placed if owner is not None]


def free(version: int) -> Rows:
    """Which modules hold codewords: those of no pattern (ISO/IEC 18004, 6.3), and of no information."""
    size = 4 * version + 17
    grid = [bytearray(b"\1" * size) for _ in range(size)]
    taken = [(0, 0, 9, 9), (size - 8, 0, 8, 9), (0, size - 8, 9, 8), (0, 6, size, 1), (6, 0, 1, size)]
    taken += [(x - 2, y - 2, 5, 5) for x, y in alignments(version)]
    for x, y, width, height in (*taken, *_versions(version)):
        for row in grid[y : y + height]:
            row[x : x + width] = bytes(width)
    return [bytes(row) for row in grid]


def information(version: int) -> Rows:
    """Which modules tell level and mask (ISO/IEC 18004, 7.9), and in large symbols the version (7.10)."""
    size = 4 * version + 17
    grid = [bytearray(size) for _ in range(size)]
    places = (0, 1, 2, 3, 4, 5, 7, 8, *range(size - 8, size))
    for place in places:
        grid[8][place] = grid[place][8] = 1
    for x, y, width, height in _versions(version):
        for row in grid[y : y + height]:
            row[x : x + width] = b"\1" * width
    return [bytes(row) for row in grid]


def _versions(version: int) -> list[tuple[int, int, int, int]]:
    size = 4 * version + 17
    return [(size - 11, 0, 3, 6), (0, size - 11, 6, 3)] if version >= VERSION_TOLD else []


def alignments(version: int) -> list[tuple[int, int]]:
    """The centres of the alignment patterns."""
    from segno import consts

    if version == 1:
        return []
    places = consts.ALIGNMENT_POS[version - 2]
    first, last = places[0], places[-1]
    corners = {(first, first), (first, last), (last, first)}
    return [(x, y) for x in places for y in places if (x, y) not in corners]
