"""What lies among the pages is used by some page: whoever takes the last use away takes the thing away too."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib.pages import assets, rendering
from chalicelib.pages.messages import MESSAGES

ROOM = Path(rendering.__file__).parent
TEMPLATES = {
    path.relative_to(rendering.FOLDER).as_posix(): path.read_text() for path in rendering.FOLDER.rglob("*.html")
}
CODE = "\n".join(path.read_text() for path in ROOM.glob("*.py"))
HTML = "\n".join(TEMPLATES.values())
SCRIPTS = "\n".join(path.read_text() for path in assets.FOLDER.glob("*.js"))
STYLES = {path.name: path.read_text() for path in assets.FOLDER.glob("*.css")}

_CLASS = re.compile(r"\.([a-z][\w-]*)(?=[^{}]*\{)")
# Classes that templates put together: `level-{{ ... }}`, and the method of a route.
_MADE = re.compile(r"level-\d|get|head|post|put|patch|delete")


Thing = tuple[str, str]  # its name, and a pattern of its uses beside the place where it is made


def _messages() -> Iterator[Thing]:
    for code in MESSAGES:
        yield code, rf'"{code}"(?!:)'


def _templates() -> Iterator[Thing]:
    for name in TEMPLATES:
        yield name, rf"""["']{re.escape(name)}["']"""


def _macros() -> Iterator[Thing]:
    for name, text in TEMPLATES.items():
        for macro in re.findall(r"{%-? *macro (\w+)", text):
            icon = rf"""|["']{macro}["']""" if name == "parts/icons.html" else ""  # some parts are told an icon's name
            yield macro, rf"(?<!macro )\b{macro}\(|import [^%]*\b{macro}\b{icon}"


def _files() -> Iterator[Thing]:
    for path in assets.FOLDER.rglob("*"):
        if path.suffix in assets.MEDIA:
            yield path.name, re.escape(path.name)


def _classes() -> Iterator[Thing]:
    for text in STYLES.values():
        for word in sorted(set(_CLASS.findall(re.sub(r"/\*.*?\*/|url\(.*?\)", "", text, flags=re.DOTALL)))):
            if not _MADE.fullmatch(word):
                yield word, rf"(?<![\w.-]){word}(?![\w-])"


@pytest.mark.parametrize("things", [_messages, _templates, _macros, _files, _classes])
def test_nothing_is_kept_that_no_page_uses(things: Callable[[], Iterator[Thing]]) -> None:
    used = "\n".join([CODE, HTML, SCRIPTS, *(STYLES.values() if things is _files else ())])
    assert [name for name, use in things() if not re.search(use, used)] == []
