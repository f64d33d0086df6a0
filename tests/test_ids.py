"""Ids: every spelling is read, and nothing else is."""

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import ids
from chalicelib.ids import EPOCH_MS, LIMIT, PREFIXES, ScanId

numbers = st.integers(0, LIMIT - 1)
scan_ids = st.builds(ScanId, numbers, st.integers(0, 32**3 - 1), st.integers(0, 32**10 - 1), st.integers(0, 2**64 - 1))
NOW = EPOCH_MS + 1_000_000


@given(st.sampled_from(sorted(PREFIXES)), numbers)
def test_every_spelling_of_a_number_is_read_back(prefix: str, number: int) -> None:
    spelled = ids.spell(prefix, number)
    base32 = spelled.removeprefix(f"{prefix}_")
    assert ids.parse(spelled) == ids.parse(f"{prefix}_{base32.upper()}") == ids.parse(str(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("dc_O1", 1, id="O is a zero"),
        pytest.param("dc_1L", 33, id="L is a one"),
        pytest.param("dc_i0", 32, id="i is a one"),
        pytest.param(f"{LIMIT - 1}", LIMIT - 1, id="the greatest"),
    ],
)
def test_what_looks_like_a_digit_is_read_as_one(text: str, number: int) -> None:
    assert ids.parse(text) == number


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("dc_", id="prefix alone"),
        pytest.param("zz_1", id="unknown prefix"),
        pytest.param("dc_u", id="u is no digit"),
        pytest.param("dc_\u212a", id="the Kelvin sign is no k"),
        pytest.param("\u0661", id="a digit of another script"),
        pytest.param("-1", id="below zero"),
        pytest.param("1.0", id="a fraction"),
        pytest.param(" 1", id="a space"),
        pytest.param(f"{LIMIT}", id="2**53"),
        pytest.param("9" * 10_000, id="over-long digits"),
        pytest.param("dc_" + "0" * 10_000 + "1", id="over-long base32"),
    ],
)
def test_anything_else_is_no_id(text: str) -> None:
    assert ids.parse(text) is None


@given(st.text())
def test_reading_an_id_never_fails(text: str) -> None:
    number = ids.parse(text)
    assert number is None or 0 <= number < LIMIT
    ScanId.parse(text)


def test_an_unknown_prefix_is_not_spelled() -> None:
    with pytest.raises(ValueError, match="zz"):
        ids.spell("zz", 1)


def test_new_numbers_rise_within_one_millisecond_and_when_the_clock_goes_back() -> None:
    made = [ids.new(NOW) for _ in range(5_000)] + [ids.new(NOW - 60_000)]
    assert made == sorted(set(made))
    assert made[-1] < LIMIT


def test_from_a_number_nobody_can_tell_the_next_one_of_the_same_millisecond() -> None:
    made = [ids.new(NOW) for _ in range(500)]
    steps = {after - before for before, after in pairwise(made)}
    assert len(steps) > 100
    assert max(steps) > 1_000


def test_what_another_process_makes_a_millisecond_later_is_higher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)  # other tests' numbers push the counter into their future
    before = ids.new(NOW)
    monkeypatch.setattr(ids, "_last", 0)
    assert before < ids.new(NOW + 1)


def test_threads_never_make_the_same_number() -> None:
    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.extend([ids.new(NOW) for _ in range(500)])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 4_000


@given(scan_ids)
def test_a_scan_id_is_read_back(scan_id: ScanId) -> None:
    assert ScanId.parse(str(scan_id)) == scan_id


@given(st.lists(scan_ids, min_size=2, unique=True))
def test_no_two_scans_have_the_same_spelling(scans: list[ScanId]) -> None:
    assert len({str(scan) for scan in scans}) == len(scans)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("scan_", id="prefix alone"),
        pytest.param(str(ScanId(1, 0, 1, 1))[:-1], id="short"),
        pytest.param(str(ScanId(1, 0, 1, 1)) + "0", id="long"),
        pytest.param(str(ScanId(1, 0, 1, 1)).removeprefix("scan_"), id="no prefix"),
        pytest.param("scan_" + "u" * 37, id="no digits"),
        pytest.param("scan_" + "z" * 37, id="a link beyond 2**53"),
        pytest.param("scan_" + "0" * 24 + "z" * 13, id="more than 64 random bits"),
    ],
)
def test_a_malformed_scan_id_is_none(text: str) -> None:
    assert ScanId.parse(text) is None
