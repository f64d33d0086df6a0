"""Proof of scanning: what is fine, what costs something and why, and what is refused with advice."""

import io

import pytest
from PIL import Image, ImageDraw

from chalicelib.core.scannability import CAUSES
from chalicelib.core.styles import DOTS, PRESETS, Format, Style
from chalicelib.errors import InvalidRequest, Unscannable
from chalicelib.qr.proof import examine

URL = "https://qz.example/spring-sale"
LONG = "The quick brown fox jumps over the lazy dog. " * 44


def _logo() -> bytes:
    image, file = Image.new("RGBA", (96, 96)), io.BytesIO()
    ImageDraw.Draw(image).ellipse((0, 0, 95, 95), fill="#E4002B")
    image.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("size", [200, 512, 2048])
def test_every_preset_is_read_in_every_way(preset: str, size: int) -> None:
    assert examine(URL, Style(preset=preset, size=size)).score == 100


@pytest.mark.parametrize(
    ("style", "cause", "words"),
    [
        (Style(foreground="#5A7A9A"), "contrast", "The contrast is 4."),
        (Style(background="#888888"), "contrast", "The contrast is 5."),
        (Style(corner_dots_colour="#8FA0B0"), "contrast", "The contrast is 2."),
        (Style(corner_squares_colour="#8FA0B0"), "contrast", "The contrast is 2."),
        (Style(quiet_zone=3), "quiet_zone", "The quiet zone is 3 modules wide: the standard asks for 4"),
        (Style(corner_squares="dot"), "shapes", "Some scanners find no corners as round as these"),
        (Style(corner_squares="dot", corner_dots="rounded"), "shapes", "The square within a round ring nearly"),
    ],
    ids=["foreground", "background", "eye", "ring", "quiet zone", "round corners", "crowded corners"],
)
def test_what_makes_it_harder_to_read_costs_something_and_is_said(style: Style, cause: str, words: str) -> None:
    found = examine(URL, style)
    assert 30 <= found.score < 100
    assert found.reasons[0].cause == cause
    assert found.reasons[0].message.startswith(words)


def test_a_dense_symbol_says_that_it_is_and_where_it_cannot_be_read() -> None:
    found = examine(LONG, Style(size=1024))
    assert found.score <= 60
    assert {reason.cause for reason in found.reasons} == {"density"}
    assert any(reason.message.startswith("It cannot be read at 120 pixels") for reason in found.reasons)


def test_a_logo_costs_something_and_says_how_much_it_covers() -> None:
    plain, branded = examine(URL, Style(level="H")), examine(URL, Style(), _logo())
    assert (plain.score, branded.reasons[0].cause) == (100, "logo")
    assert 85 <= branded.score < 100
    assert "covers 7%" in branded.reasons[0].message


def test_less_contrast_never_scores_better() -> None:
    scores = [examine(URL, Style(foreground=f"#{grey:02x}{grey:02x}{grey:02x}")).score for grey in range(0, 230, 10)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 100
    assert scores[-1] < 40


def test_a_narrower_quiet_zone_never_scores_better() -> None:
    scores = [examine(URL, Style(quiet_zone=modules)).score for modules in range(5)]
    assert scores == sorted(scores)
    assert scores[-1] == 100


@pytest.mark.parametrize(
    ("style", "field", "words"),
    [
        (Style(foreground="#FFFFFF", background="#000000"), "foreground", "must be darker than the background"),
        (Style(foreground="#FFFFFF", background="#FFFFFF"), "foreground", "must be darker than the background"),
        (Style(corner_dots_colour="#FFFFFF"), "corner_dots_colour", "must be darker than the background"),
        (Style(corner_squares_colour="#FFFFFF"), "corner_squares_colour", "must be darker than the background"),
        (Style(foreground="#FFFFFF", background="transparent"), "foreground", "must be darker than the background"),
        (Style(corner_squares="dot", corner_dots="square"), "corner_dots", "choose plainer shapes"),
        (Style(foreground="#FDFDFD"), "foreground", "the contrast is 1.0 to 1, and should be 7 to 1"),
    ],
    ids=["inverted", "all white", "white eye", "white ring", "white on nothing", "crowded corners", "nearly white"],
)
def test_what_cannot_be_read_is_refused_with_what_to_change(style: Style, field: str, words: str) -> None:
    with pytest.raises(Unscannable) as refused:
        examine(URL, style)
    assert refused.value.field == field
    assert words in refused.value.message


@pytest.mark.parametrize("format", ["svg", "pdf", "eps"])
def test_what_has_no_pixels_loses_nothing_by_a_small_size(format: Format) -> None:
    assert examine(LONG[:1000], Style(size=200, format=format)) == examine(LONG[:1000], Style(format=format))


def test_a_picture_of_too_few_pixels_names_its_size() -> None:
    with pytest.raises(InvalidRequest) as refused:
        examine(LONG, Style(size=100))
    assert refused.value.field == "size"


@pytest.mark.parametrize("kind", DOTS)
@pytest.mark.parametrize("payload", ["7", "\u4e16\u754c \U0001f389", "tab\tand\x1dgroup", "caf\u00e9"])
def test_payloads_of_any_letters_are_read_back_byte_for_byte(kind: str, payload: str) -> None:
    style = next(Style(dots=dots) for dots in DOTS if dots == kind)
    assert examine(payload, style).score >= 95


def test_reasons_are_of_the_causes_that_are_documented() -> None:
    worst = examine(URL, Style(foreground="#AAAAAA", quiet_zone=1, corner_squares="extra-rounded"))
    assert {reason.cause for reason in worst.reasons} <= set(CAUSES)
    assert worst.score >= 1
