"""What the redirect makes of a slug's item."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.links import ACTIVE, DRAFT, EXPIRED, PAUSED
from chalicelib.core.targets import Target, partition

NOW = 1_000_000
LEAST: dict[str, Any] = {
    "pk": {"S": "slug#spring-sale"},
    "sk": {"S": "slug"},
    "organization": {"N": "9007199254740991"},
    "link": {"N": "9007199254740990"},
    "location": {"S": "https://example.com/?a=1#b"},
    "status": {"S": "active"},
    "redirect_type": {"N": "302"},
    "hashing_key": {"B": "AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8="},
}


def test_an_item_is_read_with_what_it_does_not_say() -> None:
    assert Target.of(LEAST) == Target(
        organization=2**53 - 1,
        link=2**53 - 2,
        location="https://example.com/?a=1#b",
        status="active",
        redirect_type=302,
        hashing_key=b"\x00\xff" * 16,
        slots=1,
        pause_until=None,
        valid_until=None,
        gone=False,
    )


def test_an_item_is_read_with_all_that_it_says() -> None:
    more: dict[str, Any] = {
        "slots": {"N": "8"},
        "pause_until": {"N": "5"},
        "valid_until": {"N": "0"},
        "gone": {"BOOL": True},
    }
    target = Target.of({**LEAST, **more, "redirect_type": {"N": "307"}, "unknown": {"S": "ignored"}})
    assert (target.slots, target.pause_until, target.valid_until, target.gone) == (8, 5, 0, True)
    assert target.redirect_type == 307


@pytest.mark.parametrize("name", sorted(LEAST.keys() - {"pk", "sk"}))
def test_an_item_that_lacks_what_a_redirect_needs_is_not_guessed_at(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        Target.of({key: value for key, value in LEAST.items() if key != name})


@pytest.mark.parametrize(
    ("attributes", "state"),
    [
        pytest.param({}, ACTIVE, id="active"),
        pytest.param({"status": {"S": "paused"}}, PAUSED, id="paused"),
        pytest.param({"status": {"S": "paused"}, "pause_until": {"N": f"{NOW + 1}"}}, PAUSED, id="paused for now"),
        pytest.param({"status": {"S": "paused"}, "pause_until": {"N": f"{NOW}"}}, ACTIVE, id="pause over"),
        pytest.param({"status": {"S": "draft"}}, DRAFT, id="draft"),
        pytest.param({"valid_until": {"N": f"{NOW + 1}"}}, ACTIVE, id="not yet expired"),
        pytest.param({"valid_until": {"N": f"{NOW}"}}, EXPIRED, id="expired"),
        pytest.param({"valid_until": {"N": "0"}}, EXPIRED, id="expired in 1970"),
        pytest.param({"gone": {"BOOL": False}}, ACTIVE, id="not gone"),
        pytest.param({"gone": {"BOOL": True}}, None, id="gone"),
        pytest.param({"gone": {"BOOL": True}, "valid_until": {"N": f"{NOW}"}}, None, id="gone and expired"),
    ],
)
def test_a_slug_is_in_a_state_at_a_time_or_gone(attributes: dict[str, Any], state: str | None) -> None:
    assert Target.of({**LEAST, **attributes}).state(NOW) == state


@pytest.mark.parametrize(
    ("markers", "text", "marker"),
    [
        pytest.param(0, "", 0, id="there are none yet"),
        pytest.param(0, "1", 0, id="none yet, and one made up"),
        pytest.param(1, "", 0, id="the first shows the bare short URL: the fold tells"),
        pytest.param(3, "", 0, id="so it does among others"),
        pytest.param(3, "1", 0, id="the first by its number"),
        pytest.param(3, "2", 2, id="the second"),
        pytest.param(3, "3", 3, id="the last"),
        pytest.param(3, "002", 2, id="leading zeros"),
        pytest.param(3, "4", 0, id="one too many"),
        pytest.param(3, "0", 0, id="zero"),
        pytest.param(3, "-2", 0, id="below zero"),
        pytest.param(3, "+2", 0, id="a sign"),
        pytest.param(3, "2.0", 0, id="a fraction"),
        pytest.param(3, " 2", 0, id="a space"),
        pytest.param(3, "2\n", 0, id="a line end"),
        pytest.param(3, "0x2", 0, id="hexadecimal"),
        pytest.param(3, "1_0", 0, id="an underscore"),
        pytest.param(3, "\u0662", 0, id="an Arabic two"),
        pytest.param(3, "\u00b2", 0, id="a superscript two"),
        pytest.param(3, "9" * 5000, 0, id="immense"),
        pytest.param(10**9 - 1, "999999999", 10**9 - 1, id="the last there can be"),
    ],
)
def test_a_marker_is_one_beyond_the_first_that_the_link_has(markers: int, text: str, marker: int) -> None:
    target = Target.of({**LEAST, "markers": {"N": str(markers)}})
    assert target.marker(text) == marker


@given(st.integers(0, 5), st.text(alphabet="0123456789.x\u0662", max_size=12))
def test_nobody_can_make_up_a_marker(markers: int, text: str) -> None:
    assert Target.of({**LEAST, "markers": {"N": str(markers)}}).marker(text) in {0, *range(2, markers + 1)}


def test_slugs_have_partitions_of_their_own() -> None:
    assert partition("spring-sale") == LEAST["pk"]["S"]
    assert partition("a") != partition("b")
