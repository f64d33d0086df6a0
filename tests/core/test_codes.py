"""QR codes: what they hold, and what a symbol can hold."""

import pytest

from chalicelib.core.codes import check_fits, check_payload, encoded, kind_of
from chalicelib.core.slugs import parts
from chalicelib.core.styles import LEVELS, Level
from chalicelib.errors import InvalidRequest

# ISO/IEC 18004, table 7: version 40's characters in alphanumeric and in byte mode.
CAPACITIES: dict[Level, tuple[int, int]] = {"L": (4296, 2953), "M": (3391, 2331), "Q": (2420, 1663), "H": (1852, 1273)}


@pytest.mark.parametrize(("marker", "holds"), [(1, "spring"), (2, "spring.2"), (10, "spring.10")])
def test_the_first_of_a_link_holds_the_bare_short_url_and_the_others_their_markers(marker: int, holds: str) -> None:
    assert encoded("https://qz.example", "spring", marker) == f"https://qz.example/{holds}"
    assert parts(holds) == ("spring", "" if marker == 1 else str(marker))


@pytest.mark.parametrize("level", LEVELS)
def test_a_symbol_holds_so_much_of_a_level_and_not_a_character_more(level: Level) -> None:
    pytest.importorskip("segno")
    import segno

    letters, size = CAPACITIES[level]
    for payload, most in (("A", letters), ("a", size), ("\u00e9", size // 2)):
        check_fits(payload * most, level, "data")
        segno.make_qr(payload * most, error=level, boost_error=False, encoding="utf-8" if payload == "\u00e9" else None)
        with pytest.raises(InvalidRequest) as refused:
            check_fits(payload * (most + 1), level, "data")
        assert refused.value.field == "data"
    check_fits("7" * 2048, level, "data")


@pytest.mark.parametrize("payload", ["", "\ud800", "x" * 2049, "\u00e9" * 1025])
def test_a_payload_is_text_of_one_byte_to_2_kb(payload: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_payload(payload, "data")
    assert refused.value.field == "data"


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ("https://example.com/a?b#c", "url"),
        ("HTTP://EXAMPLE.COM", "url"),
        ("https://", "text"),
        ("https:///path", "text"),
        ("https://example.com/ and more", "text"),
        ("https://example.com\n", "text"),
        ("see https://example.com", "text"),
        ("ftp://example.com", "text"),
        ("mailto:a@example.com", "text"),
        ("hello", "text"),
    ],
)
def test_a_payload_that_is_an_address_of_the_web_is_a_url_and_any_other_a_text(payload: str, kind: str) -> None:
    assert kind_of(payload) == kind
