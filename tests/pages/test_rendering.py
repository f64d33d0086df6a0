import json

import pytest
from jinja2 import UndefinedError

from chalicelib.pages import rendering

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028&'\"<!--"


def test_what_is_put_into_a_template_is_escaped() -> None:
    drawn = rendering.environment().from_string('<a title="{{ it }}">{{ it }}</a>').render(it=HOSTILE)
    assert "<img" not in drawn
    assert drawn.count('"') == 2


def test_json_for_scripts_ends_no_element_and_is_still_what_it_was() -> None:
    drawn = str(rendering.json_block({HOSTILE: [HOSTILE]}))
    assert not set("<>&\u2028") & set(drawn)
    assert json.loads(drawn) == {HOSTILE: [HOSTILE]}


def test_what_a_template_lacks_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendering.environment().from_string("{{ nobody }}").render()


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (9_999, "9,999"), (10_000, "10K"), (12_345, "12.3K"), (4_500_000, "4.5M"), (2_000_000_000, "2B")],
)
def test_large_numbers_are_shown_in_few_letters(value: int, shown: str) -> None:
    assert rendering.compact(value) == shown
