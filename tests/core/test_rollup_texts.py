"""Rollups as texts: nothing is lost on the way, whatever a table holds, and full ones are short."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import rollups as r
from chalicelib.core.fold import fold
from chalicelib.core.rollup_texts import FULL, dumps, loads
from chalicelib.core.rollups import LIFETIME, NEVER, OTHER, Rollup, Table
from chalicelib.core.scans import Change
from tests.core.histories import history

DAY = 20_000


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_what_a_fold_made_comes_back_as_it_was(seed: int, size: int) -> None:
    changes = [Change(key, None, facts) for key, facts in history(seed, size).items()]
    for key, rollup in fold(changes, {}, {}).rollups.items():
        assert loads(dumps(rollup, key.period), key.period) == rollup


def numbered(keys: list[str]) -> Table:
    return {key: n + 1 for n, key in enumerate(keys)}


TABLES: dict[str, tuple[str, Table]] = {
    "nothing": (r.QUARTERS, {}),
    "all quarters": (r.QUARTERS, numbered([str(n) for n in range(96)])),
    "a few quarters": (r.QUARTERS, numbered(["3", "95"])),
    "quarters too far between": (r.QUARTERS, numbered([str(n) for n in range(FULL)])),
    "a quarter that does not exist": (r.QUARTERS, numbered([str(n) for n in range(50, 97)])),
    "an entry of nothing": (r.HOURLY_VISITORS, {str(n): n for n in range(24)}),
    "hours with fewer than nobody": (r.HOURLY_VISITORS, {str(n): n - 30 for n in range(24)}),
    "people seen before": (r.VISITORS, {NEVER: 40, **{str(DAY - n): n for n in range(1, 30)}}),
    "nobody new": (r.ADDRESSES, {str(DAY - n): n for n in range(1, 30)}),
    "people seen on a later day": (r.VISITORS, {NEVER: 2, **{str(DAY + n): -1 for n in range(1, 30)}}),
    "people seen long ago": (r.VISITORS, {NEVER: 2, **{str(DAY - 40 * n): 1 for n in range(1, 10)}}),
    "a histogram that makes no sense": (r.VISITORS, {"x": 1, **{str(DAY - n): 1 for n in range(1, 30)}}),
    "cities": (r.CITY, {OTHER: 7, "": 3, **numbered([f"GB|ENG|England|Town {n}" for n in range(99)])}),
    "a city with a line break": (r.CITY, numbered([f"GB|ENG|England|To\nwn {n}" for n in range(99)])),
    "a table of later times": ("planets", numbered([str(n) for n in range(50)])),
}


@pytest.mark.parametrize("period", [DAY, LIFETIME])
@pytest.mark.parametrize("what", TABLES)
def test_every_table_comes_back_as_it_was(what: str, period: int) -> None:
    name, table = TABLES[what]
    assert loads(dumps({name: table}, period), period) == {name: table}


def test_plain_tables_are_understood_too() -> None:
    plain: Rollup = dict(TABLES.values())
    assert loads(json.dumps(plain), DAY) == plain


def test_a_full_day_is_a_fifth_shorter_than_its_plain_tables() -> None:
    chance = random.Random(1)
    full: Rollup = {
        r.QUARTERS: {str(n): chance.randrange(1, 40) for n in range(96)},
        r.HOURLY_VISITORS: {str(n): chance.randrange(1, 150) for n in range(24)},
        r.VISITORS: {NEVER: 900, **{str(DAY - n): chance.randrange(1, 40) for n in range(1, 90)}},
        r.REFERRER: {f"{n}.example": chance.randrange(1, 40) for n in range(50)},
    }
    assert len(dumps(full, DAY)) < 0.8 * len(json.dumps(full, separators=(",", ":")))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param({"total": [3]}, id="a list where none can be"),
        pytest.param({r.CITY: ["Leeds\nYork", [1]]}, id="a value without a number"),
        pytest.param({r.CITY: [1, 2, 3]}, id="not names and numbers"),
        pytest.param({r.QUARTERS: [1] * 97}, id="more places than there are"),
        pytest.param({r.QUARTERS: 3}, id="a number"),
        pytest.param([], id="a list"),
    ],
)
def test_what_is_no_rollup_is_refused(text: Any) -> None:
    with pytest.raises((AttributeError, TypeError, ValueError)):
        loads(json.dumps(text), DAY)
