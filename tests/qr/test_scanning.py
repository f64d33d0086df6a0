"""Whoever reads a picture finds what went in: two readers that share no code, for each style, level and format.

PNG and WebP are read for every preset, level and payload, the longest ones as PNG alone. SVG, PDF and EPS, as others
draw them, are read for every preset and level with three payloads each, and with the other payloads so that each
meets every preset and every level. Of the shapes of dots, rings and eyes every combination is read as PNG;
test_vectors.py shows that the vectors are the same pictures. Around logos, three payloads are read as PNG and one in
every other format.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Final

import pytest

from chalicelib.core.styles import (
    CORNERS,
    DOTS,
    LEVELS,
    PRESETS,
    TRANSPARENT,
    CornersType,
    DotsType,
    Format,
    Level,
    Style,
)
from chalicelib.qr import drawings
from chalicelib.qr.pictures import draw
from chalicelib.qr.symbols import symbol
from tests.qr.darkroom import all_developed, developed
from tests.qr.samples import LOGOS, LONGEST, PAYLOADS
from tests.qr.scanners import opencv, read_by_both

RASTERS: Final[tuple[Format, ...]] = ("png", "webp")
VECTORS: Final[tuple[Format, ...]] = ("svg", "pdf", "eps")
ALWAYS: Final = ("url", "vcard", "japanese")
OTHERS: Final = (*(label for label in PAYLOADS if label not in ALWAYS), "longest")
# The corners of any other nearly touch a ring that is a circle: that is drawn if it is asked for, and costs points.
ROUND_EYES: Final[tuple[CornersType, ...]] = ("dot", "extra-rounded", "dots")

presets = pytest.mark.parametrize("preset", PRESETS)
levels = pytest.mark.parametrize("level", LEVELS)


@pytest.fixture(autouse=True, scope="module")
def _symbols_made_once() -> Iterator[None]:
    """Much of the time went into making the same symbols for other styles and formats."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawings, "symbol", cache(symbol))
        yield


@levels
@presets
def test_two_readers_find_each_payload_in_a_png(preset: str, level: Level) -> None:
    assert not unread((*PAYLOADS, "longest"), Style(preset=preset, level=level, format="png"))


@levels
@presets
def test_two_readers_find_each_payload_in_a_webp(preset: str, level: Level) -> None:
    assert not unread(PAYLOADS, Style(preset=preset, level=level, format="webp"))


@pytest.mark.parametrize("format", VECTORS)
@levels
@presets
def test_two_readers_find_payloads_in_what_others_draw(preset: str, level: Level, format: Format) -> None:
    turn = list(PRESETS).index(preset) + LEVELS.index(level)
    others = [label for n, label in enumerate(OTHERS) if (n + turn) % len(LEVELS) == 0]
    assert not unread((*ALWAYS, *others), Style(preset=preset, level=level, format=format))


@pytest.mark.parametrize("ring", CORNERS)
@pytest.mark.parametrize("dots", DOTS)
def test_two_readers_find_a_payload_behind_any_corners(dots: DotsType, ring: CornersType) -> None:
    style = Style(dots=dots, corner_squares=ring)
    eyes = ROUND_EYES if ring == "dot" else CORNERS
    wrong = {eye: unread(["url"], replace(style, corner_dots=eye)) for eye in eyes}
    assert not {eye: found for eye, found in wrong.items() if found}


@levels
@presets
def test_a_third_reader_finds_the_presets(preset: str, level: Level) -> None:
    style = Style(preset=preset, level=level)
    for label in ("url", "compact url"):
        assert opencv(developed(draw(PAYLOADS[label], style), "png")) == PAYLOADS[label], label


@pytest.mark.parametrize("format", (*RASTERS, *VECTORS))
@pytest.mark.parametrize("shape", LOGOS)
def test_two_readers_find_payloads_around_a_logo(shape: str, format: Format) -> None:
    labels = ALWAYS if format == "png" else ["url"]
    wrong = {preset: unread(labels, Style(preset=preset, format=format), LOGOS[shape]) for preset in PRESETS}
    assert not {preset: found for preset, found in wrong.items() if found}


@pytest.mark.parametrize("format", (*RASTERS, *VECTORS))
@presets
def test_two_readers_find_payloads_without_a_background(preset: str, format: Format) -> None:
    assert not unread(["url"], Style(preset=preset, format=format, background=TRANSPARENT))


def unread(labels: Iterable[str], style: Style, logo: bytes | None = None) -> dict[str, object]:
    """The payloads that one of the readers did not find in their pictures, with what each found instead."""
    payloads = {label: LONGEST[style.level] if label == "longest" else PAYLOADS[label] for label in labels}
    files = [draw(payload, replace(style, size=_size(label)), logo) for label, payload in payloads.items()]
    wrong: dict[str, object] = {}
    for (label, payload), picture in zip(payloads.items(), all_developed(files, style.format), strict=True):
        found = read_by_both(picture)
        if any(read != [payload.encode()] for read in found.values()):
            wrong[label] = found
    return wrong


def _size(label: str) -> int:
    """The longest payloads want 4 pixels for each of 185 modules."""
    return 768 if label == "longest" else 512
