"""One number identifies a link, code, campaign, client, member or organization; only this file knows its spellings.

The number is time-ordered, unique, and below 2**53, so that JSON clients keep it exact. Each API spells it its own
way, and every API reads every spelling.
"""

import os
import threading
from typing import Final, NamedTuple

EPOCH_MS: Final = 1_704_067_200_000  # 2024-01-01T00:00:00Z; 41 bits of milliseconds last until 2093
LIMIT: Final = 2**53
PREFIXES: Final = frozenset({"dc", "qr", "qpr", "org", "usr", "key", "camp", "client", "wh", "sum", "rpl", "share"})

_RANDOM_BITS: Final = 12
# Crockford's base32: no letter that looks like a digit, and what is typed wrong is read as what it looks like.
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_DIGITS: Final = {**{c: n for n, c in enumerate(_ALPHABET)}, "o": 0, "i": 1, "l": 1}
_WIDTHS: Final = (11, 3, 10, 13)  # base32 digits of a scan's link, slot, milliseconds and random bits

_lock = threading.Lock()
_last = 0


def new(now_ms: int) -> int:
    """A new number: milliseconds, then 12 random bits. Strictly rising within a process, even in one millisecond: then
    by steps that nobody can guess from a neighbour's."""
    global _last
    with _lock:
        drawn = ((now_ms - EPOCH_MS) << _RANDOM_BITS) | _random_bits()
        _last = drawn if drawn > _last else _last + 1 + _random_bits()
        return _last


def drawn_ms(number: int) -> int:
    """When a number was drawn, to some milliseconds."""
    return (number >> _RANDOM_BITS) + EPOCH_MS


def spell(prefix: str, number: int) -> str:
    """A number as `<prefix>_<base32>`. Raises ValueError for a prefix that `parse` would not know."""
    if prefix not in PREFIXES:
        raise ValueError(prefix)
    return f"{prefix}_{_encode(number, 0)}"


def parse(text: str) -> int | None:
    """The number behind any spelling: a known prefix and base32, or plain digits. None for anything else."""
    prefix, separator, rest = text.rpartition("_")
    if separator:
        number = _decode(rest) if prefix in PREFIXES else None
    else:
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None
    return number if number is not None and number < LIMIT else None


class ScanId(NamedTuple):
    """A scan's id: all that finds it within its organization, without an index. `random` is 64 bits."""

    link: int
    slot: int
    ms: int
    random: int

    def __str__(self) -> str:
        return "scan_" + "".join(map(_encode, self, _WIDTHS))

    @classmethod
    def parse(cls, text: str) -> "ScanId | None":
        """The id behind its spelling, None for anything else."""
        digits = text.removeprefix("scan_")
        if digits == text or len(digits) != sum(_WIDTHS):
            return None
        numbers: list[int] = []
        for width in _WIDTHS:
            number = _decode(digits[:width])
            if number is None:
                return None
            numbers.append(number)
            digits = digits[width:]
        return cls(*numbers) if numbers[0] < LIMIT and numbers[3] < 2**64 else None


def _random_bits() -> int:
    return int.from_bytes(os.urandom(2), "big") % (1 << _RANDOM_BITS)


def _encode(number: int, width: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 32)
        digits = _ALPHABET[digit] + digits
    return digits.rjust(width or 1, "0")


def _decode(text: str) -> int | None:
    if not text.isascii():  # the Kelvin sign's lower case is a k
        return None
    number = 0
    for character in text.lower():
        digit = _DIGITS.get(character)
        if digit is None:
            return None
        number = number * 32 + digit
    return number if 0 < len(text) <= 13 else None
