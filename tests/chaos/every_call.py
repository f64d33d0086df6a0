"""One small scene, told again and again: each time a process dies at another of its calls, or an answer is lost there.

A batch of scans is folded, a conversation is reported, scans are left out, a link is erased. Whatever is called is cut
once before it reaches the engine, once under way, once after it took effect, and once by losing its answer. And every
transaction whose process died takes effect late: just before the next call, the one after that, and so on to the last.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

from tests.chaos import faults as f
from tests.chaos.actors import Cast
from tests.chaos.play import Outcome, settle_down, stage_set, verdict
from tests.chaos.recording import RECORDING
from tests.chaos.stage import Stage

CUTS = (f.KILLED_BEFORE, f.KILLED_DURING, f.KILLED_AFTER, f.ANSWER_LOST)
SEED = 2


def every_delay() -> Iterator[int]:
    """By how many calls a transaction is late: all there are."""
    return count(1)


def some_delays() -> Iterator[int]:
    """One call, three, nine, and so on: most of them near, where most is under way."""
    return (3**n for n in count())


def outcomes(delays: Callable[[], Iterator[int]] = every_delay) -> Iterator[Outcome]:
    """Every run: all cuts at every call, until the scene has no further call; then late transactions."""
    for cut in CUTS:
        call = 1
        while (outcome := _cut_at(cut, call)).faults[cut]:
            yield outcome
            call += 1
    nth = 1
    while late := list(_late(nth, delays())):
        yield from late
        nth += 1


def _cut_at(cut: str, call: int) -> Outcome:
    """The scene with one of its calls cut."""
    return _played(f"{cut} {call}", lambda stage: _choose(stage, lambda n, _: cut if n == call else None))[0]


def _late(nth: int, delays: Iterator[int]) -> Iterator[Outcome]:
    """The scene with one of its transactions late by so many calls, until it would come after the end."""
    while outcome := _late_by(nth, next(delays)):
        yield outcome


def _late_by(nth: int, calls: int) -> Outcome | None:
    seen = count(1)

    def choose(_: int, operation: str) -> str | None:
        return f.KILLED_DURING if operation == "TransactWriteItems" and next(seen) == nth else None

    def prepare(stage: Stage) -> None:
        stage.wire.late_by, stage.telling = calls, False  # what tells of it writes in no transaction that may be late
        _choose(stage, choose)

    outcome, arrived = _played(f"transaction {nth} late by {calls} calls", prepare)
    return outcome if arrived and outcome.faults[f.KILLED_DURING] else None


def _choose(stage: Stage, choose: Callable[[int, str], str | None]) -> None:
    before = stage.wire.calls
    stage.wire.chosen = lambda calls, operation: choose(calls - before, operation)


def _played(name: str, prepare: Callable[[Stage], None]) -> tuple[Outcome, bool]:
    """A run of the scene, and whether no request was under way when it ended."""
    stage = Stage(SEED, calm=True)
    with stage.playing():
        cast = stage_set(stage)
        stage.stream.loses_nothing()
        _first(stage, cast)
        prepare(stage)
        _then(stage, cast)
        stage.wire.chosen, arrived = None, not stage.wire.under_way
        stage.telling = True
        settle_down(stage)
        return replace(verdict(stage, cast), name=name), arrived


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
