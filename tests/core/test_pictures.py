"""Pictures: what is drawn of a link or QR code, and what it is called."""

from dataclasses import replace

import pytest

from chalicelib.core.codes import QrCode
from chalicelib.core.links import Details, Link
from chalicelib.core.pictures import Picture
from chalicelib.core.styles import DEFAULT, WORDS, Style, of_words

LINK = Link(1, 2, "spring", "https://example.com/", 0, details=Details(style={"dotsType": "dots"}))
CODE = QrCode(1, 3, "https://qz.example/spring", 0, link=2, marker=1)
CASES = [
    pytest.param(Picture.of_link(LINK, "https://qz.example"), "spring", "qz.example/spring", id="link"),
    pytest.param(Picture.of_link(replace(LINK, label="Sale"), "b"), "Sale", "Sale", id="link with a label"),
    pytest.param(Picture.of_code(CODE, LINK), "spring", "qz.example/spring", id="first of a link"),
    pytest.param(
        Picture.of_code(replace(CODE, payload="https://qz.example/spring.2", marker=2), LINK),
        "spring-2",
        "qz.example/spring.2",
        id="second of a link",
    ),
    pytest.param(Picture.of_code(CODE, replace(LINK, label="Sale")), "Sale", "Sale", id="of a link with a label"),
    pytest.param(
        Picture.of_code(replace(CODE, label="Flyer"), replace(LINK, label="Sale")), "Flyer", "Flyer", id="its own label"
    ),
    pytest.param(
        Picture.of_code(QrCode(1, 3, "WIFI:S:Cafe;;", 0, kind="wifi"), None), "Wi-Fi", "Wi-Fi", id="standalone"
    ),
    pytest.param(
        Picture.of_code(QrCode(1, 3, "x", 0, label="L" * 200), None), "L" * 200, "L" * 79 + "…", id="a long label"
    ),
]


@pytest.mark.parametrize(("picture", "name", "title"), CASES)
def test_a_picture_is_called_what_people_call_it_or_what_it_is(picture: Picture, name: str, title: str) -> None:
    assert (picture.name, picture.title) == (name, title)


def test_the_picture_of_a_link_is_its_short_url_in_its_own_look_and_not_counted() -> None:
    picture = Picture.of_link(LINK, "https://qz.example")
    assert (picture.payload, picture.style, picture.counted) == (
        "https://qz.example/spring",
        Style(dots="dots"),
        False,
    )
    assert Picture.of_code(CODE, LINK).counted


def test_the_picture_of_a_compact_link_is_in_capitals() -> None:
    compact = replace(LINK, details=replace(LINK.details, compact=True))
    assert Picture.of_link(compact, "https://qz.example").payload == "HTTPS://QZ.EXAMPLE/SPRING"


def test_a_picture_is_shown_in_another_format_or_size_or_in_its_own() -> None:
    picture = Picture.of_code(CODE, LINK)
    assert picture.shown(None, None) == picture
    assert picture.shown("svg", 300).style == Style(format="svg", size=300)


def test_a_style_by_qr_code_stylings_words_is_that_style() -> None:
    given = {word: f"value of {word}" for word in WORDS}
    style = of_words({**given, "unknown": "x"})
    assert {word: getattr(style, name) for word, name in WORDS.items()} == given
    assert of_words({}) == DEFAULT
