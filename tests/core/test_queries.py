"""Query parameters that are put into a destination: there once, and all else to the letter."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.queries import with_parameters

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("url", "parameters", "expected"),
    [
        pytest.param("https://e.com/%7Ea?b=%2F&c", {}, "https://e.com/%7Ea?b=%2F&c", id="none"),
        pytest.param("https://e.com", {"a": "b"}, "https://e.com?a=b", id="no path"),
        pytest.param("https://e.com/?", {"a": "b"}, "https://e.com/?a=b", id="an empty query"),
        pytest.param("https://e.com/?c=%2F&d", {"a": "b"}, "https://e.com/?c=%2F&d&a=b", id="behind its own"),
        pytest.param("https://e.com/?a=1&b=2&a=3", {"a": "4"}, "https://e.com/?b=2&a=4", id="its own give way"),
        pytest.param("https://e.com/?%61=1&a+b=2", {"a": "4", "a b": "5"}, "https://e.com/?a=4&a%20b=5", id="spelled"),
        pytest.param("https://e.com/?ab=1&b=a", {"a": "4"}, "https://e.com/?ab=1&b=a&a=4", id="others that look alike"),
        pytest.param("https://e.com/#a?b", {"a": "4"}, "https://e.com/?a=4#a?b", id="before a fragment"),
        pytest.param("https://e.com/?b=?#", {"a": "4"}, "https://e.com/?b=?&a=4#", id="an empty fragment"),
        pytest.param("https://e.com/", {"ü": "&=#? +"}, "https://e.com/?%C3%BC=%26%3D%23%3F%20%2B", id="encoded"),
        pytest.param("https://e.com/", {"b": "1", "a": "2"}, "https://e.com/?b=1&a=2", id="in their order"),
    ],
)
def test_parameters_are_added_once_and_all_else_stays(url: str, parameters: dict[str, str], expected: str) -> None:
    assert with_parameters(url, parameters) == expected
    assert with_parameters(expected, parameters) == expected


@given(st.lists(st.sampled_from(["a=1", "b=%2F", "c", "d=e=f", "g=+"])), st.dictionaries(NAMES, NAMES, max_size=4))
def test_what_was_put_in_is_read_back(query: list[str], parameters: dict[str, str]) -> None:
    url = f"https://e.com/?{'&'.join(query)}#f"
    read = dict(parse_qsl(urlsplit(with_parameters(url, parameters)).query, keep_blank_values=True))
    assert {name: read[name] for name in parameters} == parameters
    assert with_parameters(url, parameters).endswith("#f")
