"""What goes in comes out: any text, to the byte.

It is bytes that are compared. The text that zxing-cpp shows by default is for eyes: it writes control characters as
`<NUL>`, and the fields of an ISO 15434 envelope in a way of its own. Its plain text is the payload itself.
"""

from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.codes import LONGEST_PAYLOAD_BYTES, check_payload
from chalicelib.core.styles import LEVELS, PRESETS, Level, Style
from chalicelib.errors import InvalidRequest
from chalicelib.qr.pictures import draw
from chalicelib.qr.symbols import symbol
from tests.qr.darkroom import developed
from tests.qr.programs import need
from tests.qr.scanners import plain_text, read_by_both

# The most digits, characters or bytes that a symbol holds (ISO/IEC 18004, table 7). To say that bytes are UTF-8 takes
# one more.
DIGITS: Final[dict[Level, int]] = {"L": 7089, "M": 5596, "Q": 3993, "H": 3057}
ALPHANUMERIC: Final[dict[Level, int]] = {"L": 4296, "M": 3391, "Q": 2420, "H": 1852}
BYTES: Final[dict[Level, int]] = {"L": 2953, "M": 2331, "Q": 1663, "H": 1273}
LARGE: Final = 900  # pixels: 4 or more for each module of the largest symbol

characters = st.characters(exclude_categories=["Cs"])
texts = st.one_of(
    st.text(characters, min_size=1, max_size=60),
    st.builds(lambda text, size: text * size, st.text(characters, min_size=1, max_size=40), st.integers(1, 1000)),
    st.text(st.characters(max_codepoint=127), min_size=1),
    st.text(st.sampled_from("0123456789"), min_size=1),
    st.text(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"), min_size=1),
    st.text(
        st.sampled_from("äöüßéñ東京ｱｲｳ🍣\N{ZERO WIDTH JOINER}\N{RIGHT-TO-LEFT MARK}\N{COMBINING ACUTE ACCENT}"),
        min_size=1,
    ),
)


@pytest.fixture(name="zbar")
def _zbar() -> None:
    """Asked for before examples are drawn: none of them is to blame when it is missing."""
    need("zbar")


@pytest.mark.usefixtures("zbar")
@given(text=texts, level=st.sampled_from(LEVELS), preset=st.sampled_from(tuple(PRESETS)))
@example(text="\0", level="M", preset="default")
@example(text="\x1b$B0l\x1b(B", level="L", preset="dots")  # ISO 2022: what switches to Japanese there is text here
@example(text="]C1010123\x1d99", level="Q", preset="rounded")  # what a reader says of GS1
@example(text="[)>\x1e06\x1dAB\x1e\x04", level="H", preset="classy")  # an ISO 15434 envelope
@example(text="\\000026", level="M", preset="default")  # how readers write that UTF-8 follows
@example(text="\N{ZERO WIDTH NO-BREAK SPACE}a", level="M", preset="default")  # a byte order mark
@example(text="\N{HALFWIDTH KATAKANA LETTER TI}" * 20, level="M", preset="default")  # looks like Shift JIS
@example(text="\x80\x9f\xff", level="M", preset="default")  # looks like ISO 8859-1
@example(text="\uffff\U0010ffff", level="L", preset="extra-rounded")  # no characters at all
@example(text="\r\n e\N{COMBINING ACUTE ACCENT} \r", level="L", preset="classy-rounded")
def test_two_readers_find_any_text(text: str, level: Level, preset: str) -> None:
    text = _cut(text, min(LONGEST_PAYLOAD_BYTES, BYTES[level] - 1))
    picture = developed(draw(text, Style(level=level, preset=preset, size=LARGE)), "png")
    assert read_by_both(picture) == {"zxing-cpp": [text.encode()], "zbar": [text.encode()]}
    assert plain_text(picture) == text


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("most", "character", "rest"),
    [
        pytest.param(DIGITS, "7", "", id="digits"),
        pytest.param(ALPHANUMERIC, "Q", "", id="capitals"),
        pytest.param(BYTES, "q", "", id="ASCII"),
        pytest.param({level: most - 1 for level, most in BYTES.items()}, "q", "é", id="UTF-8"),
    ],
)
def test_a_symbol_holds_as_much_as_the_standard_says_and_no_more(
    level: Level, most: dict[Level, int], character: str, rest: str
) -> None:
    full = character * (most[level] - len(rest.encode())) + rest
    made = symbol(full, level)
    assert (made.version, made.level) == (40, level)
    with pytest.raises(InvalidRequest) as refused:
        symbol(full + character, level)
    assert refused.value.field == "payload"


@pytest.mark.parametrize("level", LEVELS)
def test_the_fullest_symbol_is_read(level: Level) -> None:
    for payload in ("7" * DIGITS[level], "Q" * ALPHANUMERIC[level], "é" * ((BYTES[level] - 1) // 2)):
        picture = developed(draw(payload, Style(level=level, size=LARGE)), "png")
        assert read_by_both(picture) == {"zxing-cpp": [payload.encode()], "zbar": [payload.encode()]}


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "\udc00\ud800"])
def test_lone_surrogates_are_refused_before_any_symbol_is_made(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^payload: must be Unicode text"):
        check_payload(text, "payload")


def _cut(text: str, most: int) -> str:
    """As much of a text as fits into so many bytes."""
    return text.encode()[:most].decode(errors="ignore")
