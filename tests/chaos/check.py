"""Playing the controls: the first seed that catches each."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.store import rollups, visitors
from chalicelib.store.versions import unchanged
from tests.chaos import controls
from tests.chaos.play import play, play_counter

ABSENT_OR_VERSION = "absent or version"
NAMES = (*controls.COUNTERS, ABSENT_OR_VERSION)


# The small scene, in which items go and are made anew, is every fourth seed.
_SEEDS = {ABSENT_OR_VERSION: range(3, 2_000, 4)}


def caught(name: str) -> int | None:
    """The first seed that shows a control to be wrong; None when none does."""
    return next((seed for seed in _SEEDS.get(name, range(100)) if _is_wrong(name, seed)), None)


def _is_wrong(name: str, seed: int) -> bool:
    if name == ABSENT_OR_VERSION:
        with absent_or_version():
            outcome = play(seed)
        return bool(outcome.lost or outcome.doubled or outcome.wrong)
    return play_counter(seed, controls.COUNTERS[name])


@contextmanager
def absent_or_version() -> Iterator[None]:
    """The product itself with one wrong condition: what is gone is as good as what was read."""

    def loose(attribute: NumberAttribute, version: int | None) -> Condition:
        exact = unchanged(attribute, version)
        return exact if version is None else exact | attribute.does_not_exist()

    with patch.object(visitors, "unchanged", loose), patch.object(rollups, "unchanged", loose):
        yield
