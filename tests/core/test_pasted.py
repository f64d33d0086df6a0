"""Lists of links as people paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.pasted import Row, absolute, rows, text
from chalicelib.errors import InvalidRequest

URL = "https://example.com/"


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        pytest.param(f"{URL}", [(1, URL, "", "")], id="a destination alone"),
        pytest.param(
            f"{URL}, Spring poster ,spring", [(1, URL, "Spring poster", "spring")], id="all three, with spaces"
        ),
        pytest.param(f"\n{URL}\n\n{URL}2\n", [(2, URL, "", ""), (4, f"{URL}2", "", "")], id="empty lines are none"),
        pytest.param(f"{URL}\tA, B\tspring", [(1, URL, "A, B", "spring")], id="out of a spreadsheet"),
        pytest.param(f'"{URL}?a=1,2","say ""hi""",', [(1, f"{URL}?a=1,2", 'say "hi"', "")], id="quoted"),
        pytest.param(f"Title,URL\r\nSpring,{URL}\r\n", [(2, URL, "Spring", "")], id="headings in another order"),
        pytest.param(
            f"\ufeffdestination,id,slug\n{URL},7,spring", [(2, URL, "", "spring")], id="columns that are not ours"
        ),
        pytest.param(f"label,slug\n{URL}", [(1, "label", "slug", ""), (2, URL, "", "")], id="no heading without a url"),
        pytest.param(
            f"url,label\n{URL},Link\n{URL},target",
            [(2, URL, "Link", ""), (3, URL, "target", "")],
            id="words of headings below them",
        ),
        pytest.param(f"{URL},,,", [(1, URL, "", "")], id="more columns with nothing in them"),
        pytest.param('example.com/a,"two\nlines"', [(2, f"{URL}a", "two\nlines", "")], id="the line that it ends on"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_list_is_understood(pasted: str, found: list[tuple[int, str, str, str]]) -> None:
    assert [tuple(row) for row in rows(pasted)] == found


@pytest.mark.parametrize("pasted", [f"{URL}\n{URL}?a=1,b,c,d", f'{URL}\n"{URL}'], ids=["commas", "an open quote"])
def test_what_cannot_be_read_names_its_line(pasted: str) -> None:
    with pytest.raises(InvalidRequest, match="line 2") as refused:
        rows(pasted)
    assert refused.value.field == "links"


_CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=20).map(str.strip)


@given(st.lists(st.tuples(_CELLS.filter(bool), _CELLS, _CELLS), max_size=5))
def test_a_list_that_is_written_is_read_as_it_was(cells: list[tuple[str, str, str]]) -> None:
    written = [Row(line, absolute(one), label, slug) for line, (one, label, slug) in enumerate(cells, 2)]
    assert rows(text(written)) == written


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("example.com", "https://example.com"),
        ("www.example.co.uk:8080/a?b=c#d", "https://www.example.co.uk:8080/a?b=c#d"),
        ("bücher.example/ä", "https://bücher.example/ä"),
        ("http://example.com", "http://example.com"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("mailto:me@example.com", "mailto:me@example.com"),
        ("127.0.0.1/x", "127.0.0.1/x"),
        ("two words.com", "two words.com"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_a_host_that_is_typed_is_meant_as_https(typed: str, meant: str) -> None:
    assert absolute(typed) == meant
