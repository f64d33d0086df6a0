"""Where codewords lie: found by reading real symbols through it, and by counting modules as the standard does."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np
import pytest
import segno

from chalicelib.core.styles import LEVELS, Level
from chalicelib.qr.codewords import REMAINDER, VERSION_TOLD, Owner, correctable, owners
from chalicelib.qr.symbols import symbol
from tests.qr.matrices import patterns
from tests.qr.samples import LONGEST

VERSIONS: Final = range(1, 41)
# Which modules a mask turns over, by its number (ISO/IEC 18004, table 10); i is the row, j the column.
MASKS: Final[tuple[Callable[[int, int], bool], ...]] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)


@pytest.mark.parametrize("version", VERSIONS)
def test_there_are_as_many_modules_for_codewords_as_the_standard_says(version: int) -> None:
    across = version // 7 + 2 if version > 1 else 0
    size = 4 * version + 17
    # Finders with separators, format information with the dark module; timing; alignment; version information.
    taken = 3 * 64 + 31 + 2 * (size - 16)
    taken += 25 * max(across**2 - 3, 0) - 2 * 5 * max(across - 2, 0)  # alignment patterns share modules with timing
    taken += 36 if version >= VERSION_TOLD else 0
    for level in LEVELS:
        assert sum(owner is not None for row in owners(version, level) for owner in row) == size**2 - taken


@pytest.mark.parametrize("version", [1, 2, 6, 7, 13, 14, 20, 21, 28, 32, 36, 40])
def test_patterns_and_information_hold_no_codewords(version: int) -> None:
    placed = owners(version, "L")
    assert np.array_equal([[owner is None for owner in row] for row in placed], patterns(version))


@pytest.mark.parametrize("version", VERSIONS)
def test_each_codeword_has_eight_modules(version: int) -> None:
    for level in LEVELS:
        modules: dict[Owner, int] = defaultdict(int)
        for owner in (owner for row in owners(version, level) for owner in row if owner is not None):
            modules[owner] += 1
        rest = modules.pop(Owner(REMAINDER, 0), 0)
        assert rest in (0, 3, 4, 7)
        assert set(modules.values()) == {8}
        assert {owner.block for owner in modules} == set(range(len(correctable(version, level))))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("version", [1, 2, 3, 5, 6, 7, 10, 14, 21, 28, 40])
def test_the_codewords_that_it_finds_are_those_of_the_payload(version: int, level: Level) -> None:
    payload, rows = filled(version, level)
    blocks = read(rows, version, level)
    # All blocks have equally many for correction; by chance one may look as if it had another.
    correcting = min(zero_syndromes(block) for block in blocks)
    assert correctable(version, level) == [correcting // 2] * len(blocks)
    data = (codeword for block in blocks for codeword in block[:-correcting])
    bits = "".join(f"{codeword:08b}" for codeword in data)
    start = 4 + (8 if version < 10 else 16)  # byte mode, and how many there are (ISO/IEC 18004, table 3)
    assert int(bits[:4], 2) == 4
    assert int(bits[4:start], 2) == len(payload)
    assert bytes(int(bits[n : n + 8], 2) for n in range(start, start + 8 * len(payload), 8)) == payload.encode()


def filled(version: int, level: Level) -> tuple[str, Sequence[bytes]]:
    """A symbol that is nearly full, and its payload."""
    payload = LONGEST[level]
    while True:
        try:
            return payload, symbol(payload, level, version).rows
        except segno.DataOverflowError:
            payload = payload[: len(payload) * 19 // 20]


def read(rows: Sequence[bytes], version: int, level: Level) -> list[list[int]]:
    """The codewords of each block, in order, of what `owners` says where they are."""
    # The mask is in the third to fifth bit of the format information, which has a mask itself (ISO/IEC 18004, 7.9.1).
    mask = MASKS[(rows[8][2] << 2 | rows[8][3] << 1 | rows[8][4]) ^ 0b101]
    placed, bits = owners(version, level), defaultdict[Owner, str](str)
    for x, y in zigzag(len(rows)):
        if (owner := placed[y][x]) is not None and owner.block != REMAINDER:
            bits[owner] += str(rows[y][x] ^ mask(y, x))
    blocks = [0] * len(correctable(version, level))
    for owner in bits:
        blocks[owner.block] = max(blocks[owner.block], owner.codeword + 1)
    return [[int(bits[Owner(block, n)], 2) for n in range(count)] for block, count in enumerate(blocks)]


def zigzag(size: int) -> Iterator[tuple[int, int]]:
    """Columns and rows in the order in which bits are placed (ISO/IEC 18004, figure 19)."""
    right, upwards = size - 1, True
    while right > 0:
        if right == 6:  # the timing pattern is no half of a pair
            right -= 1
        for step in range(size):
            y = size - 1 - step if upwards else step
            yield right, y
            yield right - 1, y
        right, upwards = right - 2, not upwards


def zero_syndromes(codewords: Sequence[int]) -> int:
    """How many codewords of a whole block are for correction: so many powers of 2 are roots of its polynomial."""
    count = 0
    while _value(codewords, _power(count)) == 0:
        count += 1
    return count


def _value(codewords: Sequence[int], x: int) -> int:
    total = 0
    for codeword in codewords:
        total = _times(total, x) ^ codeword
    return total


@cache
def _power(exponent: int) -> int:
    return 1 if exponent == 0 else _times(_power(exponent - 1), 2)


def _times(a: int, b: int) -> int:
    """The product in the field of 256 elements that QR codes use (ISO/IEC 18004, annex A)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product
