"""A look at the harness in every test run; `make chaos SEEDS=200` is the long one."""

from functools import cache

import pytest

from tests.chaos import controls
from tests.chaos import faults as f
from tests.chaos.check import NAMES, caught
from tests.chaos.play import play, play_counter

SEEDS = range(16)

played = cache(play)


@pytest.fixture(autouse=True)
def _quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """What the product prints is shown only with a failure."""


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_doubled_or_wrong_whatever_fails(seed: int) -> None:
    outcome = played(seed)
    assert outcome.scans > 0
    assert (outcome.lost, outcome.doubled, outcome.wrong) == (0, 0, [])


def test_a_seed_is_always_the_same_run() -> None:
    assert play(1) == played(1)
    assert played(2).faults != played(1).faults


@pytest.mark.parametrize("name", NAMES)
def test_every_counter_that_is_known_to_be_wrong_is_caught(name: str) -> None:
    assert caught(name) is not None


def test_a_counter_that_is_right_is_not() -> None:
    assert not any(play_counter(seed, controls.marker_with_add) for seed in range(15))


def test_these_seeds_meet_every_fault() -> None:
    seen = set().union(*(played(seed).faults for seed in SEEDS))
    kinds = {kind for name, kind in vars(f).items() if name.isupper() and isinstance(kind, str)}
    assert kinds - seen == set()
