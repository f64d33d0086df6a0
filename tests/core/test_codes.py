"""QR codes: what they hold, and what a symbol can hold."""

import re

import pytest

from chalicelib.core.codes import (
    QrCode,
    check_fits,
    check_payload,
    check_style_fits,
    encoded,
    level_of,
    payload_of_link,
)
from chalicelib.core.paths import parts
from chalicelib.core.styles import LEVELS, Level, Style
from chalicelib.errors import InvalidRequest

# ISO/IEC 18004, table 7: version 40's characters in alphanumeric and in byte mode.
DIGITS: dict[Level, int] = {"L": 7089, "M": 5596, "Q": 3993, "H": 3057}
CAPACITIES: dict[Level, tuple[int, int]] = {"L": (4296, 2953), "M": (3391, 2331), "Q": (2420, 1663), "H": (1852, 1273)}


@pytest.mark.parametrize(("marker", "holds"), [(1, "spring"), (2, "spring.2"), (10, "spring.10")])
def test_the_first_of_a_link_holds_the_bare_short_url_and_the_others_their_markers(marker: int, holds: str) -> None:
    assert encoded("https://qz.example", "spring", marker) == f"https://qz.example/{holds}"
    assert parts(holds) == ("spring", "" if marker == 1 else str(marker))


@pytest.mark.parametrize(("marker", "holds"), [(1, "SPRING-2"), (2, "SPRING-2.2"), (10, "SPRING-2.10")])
@pytest.mark.parametrize("base", ["https://qz.example", "http://127.0.0.1:8000", "https://Sub-1.QZ.example"])
def test_a_compact_one_holds_the_same_in_capitals_and_leads_to_the_same(base: str, marker: int, holds: str) -> None:
    printed = encoded(base, "spring-2", marker, compact=True)
    assert printed == f"{base.upper()}/{holds}"
    assert parts(printed.rpartition("/")[2]) == parts(encoded(base, "spring-2", marker).rpartition("/")[2])


@pytest.mark.parametrize("marker", [1, 2, 1000])
@pytest.mark.parametrize("level", LEVELS)
def test_a_compact_one_is_an_alphanumeric_symbol_that_is_never_larger(marker: int, level: Level) -> None:
    import segno

    plain, compact = (
        segno.make_qr(encoded("https://qz.example", "spring-sale", marker, compact), error=level, boost_error=False)
        for compact in (False, True)
    )
    assert (plain.mode, compact.mode) == ("byte", "alphanumeric")
    assert len(compact.matrix) <= len(plain.matrix)


@pytest.mark.parametrize(
    "base",
    [
        pytest.param("https://x1.execute-api.eu-west-1.amazonaws.com/api", id="path"),
        pytest.param("https://qz.example/", id="slash"),
        pytest.param("http://[::1]:8000", id="brackets"),
        pytest.param("https://b\u00fccher.example", id="not ASCII"),
        pytest.param("https://a_b.example", id="underscore"),
    ],
)
def test_where_capitals_lead_elsewhere_nothing_is_compact(base: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^compact: needs short links without a path") as refused:
        encoded(base, "spring", 1, compact=True)
    assert refused.value.field == "compact"
    assert payload_of_link(base, "spring", compact=True) == f"{base}/spring"


def test_the_picture_of_a_link_holds_its_bare_short_url_as_is_asked() -> None:
    assert payload_of_link("https://qz.example", "spring", compact=False) == "https://qz.example/spring"
    assert payload_of_link("https://qz.example", "spring", compact=True) == "HTTPS://QZ.EXAMPLE/SPRING"


@pytest.mark.parametrize(
    ("payload", "link", "compact"),
    [("HTTPS://QZ.EXAMPLE/S", 7, True), ("https://QZ.EXAMPLE/S", 7, False), ("HTTPS://QZ.EXAMPLE/S", None, False)],
)
def test_one_is_compact_when_it_holds_its_short_url_in_capitals(payload: str, link: int | None, compact: bool) -> None:
    assert QrCode(1, 2, payload, 3, link=link).compact == compact


@pytest.mark.parametrize("level", LEVELS)
def test_a_symbol_holds_so_much_of_a_level_and_not_a_character_more(level: Level) -> None:
    import segno

    letters, size = CAPACITIES[level]
    for payload, most in (("A", letters), ("a", size), ("7", DIGITS[level])):
        check_fits(payload * most, level, "data")
        segno.make_qr(payload * most, error=level, boost_error=False)
        with pytest.raises(InvalidRequest) as refused:
            check_fits(payload * (most + 1), level, "data")
        assert refused.value.field == "data"
        with pytest.raises(segno.DataOverflowError):
            segno.make_qr(payload * (most + 1), error=level, boost_error=False)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_not_ascii_is_utf_8_behind_a_header_that_takes_a_byte(level: Level) -> None:
    import segno

    size = CAPACITIES[level][1] - 1
    for payload in ("a" * (size - 2) + "\u00e9", "\u20ac" * (size // 3) + "b" * (size % 3)):
        assert len(payload.encode()) == size
        check_fits(payload, level, "data")
        segno.make_qr(payload, error=level, boost_error=False, encoding="utf-8", eci=True)
        with pytest.raises(InvalidRequest):
            check_fits(payload + "c", level, "data")
        with pytest.raises(segno.DataOverflowError):
            segno.make_qr(payload + "c", error=level, boost_error=False, encoding="utf-8", eci=True)


@pytest.mark.parametrize(
    ("payload", "style", "said"),
    [
        pytest.param(
            "a" * 1400,
            Style(level="H"),
            "data: 1,400 bytes are too many: a QR code of level H holds at most 1,273 (level Q 1,663); "
            "choose a lower error correction level, or a shorter payload",
            id="bytes",
        ),
        pytest.param(
            "\u20ac" * 600, Style(level="Q"), "1,800 bytes of UTF-8 .* Q .* 1,662 .level M 2,330.;", id="UTF-8"
        ),
        pytest.param("A" * 1900, Style(level="H"), "1,900 characters .* H .* 1,852 .level Q 2,420.;", id="capitals"),
        pytest.param("a" * 3000, Style(level="L"), "3,000 bytes .* L holds at most 2,953; choose", id="no level"),
        pytest.param(
            "a" * 1400,
            Style(logo="https://cdn.example.com/logo.png"),
            "a QR code with a logo holds at most 958; leave the logo out, or",
            id="logo",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_the_limit_in_numbers(payload: str, style: Style, said: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_style_fits(payload, style, "data")
    assert said in refused.value.message or re.search(said, refused.value.message)


@pytest.mark.parametrize("level", LEVELS)
def test_a_logo_raises_the_level_to_the_highest(level: Level) -> None:
    assert level_of(Style(level=level)) == level
    assert level_of(Style(level=level, logo="https://cdn.example.com/logo.png")) == "H"
    assert level_of(Style(level=level, logo_image="0" * 64)) == "H"


@pytest.mark.parametrize("payload", ["", "\ud800", "x" * 2049, "\u00e9" * 1025])
def test_a_payload_is_text_of_one_byte_to_2_kb(payload: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_payload(payload, "data")
    assert refused.value.field == "data"
