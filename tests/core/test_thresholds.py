"""Thresholds: lists that are in order, and each announced once however often a total is looked at."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.rollups import ORGANIZATION_SCOPE, link_scope, marker_scope, scoped
from chalicelib.core.thresholds import DEFAULT, LARGEST, MOST, Span, Thresholds, checked, crossed, in_force, joined
from chalicelib.errors import InvalidRequest

totals = st.integers(0, 60)
looks = st.lists(st.tuples(totals, totals), max_size=12)


def test_the_default_is_every_power_of_ten_up_to_a_billion() -> None:
    assert DEFAULT == (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
    assert checked(DEFAULT) == DEFAULT


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param([], (), id="none at all"),
        pytest.param([50, 5, 50], (5, 50), id="in order, each once"),
        pytest.param([1, LARGEST], (1, LARGEST), id="smallest and largest"),
        pytest.param([*range(1, MOST + 1), 1], tuple(range(1, MOST + 1)), id="as many as there may be"),
    ],
)
def test_a_list_is_kept_in_order(given: list[int], kept: Thresholds) -> None:
    assert checked(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([0], id="zero"),
        pytest.param([-1, 5], id="below zero"),
        pytest.param([LARGEST + 1], id="too large"),
        pytest.param(range(1, MOST + 2), id="too many"),
    ],
)
def test_a_list_that_cannot_be_is_refused(given: list[int]) -> None:
    with pytest.raises(InvalidRequest, match="thresholds"):
        checked(given)


@pytest.mark.parametrize(
    ("organization", "link", "held"),
    [
        pytest.param(None, None, DEFAULT, id="the default"),
        pytest.param((5,), None, (5,), id="the organization's"),
        pytest.param((), None, (), id="none in the organization"),
        pytest.param((5,), (7,), (7,), id="the link's"),
        pytest.param((5,), (), (), id="none for this link"),
        pytest.param(None, (7,), (7,), id="the link's in the default's place"),
    ],
)
def test_a_link_goes_by_its_own_list_first(
    organization: Thresholds | None, link: Thresholds | None, held: Thresholds
) -> None:
    assert in_force(organization, link) == held


@pytest.mark.parametrize(
    ("announced", "before", "now", "thresholds"),
    [
        pytest.param((), 0, 0, (), id="nothing yet"),
        pytest.param((), 0, 1, (1,), id="the first"),
        pytest.param((), 9, 10, (10,), id="just reached"),
        pytest.param((), 10, 11, (), id="was reached before"),
        pytest.param((), 0, 250, (1, 10, 100), id="many at once"),
        pytest.param(((0, 12),), 5, 150, (100,), id="some were announced"),
        pytest.param(((5, 12),), 0, 12, (1,), id="an earlier look that comes later"),
        pytest.param(((0, 1), (9, 12)), 0, 99, (), id="all were announced"),
        pytest.param((), 12, 3, (), id="the total fell"),
    ],
)
def test_what_is_crossed(announced: tuple[Span, ...], before: int, now: int, thresholds: Thresholds) -> None:
    assert crossed(DEFAULT, announced, before, now) == thresholds


@pytest.mark.parametrize(
    ("announced", "span", "kept"),
    [
        pytest.param((), (0, 3), ((0, 3),), id="the first"),
        pytest.param(((0, 1),), (9, 12), ((0, 1), (9, 12)), id="apart"),
        pytest.param(((9, 12),), (0, 1), ((0, 1), (9, 12)), id="before"),
        pytest.param(((0, 3),), (3, 5), ((0, 5),), id="touching"),
        pytest.param(((0, 9),), (3, 5), ((0, 9),), id="within"),
        pytest.param(((0, 3), (5, 9)), (2, 6), ((0, 9),), id="between"),
    ],
)
def test_spans_that_touch_are_one(announced: tuple[Span, ...], span: Span, kept: tuple[Span, ...]) -> None:
    assert joined(announced, *span) == kept


@given(looks, st.sets(st.integers(1, 60)))
def test_whatever_looks_there_are_each_threshold_between_is_announced_once(
    seen: list[tuple[int, int]], thresholds: set[int]
) -> None:
    announced: tuple[Span, ...] = ()
    told: list[int] = []
    for before, now in seen:
        if found := crossed(thresholds, announced, before, now):
            told += found
            announced = joined(announced, before, now)
    assert sorted(told) == sorted(it for it in thresholds if any(before < it <= now for before, now in seen))
    assert all(one[1] < other[0] for one, other in pairwise(announced))


def test_a_scope_tells_what_it_is_of() -> None:
    found = [scoped(scope) for scope in (link_scope(7), marker_scope(7, 2), ORGANIZATION_SCOPE)]
    assert found == [(7, 0), (7, 2), None]
