"""What is too much for one request, a part at a time."""

import pytest

from chalicelib.core.batches import batches


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
