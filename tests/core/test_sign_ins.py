"""Signing in: what tells addresses and places apart, and what does not."""

import pytest

from chalicelib.core.sign_ins import LINK_MS, WINDOW_MS, address_digest, letter, recent, source_digest


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Ada@Example.com", "ada@example.COM", True, id="letters of either case"),
        pytest.param(" ada@example.com\n", "ada@example.com", True, id="space around it"),
        pytest.param("ada@example.com", "adb@example.com", False, id="another name"),
        pytest.param("kate@example.com", "\u212aate@example.com", False, id="a sign for kelvins"),
        pytest.param("strasse@example.com", "stra\u00dfe@example.com", False, id="a sharp s"),
    ],
)
def test_an_address_is_itself_however_its_letters_are_written(one: str, other: str, same: bool) -> None:
    assert (address_digest(one) == address_digest(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("203.0.113.9", "203.0.113.9", True, id="IPv4"),
        pytest.param("203.0.113.9", "203.0.113.10", False, id="a neighbour"),
        pytest.param("2001:db8::1", "2001:0db8:0:0:ffff::2", True, id="one network of IPv6"),
        pytest.param("2001:db8::1", "2001:db8:0:1::1", False, id="another network of IPv6"),
        pytest.param("", "unknown", False, id="no addresses"),
    ],
)
def test_a_place_is_counted_by_twenty_bits(one: str, other: str, same: bool) -> None:
    assert (source_digest(one) == source_digest(other)) is same
    assert 0 <= int(source_digest(one), 16) < 2**20
    assert len(source_digest(one)) == 5


def test_what_counts_is_of_the_last_15_minutes_to_the_millisecond() -> None:
    assert recent([5, 3, 4], 4 + WINDOW_MS) == [5]
    assert WINDOW_MS == LINK_MS == 900_000


def test_a_mail_says_how_long_and_how_often_its_link_is_good() -> None:
    text = letter("https://qz.example/sign-in/x")
    assert "\nhttps://qz.example/sign-in/x\n" in text
    assert "good for 15 minutes, and once" in text
    assert "ignore this mail" in text
    assert all(len(line) <= 120 for line in text.splitlines())
