"""What is too much for one request, a part at a time."""

import pytest

from chalicelib.core.batches import batches, packed


@pytest.mark.parametrize(
    ("number", "cut"),
    [
        pytest.param(0, [], id="nothing"),
        pytest.param(2, [[0, 1]], id="less than a batch"),
        pytest.param(3, [[0, 1, 2]], id="exactly one"),
        pytest.param(7, [[0, 1, 2], [3, 4, 5], [6]], id="the last is shorter"),
    ],
)
def test_everything_is_in_one_batch_in_its_order(number: int, cut: list[list[int]]) -> None:
    assert list(batches(range(number), 3)) == cut


def test_no_more_is_read_than_is_asked_for() -> None:
    source = iter(range(10))
    assert next(batches(source, 3)) == [0, 1, 2]
    assert next(source) == 3


@pytest.mark.parametrize(
    ("texts", "cut"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(["ab", "bc", "cd"], [["ab", "bc"], ["cd"]], id="what is shared counts once"),
        pytest.param(["a", "a", "a", "a"], [["a", "a", "a"], ["a"]], id="no more than the size"),
        pytest.param(["abcde", "a"], [["abcde"], ["a"]], id="one that is too much stands alone"),
        pytest.param(["a", "bc", "de", "a"], [["a", "bc"], ["de", "a"]], id="the order stays"),
    ],
)
def test_a_packed_batch_touches_so_many_things_at_most(texts: list[str], cut: list[list[str]]) -> None:
    assert list(packed(texts, lambda text: text, most=3, size=3)) == cut
