"""How pictures are laid out on the page: as GitHub shows Markdown, in its light and in its dark look.

Every picture has its JSON beside it: behind its name in a grid, open on a shelf.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gallery.examples import Example

FOLDER: Final = "images/gallery"
BEST: Final = 100
PADDING: Final = 26  # pixels of GitHub's cells, left and right together


@dataclass(frozen=True)
class Card:
    """A picture, its title, and what is said of it, both in HTML. `alt` describes it where the title does not."""

    example: Example
    title: str
    words: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Grid:
    """Cards in rows of `columns`, each picture so many pixels wide; `heading` is a line above them."""

    cards: Sequence[Card]
    columns: int
    pixels: int
    heading: str = ""

    def markdown(self) -> str:
        rows = [self.cards[at : at + self.columns] for at in range(0, len(self.cards), self.columns)]
        shown = _table("".join(f"<tr>\n{''.join(map(self._cell, row))}</tr>\n" for row in rows))
        return f"{self.heading}\n\n{shown}" if self.heading else shown

    def _cell(self, card: Card) -> str:
        said = f"\n<sub>{card.words}</sub>" if card.words else ""
        return (
            f'<td valign="top" width="{self.pixels + PADDING}">{_image(card, self.pixels)}\n'
            f"<details><summary>{_named(card)}</summary>\n\n{_body(card.example)}\n\n</details>{said}</td>\n"
        )


@dataclass(frozen=True)
class Shelf:
    """Cards below each other; to the right of each picture what is said of it, and its JSON."""

    cards: Sequence[Card]
    pixels: int

    def markdown(self) -> str:
        return _table("".join(map(self._row, self.cards)))

    def _row(self, card: Card) -> str:
        return (
            f'<tr>\n<td valign="top">{_image(card, self.pixels)}</td>\n'
            f'<td valign="top">{_named(card)}<br>{card.words}\n\n{_body(card.example)}\n\n</td>\n</tr>\n'
        )


def rows_of(head: str, rows: Sequence[Sequence[str]]) -> str:
    """A table of text; bars divide the columns of `head`."""
    columns = head.split("|")
    lines = [" | ".join(columns), "|".join("---" for _ in columns), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def code(text: str) -> str:
    return f"<code>{text}</code>"


def _table(rows: str) -> str:
    return f"<table>\n{rows}</table>"


def _image(card: Card, pixels: int) -> str:
    alt = card.alt or card.title.removeprefix("<code>").removesuffix("</code>")
    return f'<img src="{FOLDER}/{card.example.file}" width="{pixels}" alt="QR code: {alt}">'


def _named(card: Card) -> str:
    """The title, and the score unless it is the best."""
    score = card.example.score
    return f"<b>{card.title}</b>" if score == BEST else f"<b>{card.title}</b> · {score}"


def _body(example: Example) -> str:
    return f"```json\n{json.dumps(example.body, indent=2, ensure_ascii=False)}\n```"
