"""The mask that a symbol gets: segno's, which asks module by module."""

import random
from typing import Any

import pytest
import segno

from chalicelib.core.styles import LEVELS, Level
from chalicelib.qr.symbols import symbol

LENGTHS = (1, 9, 23, 40, 77, 140, 300, 700, 1200)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("length", LENGTHS)
def test_symbols_are_those_of_segno(length: int, level: Level) -> None:
    chance = random.Random(length)
    payload = "".join(chance.choice("abcdefgh /:.0123") for _ in range(length))
    theirs: Any = segno.make_qr(payload, error=level, boost_error=False)
    assert symbol(payload, level).rows == tuple(map(bytes, theirs.matrix))


def test_all_eight_masks_are_given() -> None:
    masks = {segno.make_qr(str(n), error="M", boost_error=False).mask for n in range(60)}
    assert masks == set(range(8))
    for n in range(60):
        theirs: Any = segno.make_qr(str(n), error="M", boost_error=False)
        assert symbol(str(n), "M").rows == tuple(map(bytes, theirs.matrix))
