"""Symbols: the grid of dark and light modules that holds a payload, and which of it a picture may not touch."""

from dataclasses import dataclass
from typing import Any, Final

from chalicelib.core.codes import check_fits
from chalicelib.core.styles import Level
from chalicelib.qr import masks

FINDER: Final = 7  # modules a side (ISO/IEC 18004, 5.3.2)


@dataclass(frozen=True, slots=True)
class Symbol:
    """`rows` are bytes of 0 and 1, `size` of them and so many in each."""

    version: int
    level: Level
    rows: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return len(self.rows)

    @property
    def finders(self) -> tuple[tuple[int, int], ...]:
        """The left upper modules of the finder patterns."""
        far = self.size - FINDER
        return (0, 0), (far, 0), (0, far)


def symbol(payload: str, level: Level, version: int | None = None) -> Symbol:
    """The smallest symbol of a level, or that of a version, that holds a payload. Raises InvalidRequest.

    ASCII is stored as compactly as it can be. Anything else is UTF-8 and says so (ECI 26): without that, readers
    guess between it, ISO 8859-1 and Shift JIS.
    """
    import segno

    check_fits(payload, level, "payload")
    encoding: dict[str, Any] = {} if payload.isascii() else {"mode": "byte", "encoding": "utf-8", "eci": True}
    made = segno.make_qr(payload, error=level, version=version, boost_error=False, mask=masks.FIRST, **encoding)
    rows = masks.masked([bytes(row) for row in made.matrix], int(made.version), level)
    return Symbol(int(made.version), level, tuple(rows))
