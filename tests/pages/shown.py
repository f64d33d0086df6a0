"""Reads the docs' pages as a reader does: the examples on them, and what else is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(frozen=True)
class Copied:
    """An example as it is copied from a page."""

    operation: str
    language: str
    text: str


@dataclass
class Page(HTMLParser):
    """What is on a page: its examples, its words, the ids of its elements, where its links lead, and what could run."""

    examples: list[Copied] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._example: Mapping[str, str] | None = None
        self._code: list[str] | None = None

    @classmethod
    def read(cls, html: str) -> "Page":
        page = cls()
        page.feed(html)
        page.close()
        return page

    @property
    def text(self) -> str:
        """All of its words, with single spaces."""
        return " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" and "href" in given else []
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] * (tag == "style" or (tag == "script" and "src" not in given))
        if tag == "figure" and "data-operation" in given:
            self._example = given
        elif tag == "code" and self._example:
            self._code = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "code" and self._example and self._code is not None:
            of = self._example
            self.examples.append(Copied(of["data-operation"], of["data-language"], "".join(self._code)))
            self._example = self._code = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._code is not None:
            self._code.append(data)
