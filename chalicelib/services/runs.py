"""One run of a recount: its order, what it has found, and how it writes.

Whatever is mended is written together with how far the recount came, so nothing is reported twice, or not at all:

    run A: reads, compares ........... mends and notes it, order is now v2
    run B: reads, compares (the same) .......................... refused: order is not v1. Stops
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from chalicelib import metrics
from chalicelib.core.days import day_of
from chalicelib.core.integrity import Drift, Progress, horizon, is_checkable
from chalicelib.core.metric_names import DRIFT_FOUND
from chalicelib.core.recounting import scans_off
from chalicelib.core.rollups import Rollup, RollupKey
from chalicelib.core.visitors import VisitorKey, Visits
from chalicelib.errors import Unavailable
from chalicelib.store import accounts, recounts
from chalicelib.store.recounts import Order
from chalicelib.store.versions import Held

TRIES: Final = 10
LONGEST_WAIT_SECONDS: Final = 2.0
FIRST_WAIT_SECONDS: Final = 0.02

# A visitor item has 400 KB at most, a transaction 4 MB.
_PART: Final = 9

OutOfTime = Callable[[], bool]
Rollups = Mapping[RollupKey, Held[Rollup | None]]


class TimeIsUp(Exception):
    """The function will be stopped soon: what is under way is left, to be done again."""


class Expired(Exception):
    """Raw scans of the day may have expired while it was read: what it was compared with means nothing."""


@dataclass
class Findings:
    """What is not as it must be: the values to write, and the versions at which the old ones were read.

    `off` is by how many scans each rollup is off; `followed` are the days whose histograms name this day anew.
    """

    rollups: dict[RollupKey, Held[Rollup]] = field(default_factory=dict)
    visitors: dict[VisitorKey, Held[Visits]] = field(default_factory=dict)
    off: dict[RollupKey, int] = field(default_factory=dict)
    followed: set[int] = field(default_factory=set)

    def compare(self, key: RollupKey, held: Held[Rollup | None], wanted: Rollup) -> None:
        """Find a rollup that is not as wanted, or that nobody can read."""
        if held.value is None or held.value != wanted:
            self.rollups[key] = Held(wanted, held.version)
            self.off[key] = scans_off(held.value or {}, wanted)

    @property
    def drift(self) -> Drift:
        return Drift(len(self.rollups), len(self.visitors), sum(self.off.values()))

    def parts(self) -> Iterator["Findings"]:
        """Cut to the size of a transaction. Visitors come first: the rollups are right only once they are."""
        rollups, visitors = iter(self.rollups.items()), iter(self.visitors.items())
        while part := dict(islice(visitors, _PART)):
            yield Findings(visitors=part, followed=self.followed)
        while cut := dict(islice(rollups, _PART)):
            yield Findings(rollups=cut, off={key: self.off[key] for key in cut})


class Run:
    """One run of an order. `progress` is ahead of what is written in the order until `save`."""

    def __init__(self, order: Order, now_ms: int, out_of_time: OutOfTime) -> None:
        self._order, self._out_of_time = order, out_of_time
        self.organization, self.day, self.now_ms = order.organization, order.day, now_ms
        self.today = day_of(now_ms)
        self.progress: Progress = order.progress

    @property
    def horizon(self) -> int:
        return horizon(self.today)

    @property
    def order(self) -> Order:
        return self._order

    def check_time(self) -> None:
        """Raises TimeIsUp."""
        if self._out_of_time():
            raise TimeIsUp

    def check_retention(self) -> None:
        """Raises Expired. Whoever shortens the retention writes so before the first scan goes: so this is asked after
        the scans were read, and before anything is written on the strength of them."""
        least = accounts.read_organization(self.organization).least_kept_days
        if not is_checkable(self.day, self.today, least):
            raise Expired

    def save(self) -> None:
        """Write how far it came. Raises Overtaken, Unavailable."""
        if not any(self._write(self.progress, Findings()) for _ in range(TRIES)):
            raise Unavailable.storage()

    def repair(self, findings: Findings) -> bool:
        """Write what is to be mended, and note it; False when something is no longer as it was read.

        Raises Expired, Overtaken, Unavailable.
        """
        self.check_retention()
        return all(self._repair(part) for part in findings.parts())

    def leave(self, drift: Drift) -> None:
        """Note that something could not be checked, or was found and could not be repaired."""
        metrics.count(DRIFT_FOUND, drift.items)
        progress = self.progress
        self.progress = replace(progress, unchecked=progress.unchecked + 1, left=progress.left + drift)

    def _repair(self, part: Findings) -> bool:
        repaired = replace(self.progress, repaired=self.progress.repaired + part.drift).following(part.followed)
        if not self._write(repaired, part):
            return False
        metrics.count(DRIFT_FOUND, part.drift.items)
        return True

    def _write(self, progress: Progress, part: Findings) -> bool:
        order = recounts.write(self._order, progress, self.now_ms, part.rollups, part.visitors)
        if order is None:
            return False
        self._order, self.progress = order, progress
        return True


def versions(held: Rollups) -> dict[RollupKey, int | None]:
    return {key: rollup.version for key, rollup in held.items()}


def wait(attempt: int) -> None:
    """Full jitter, longer each time: what changed while it was read is written again and again."""
    longest = min(FIRST_WAIT_SECONDS * 2**attempt, LONGEST_WAIT_SECONDS)
    time.sleep(random.uniform(0, longest))  # noqa: S311 - spreads load, guards nothing
