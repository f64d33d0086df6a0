"""One small scene, told again and again: each time a process dies at another of its calls, or an answer is lost there.

A batch of scans is folded, a conversation is reported, scans are left out, a link is erased. Whatever is called is cut
once before it reaches the engine, once under way, once after it took effect, and once by losing its answer.
"""

from collections.abc import Iterator
from dataclasses import replace

from tests.chaos import faults as f
from tests.chaos.actors import Cast
from tests.chaos.play import Outcome, settle_down, stage_set, verdict
from tests.chaos.recording import RECORDING
from tests.chaos.stage import Stage

CUTS = (f.KILLED_BEFORE, f.KILLED_DURING, f.KILLED_AFTER, f.ANSWER_LOST)
SEED = 2


def outcomes() -> Iterator[Outcome]:
    """Every run: all cuts at every call, until the scene has no further call."""
    for cut in CUTS:
        call = 1
        while (outcome := _cut(cut, call)).faults[cut]:
            yield outcome
            call += 1


def _cut(cut: str, call: int) -> Outcome:
    """The scene with one of its calls cut."""
    stage = Stage(SEED, calm=True)
    with stage.playing():
        cast = stage_set(stage)
        stage.stream.loses_nothing()
        _first(stage, cast)
        before = stage.wire.calls
        stage.wire.chosen = lambda calls: cut if calls - before == call else None
        _then(stage, cast)
        stage.wire.chosen = None
        settle_down(stage)
        return replace(verdict(stage, cast), name=f"{cut} {call}")


def _first(stage: Stage, cast: Cast) -> None:
    """Four scans, of which the stream has heard nothing yet, and three that are counted."""
    stage.schedule.add("redirect 0", lambda: cast.visit(RECORDING[:3], cast.links, 100))
    stage.schedule.run()
    stage.held = True
    stage.schedule.add("redirect 1", lambda: cast.visit(RECORDING[2:6], cast.links, 100))
    stage.schedule.run()
    stage.held = False


def _then(stage: Stage, cast: Cast) -> None:
    """What is cut: the fold of the batch, beside it an edit, an order to leave out, an erasing, a read."""
    stage.schedule.add("editor", lambda: cast.edit(1))
    stage.schedule.add("owner", lambda: cast.leave_out(cast.links[2], 1))
    stage.schedule.add("eraser", lambda: cast.erase(cast.links[1], 500))
    stage.schedule.add("reader", lambda: cast.read(1))
    stage.schedule.run()
