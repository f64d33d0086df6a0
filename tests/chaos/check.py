"""Playing what is known to be wrong: the first seed that catches each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Any, Final
from unittest.mock import patch

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.errors import Unavailable
from chalicelib.services import editing, history, spill, thresholds
from chalicelib.store import queues, rollups, visitors
from chalicelib.store.versions import unchanged
from tests.chaos import controls
from tests.chaos.play import play, play_counter

Fault = Callable[[], AbstractContextManager[Any]]


@contextmanager
def absent_or_version() -> Iterator[None]:
    """What is gone is as good as what was read."""

    def loose(attribute: NumberAttribute, version: int | None) -> Condition:
        exact = unchanged(attribute, version)
        return exact if version is None else exact | attribute.does_not_exist()

    with patch.object(visitors, "unchanged", loose), patch.object(rollups, "unchanged", loose):
        yield


@contextmanager
def sent_or_not() -> Iterator[None]:
    """Events that cannot be sent are forgotten."""
    send = queues.send_deliveries

    def careless(*bodies: Any, **how: Any) -> None:
        with suppress(Unavailable):
            send(*bodies, **how)

    with patch.object(queues, "send_deliveries", careless):
        yield


@contextmanager
def one_slot_only() -> Iterator[None]:
    """Thresholds are crossed by what one slot holds."""
    with patch.object(
        thresholds, "_totals", lambda organization, slots: _totals(organization, dict.fromkeys(slots, 1))
    ):
        yield


_totals = thresholds._totals


def _does_nothing(where: object, name: str) -> Fault:
    return partial(patch.object, where, name, lambda *_: None)


# The product itself with one fault, and the seeds to play. Every fourth is the scene in which items are made anew.
FAULTS: Final[Mapping[str, tuple[Fault, Iterable[int]]]] = {
    "absent or version": (absent_or_version, range(3, 2_000, 4)),
    "spilled scans thrown away": (_does_nothing(spill, "write"), range(100)),
    "edits forgotten": (_does_nothing(editing, "converse"), range(100)),
    "own tests not left out": (_does_nothing(history, "leave_out"), range(100)),
    "events that cannot be sent forgotten": (sent_or_not, range(100)),
    "thresholds of one slot": (one_slot_only, range(100)),
    "thresholds nobody looks for": (_does_nothing(thresholds, "cross_all"), range(100)),
}
NAMES: Final = (*controls.COUNTERS, *FAULTS)


def caught(name: str) -> int | None:
    """The first seed that shows a control to be wrong; None when none does."""
    seeds = FAULTS[name][1] if name in FAULTS else range(100)
    return next((seed for seed in seeds if _is_wrong(name, seed)), None)


def _is_wrong(name: str, seed: int) -> bool:
    if name not in FAULTS:
        return play_counter(seed, controls.COUNTERS[name])
    with FAULTS[name][0]():
        outcome = play(seed)
    return bool(outcome.lost or outcome.doubled or outcome.wrong)
