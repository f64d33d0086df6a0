"""Bodies of rollups: what goes in comes out, and what was written before the present form is still read."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import rollups as r
from chalicelib.core.rollups import Rollup
from chalicelib.store.rollup_bodies import packed, unpacked

DAY = 20_001
BUSY: Rollup = {
    r.TOTAL: {"": 40},
    r.QUARTERS: {"30": 12, "31": 20, "33": 8},
    r.HOURLY_VISITORS: {"7": 30, "8": 8},
    r.CITY: {"GB|ENG|England|Leeds": 30, "": 6, r.OTHER: 4},
    r.VISITORS: {"never": 35, "20000": -2},
}

names = st.text(max_size=8) | st.sampled_from([str(n) for n in range(-1, 97)])
tables = st.dictionaries(names, st.integers().filter(bool), min_size=1, max_size=12)


@given(st.dictionaries(st.sampled_from([r.TOTAL, r.QUARTERS, r.HOURLY_VISITORS, r.CITY, "new"]), tables))
def test_what_is_packed_is_unpacked(rollup: Rollup) -> None:
    """Whatever names there are: none is trusted to be a time, or to be on one line."""
    assert unpacked(packed(rollup, DAY), DAY) == rollup


@pytest.mark.parametrize("rollup", [{}, BUSY], ids=["empty", "busy"])
def test_a_body_of_before_is_read(rollup: Rollup) -> None:
    assert unpacked(zlib.compress(json.dumps(rollup).encode()), DAY) == rollup


def test_a_body_that_was_written_stays_readable() -> None:
    """Bytes of the first day of this form: whoever changes the form, or what is known beforehand, needs another one."""
    assert unpacked(bytes.fromhex(WRITTEN), DAY) == BUSY


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x01", id="no text"),
        pytest.param(b"\x01garbage", id="garbage in the present form"),
        pytest.param(b"garbage", id="garbage"),
        pytest.param(packed(BUSY, DAY)[:-9], id="cut off"),
        pytest.param(zlib.compress(b"{"), id="half a text"),
    ],
)
def test_what_cannot_be_understood_is_refused(body: bytes) -> None:
    with pytest.raises((AttributeError, TypeError, ValueError, zlib.error)):
        unpacked(body, DAY)


WRITTEN = (
    "014389101303f47830002a32024684a19295910124422cb04781b99295315085054401aed04d4d4d29862854b232d3518a29"
    "350002a0c5d8dd6d6caaa3640451a16b545b0b00"
)
