"""UTM parameters: what a change leaves of those that a link has."""

from collections.abc import Mapping

import pytest

from chalicelib.core.utm import Utm, custom

PRESENT = {"utm_source": "poster", "utm_term": "sale", "ref": "window"}


@pytest.mark.parametrize(
    ("change", "after"),
    [
        pytest.param(Utm(), PRESENT, id="nothing"),
        pytest.param(Utm({"utm_source": "flyer"}), {**PRESENT, "utm_source": "flyer"}, id="another value"),
        pytest.param(Utm({"utm_source": None}), {"utm_term": "sale", "ref": "window"}, id="one taken away"),
        pytest.param(Utm(custom={"id": "7"}), {"utm_source": "poster", "utm_term": "sale", "id": "7"}, id="others"),
        pytest.param(Utm(custom={}), {"utm_source": "poster", "utm_term": "sale"}, id="no others"),
        pytest.param(
            Utm({"utm_source": "flyer"}, {"utm_source": "x"}), {"utm_source": "flyer", "utm_term": "sale"}, id="both"
        ),
    ],
)
def test_a_change_sets_what_it_names_and_replaces_others_together(change: Utm, after: Mapping[str, str]) -> None:
    assert change.added_to(PRESENT) == after


def test_the_standard_ones_come_first_in_their_order() -> None:
    set_late = Utm({"utm_medium": "print", "utm_source": "poster"}, {"a": "1"}).added_to({"utm_content": "big"})
    assert list(set_late) == ["utm_source", "utm_medium", "utm_content", "a"]
    assert custom(set_late) == {"a": "1"}
