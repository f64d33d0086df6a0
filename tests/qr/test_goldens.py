"""Golden SVGs: the same code and style give the same bytes, from one version of Quietzone to the next.

When pictures are meant to change, raise `pictures.RENDERER`, so that no cache shows the old ones, and let
`make goldens` write them anew; then look at them.
"""

import os
import re
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest

from chalicelib.core.styles import CORNERS, PRESETS, TRANSPARENT, Style
from chalicelib.qr.pictures import RENDERER, draw

FOLDER: Final = Path(__file__).parent / "golden"
NUMBER: Final = FOLDER / "RENDERER"
LOGO: Final = (FOLDER / "logo.png").read_bytes()
SVG: Final = "{http://www.w3.org/2000/svg}"
PAYLOAD: Final = "https://qz.example/abc123"

COLOURS: Final = Style(
    preset="rounded",
    format="svg",
    foreground="#1D3557",
    background="#F1FAEE",
    corner_squares_colour="#E63946",
    corner_dots_colour="#457B9D",
)
GOLDENS: Final = {
    **{f"preset-{preset}": (Style(preset=preset, format="svg"), None) for preset in PRESETS},
    **{f"ring-{kind}": (Style(corner_squares=kind, corner_dots="square", format="svg"), None) for kind in CORNERS},
    **{f"eye-{kind}": (Style(corner_dots=kind, format="svg"), None) for kind in CORNERS},
    "colours": (COLOURS, None),
    "transparent": (Style(background=TRANSPARENT, format="svg"), None),
    "quiet-zone-1": (Style(quiet_zone=1, size=200, level="L", format="svg"), None),
    "logo": (COLOURS, LOGO),
}
goldens = pytest.mark.parametrize("name", GOLDENS)


@goldens
def test_a_picture_is_what_it_always_was(name: str) -> None:
    made, kept = draw(PAYLOAD, *GOLDENS[name]), FOLDER / f"{name}.svg"
    if os.environ.get("GOLDENS") == "write":
        changed = kept.exists() and kept.read_bytes() != made
        assert not changed or int(NUMBER.read_text()) < RENDERER, "raise pictures.RENDERER first"
        kept.write_bytes(made)
    assert made == kept.read_bytes(), f"{kept.name} changed: if that is meant, raise pictures.RENDERER, `make goldens`"


def test_the_goldens_are_of_this_renderer() -> None:
    if os.environ.get("GOLDENS") == "write":
        NUMBER.write_text(f"{RENDERER}\n")
    assert int(NUMBER.read_text()) == RENDERER, "`make goldens` writes what is of this one"
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(GOLDENS)


@goldens
def test_a_picture_is_a_path_for_each_layer_and_nothing_that_acts(name: str) -> None:
    style, logo = GOLDENS[name]
    root = ElementTree.fromstring((FOLDER / f"{name}.svg").read_bytes())  # noqa: S314 - our own
    layers = 3 if style.background == TRANSPARENT else 4
    assert [child.tag for child in root] == [f"{SVG}path"] * layers + [f"{SVG}image"] * (logo is not None)
    assert set(root.attrib) == {"width", "height", "viewBox"}
    for child in root:
        assert not len(child)
        assert set(child.attrib) <= {"fill", "d", "x", "y", "width", "height", "href"}
        assert re.fullmatch(r"data:image/png;base64,[A-Za-z0-9+/]+=*", child.get("href", "data:image/png;base64,A"))


def test_a_plain_picture_is_small() -> None:
    assert len((FOLDER / "preset-default.svg").read_bytes()) < 2500
