"""One scene, cut at every call. It takes a while, so it has a file of its own: another process runs it meanwhile.

Of late transactions some are played here, and by `make chaos` all.
"""

import pytest

from tests.chaos.every_call import CUTS, outcomes, some_delays
from tests.chaos.play import Outcome


@pytest.fixture(autouse=True)
def _quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """What the product prints is shown only with a failure."""


def _as_it_must_be(outcome: Outcome) -> bool:
    return (outcome.lost, outcome.doubled, outcome.wrong) == (0, 0, [])


def test_nothing_is_lost_doubled_or_wrong_whichever_call_a_process_dies_at() -> None:
    played = list(outcomes(some_delays))
    assert {cut for outcome in played for cut in outcome.faults} >= set(CUTS)
    assert [(outcome.name, outcome.wrong) for outcome in played if not _as_it_must_be(outcome)] == []
