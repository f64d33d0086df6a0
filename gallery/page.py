"""The page: the words of `page.md.template`, with pictures and tables in the places that it names."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gallery import advice, colours, logos, shapes, sizes, symbols
from gallery.examples import Example
from gallery.layout import FOLDER, Grid, Shelf

WORDS: Final = Path(__file__).parent / "page.md.template"

Part = str | Grid | Shelf
Parts = Mapping[str, Sequence[Part]]

_PLACE: Final = re.compile(r"^\[\[(.+)\]\]$", re.MULTILINE)


def parts() -> Parts:
    """What goes where the template has its name in double brackets."""
    return {
        "recipes": [advice.recipes()],
        "presets": [shapes.presets()],
        "mixed": shapes.mixed(),
        "rings": [shapes.rings()],
        "eyes": [shapes.eyes()],
        "palettes": [colours.palettes()],
        "pages": [colours.pages()],
        "logos": [logos.logos()],
        "costs": [logos.costs()],
        "links": [symbols.links()],
        "levels": [symbols.levels()],
        "quiet zones": [symbols.quiet_zones()],
        "smallest": [sizes.smallest()],
        "distances": [sizes.distances()],
        "scenes": [sizes.scenes()],
        "advice": [advice.pairs()],
        "refused": [advice.refused()],
    }


def markdown(shown: Parts) -> str:
    """The page's text. Raises KeyError for a place that nothing goes to."""
    words = WORDS.read_text()
    titles = re.findall(r"^## (.+)$", words, re.MULTILINE)
    contents = " · ".join(f"[{title}](#{_anchor(title)})" for title in titles)
    places = {"contents": [contents], **shown}
    return _PLACE.sub(lambda place: "\n\n".join(map(_text, places[place[1]])), words)


def examples(shown: Parts) -> list[Example]:
    """All examples on the page. Raises ValueError when two have the same name."""
    placed = [part for parts_of in shown.values() for part in parts_of if not isinstance(part, str)]
    found = [card.example for part in placed for card in part.cards]
    if len({example.file for example in found}) < len(found):
        raise ValueError("two examples of the gallery have the same name")
    return found


def pictures(shown: Parts) -> dict[str, bytes]:
    """The pictures' content by their paths beside the page."""
    return {f"{FOLDER}/{example.file}": example.content() for example in examples(shown)}


def _text(part: Part) -> str:
    return part if isinstance(part, str) else part.markdown()


def _anchor(title: str) -> str:
    """As GitHub makes it of a heading."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c == "-")
