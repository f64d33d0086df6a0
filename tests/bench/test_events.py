"""What the benchmark of events makes of what a receiver got."""

import pytest

from bench.events import Came, came
from tests.e2e.receivers import Got


def _got(event: str, body: bytes = b"{}") -> Got:
    return Got({"webhook-id": event}, body, 1.0)


@pytest.mark.parametrize(
    ("what", "got", "found"),
    [
        ("each once", [_got("a"), _got("b")], Came(lost=0, repeats=0, altered=0)),
        ("one is missing", [_got("a")], Came(lost=1, repeats=0, altered=0)),
        ("one came again as it was", [_got("a"), _got("b"), _got("a")], Came(lost=0, repeats=1, altered=0)),
        ("one came again as another", [_got("a"), _got("b"), _got("a", b"[]")], Came(lost=0, repeats=1, altered=1)),
        ("one is missing, the other came twice", [_got("a"), _got("a")], Came(lost=1, repeats=1, altered=0)),
    ],
)
def test_what_is_missing_or_came_again_is_told(what: str, got: list[Got], found: Came) -> None:
    assert came(got, 2) == found
