"""Texts of the docs as HTML: code in sentences, and a little colour in examples. Everything is escaped."""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # loaded with the first page
    from markupsafe import Markup

_CODE: Final = re.compile(r"`([^`]+)`")
# What is to be put in; texts in quotes; words of the languages. The first that fits counts.
_TOKENS: Final = re.compile(
    r"(?P<put>\b(?:[A-Z]+_ID|SLUG)\b)"
    r"|(?P<text>\"(?:\\.|[^\"\\\n])*\"|`[^`\n]*`)"
    r"|(?P<word>\b(?:curl|import|from|const|await|if|throw|new|true|false|null|True|False|None)\b(?!:))"
)
_INSIDE: Final = re.compile(r"\b(?:[A-Z]+_ID|SLUG)\b")
_CLASSES: Final = {"text": "tx", "word": "kw"}


def sentence(text: str) -> "Markup":
    """Text with what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def code(text: str) -> "Markup":
    """An example with its texts, words and placeholders marked; as text it is the same."""
    from markupsafe import Markup, escape

    parts, at = [], 0
    for found in _TOKENS.finditer(text):
        parts += [str(escape(text[at : found.start()])), _marked(found)]
        at = found.end()
    return Markup("".join([*parts, str(escape(text[at:]))]))  # noqa: S704 - escaped part by part


def _marked(found: re.Match[str]) -> str:
    from markupsafe import escape

    kind, escaped = found.lastgroup or "", str(escape(found.group()))
    put_in = _INSIDE.sub(lambda it: f"<var>{it.group()}</var>", escaped)
    return put_in if kind == "put" else f'<span class="{_CLASSES[kind]}">{put_in}</span>'
