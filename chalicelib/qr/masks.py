"""Which of the eight masks a symbol gets (ISO/IEC 18004, 7.8): the one with the fewest penalties.

Asked module by module, as segno does, that takes longer than all else about a picture. Here a symbol is one large
number, a byte for each module, so that each question is put to all of its modules at once. The answer is segno's.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from chalicelib.core.styles import Level
from chalicelib.qr import codewords
from chalicelib.qr.codewords import Rows

FIRST: Final = 0  # the mask that symbols have before they get theirs

PERIOD: Final = 12  # rows, and columns, after which every mask begins again
# Light modules: so many are before or after what is taken for a finder pattern, and between lines.
GAP: Final = bytes(4)
FINDER: Final = bytes((1, 0, 1, 1, 1, 0, 1))

# ISO/IEC 18004, table 10: whether a mask turns over the module in a row and a column.
_MASKS: Final[Sequence[Callable[[int, int], bool]]] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)
_ROUND: Final = range(PERIOD)
_ACROSS: Final = [[bytes(turns(i, j) for j in _ROUND) for i in _ROUND] for turns in _MASKS]
_DOWN: Final = [[bytes(turns(i, j) for i in _ROUND) for j in _ROUND] for turns in _MASKS]


def masked(rows: Rows, version: int, level: Level) -> Rows:
    """A symbol with the best mask, of one with the FIRST."""
    free = _packed(codewords.free(version))
    told = ~_packed(codewords.information(version))  # which mask a symbol has is told in it after the choice
    across = _all(_packed(rows), free, _ACROSS, len(rows))
    down = _all(_packed([bytes(column) for column in zip(*rows, strict=True)]), free, _DOWN, len(rows))
    scores = [_penalty(one & told, other & told, len(rows)) for one, other in zip(across, down, strict=True)]
    best = scores.index(min(scores))
    return rows if best == FIRST else _told(_rows(across[best], len(rows)), version, level, best)


def _packed(rows: Rows) -> int:
    """Lines as a number: what follows within them is in higher bytes."""
    return int.from_bytes(GAP.join((*rows, b"")), "little")


def _rows(lines: int, size: int) -> list[bytearray]:
    content, step = lines.to_bytes((size + len(GAP)) * size, "little"), size + len(GAP)
    return [bytearray(content[at : at + size]) for at in range(0, step * size, step)]


def _all(first: int, free: int, masks: Sequence[Sequence[bytes]], size: int) -> list[int]:
    """The symbol with each of the masks; `free` are the modules that these turn over."""
    patterns = [_packed([(row * (size // PERIOD + 1))[:size] for row in mask] * (size // PERIOD + 1)) for mask in masks]
    whole = (1 << 8 * (size + len(GAP)) * size) - 1
    return [first ^ (patterns[FIRST] ^ pattern) & free & whole for pattern in patterns]


def _told(rows: list[bytearray], version: int, level: Level, mask: int) -> Rows:
    from segno import consts, encoder

    writer: Any = encoder
    writer.add_format_info(rows, version, consts.ERROR_MAPPING[level], mask)
    return [bytes(row) for row in rows]


def _penalty(across: int, down: int, size: int) -> int:
    """ISO/IEC 18004, table 11: runs of five or more, squares of four, what looks like a finder, and too much of one."""
    step = 8 * (size + len(GAP))
    beside = _packed([b"\1" * (size - 1) + b"\0"] * size)
    same, below = _same(across, 8) & beside, _same(across, step)
    squares = same & same >> step & below & _packed([b"\1" * (size - 1) + b"\0"] * (size - 1))
    dark = across.bit_count() * 100 / size**2
    finders = _finders(across, size) + _finders(down, size)
    runs = _runs(same) + _runs(_same(down, 8) & beside)
    return runs + 3 * squares.bit_count() + 40 * finders + 10 * int(abs(dark - 50) / 5)


def _same(lines: int, further: int) -> int:
    """Where a module is as the one that is so many bits further; bits beside those of modules mean nothing."""
    return ~(lines ^ lines >> further)


def _runs(same: int) -> int:
    """Three points for a run of five modules, and one for each more."""
    four = same & same >> 8 & same >> 16 & same >> 24
    return four.bit_count() + 2 * (four & ~(four >> 8)).bit_count()


def _finders(lines: int, size: int) -> int:
    """How often lines look like the middle of a finder pattern with enough light before or after it."""
    content = GAP + lines.to_bytes((size + len(GAP)) * size, "little")
    found, at = 0, content.find(FINDER)
    while at >= 0:
        end = at + len(FINDER)
        alone = GAP in (content[at - len(GAP) : at], content[end : end + len(GAP)])
        found += alone
        at = content.find(FINDER, end if alone else end - 3)
    return found
