"""How the slots of one link grow under a steady rate of scans, second by second.

What decides is the product's own code, on moto: `counting.widen` for what the stream brings, `counting.grow` for
what was spilled. Around it stands a model of the rest, whose assumptions are the constants below.
"""

import random
from typing import Final, NamedTuple

from chalicelib.core.links import Link
from chalicelib.core.scans import ScanKey
from chalicelib.core.slots import REFUSED_GROWTH
from chalicelib.redirect import CACHED_SECONDS
from chalicelib.services import counting
from chalicelib.store import spreads

# The fold hears of a second's scans this much later: two seconds of gathering, then it folds them first.
FOLD_LAG: Final = 4
# A throttled scan is in the spill queue's function after this.
SPILL_LAG: Final = 1
# What the stream hands out at once; the fold sees no more of a slot's second.
BATCH: Final = 1000
# Nothing is left to grow when nothing grew for so long.
QUIET_SECONDS: Final = 40
LONGEST: Final = 600


class Growth(NamedTuple):
    """How it ended. `seconds` is when the slots grew last, `calm` when the last scan was refused by its partition.

    `busiest` is the most scans that came to one slot in any of the last seconds. `spilled` scans were refused at
    first; `backlog` of them still wait for the first slot's partition, which their keys name.
    """

    slots: int
    seconds: int
    calm: int
    busiest: int
    spilled: int
    backlog: int


class Slots:
    """The slots as redirects know them: each process looks again when what it has cached is 5 seconds old."""

    def __init__(self) -> None:
        self._generations: list[tuple[int, int]] = [(1, 0)]

    @property
    def most(self) -> int:
        return self._generations[-1][0]

    def raised(self, slots: int, second: int) -> None:
        if slots > self.most:
            self._generations.append((slots, second))

    def rates(self, scans_a_second: float, second: int) -> list[float]:
        """Scans a second in each slot. Processes are as many in every part of their 5 seconds."""
        rates = [0.0] * self.most
        left = 1.0
        for slots, since in reversed(self._generations):
            share = left if since == 0 else left * min((second - since) / CACHED_SECONDS, 1)
            left -= share
            for slot in range(slots):
                rates[slot] += scans_a_second * share / slots
        return rates


def arrivals(expected: float, chance: random.Random) -> int:
    """How many scans come in a second in which so many are expected: they come independently of each other."""
    if expected > 50:  # Poisson's, by its normal approximation
        return max(round(chance.gauss(expected, expected**0.5)), 0)
    count, time = 0, chance.expovariate(1)
    while time < expected:
        count, time = count + 1, time + chance.expovariate(1)
    return count


def grow(link: Link, scans_a_second: int, takes: float, begun_ms: int) -> Growth:
    """Run a link until its slots grow no more; `takes` is what one partition takes of its scans a second."""
    chance = random.Random(scans_a_second)  # noqa: S311 - the same numbers for everybody
    known, seen, refused = Slots(), list[tuple[int, int]](), list[bool]()
    grown = calm = second = 0
    spilled = backlog = 0.0
    while second < min(grown + calm + QUIET_SECONDS, LONGEST):
        rates = known.rates(scans_a_second, second)
        counts = [arrivals(rate, chance) for rate in rates]
        busiest = max(range(len(counts)), key=counts.__getitem__)
        seen.append((busiest, min(counts[busiest], int(takes))))
        refused.append(rates[0] > takes)
        calm = second + 1 if refused[-1] else calm
        spilled += sum(max(rate - takes, 0) for rate in rates)
        backlog = max(backlog + rates[0] - takes, 0)
        _decide(link, seen, refused, second, begun_ms)
        second += 1
        if (slots := spreads.slots(link.organization, link.number)) > known.most:
            known.raised(slots, second)
            grown = second
    last = max(count for _, count in seen[-QUIET_SECONDS // 2 :])
    return Growth(known.most, grown, calm, last, round(spilled), round(backlog))


def _decide(link: Link, seen: list[tuple[int, int]], refused: list[bool], second: int, begun_ms: int) -> None:
    """What the spill queue's function and the fold do in a second, about what came some seconds before."""
    spill, fold = second - SPILL_LAG, second - FOLD_LAG
    if spill >= 0 and refused[spill]:
        counting.grow(link.organization, link.number, REFUSED_GROWTH, begun_ms + spill * 1000)
    if fold >= 0:
        slot, count = seen[fold]
        ms = begun_ms + fold * 1000
        counting.widen(ScanKey(link.organization, link.number, slot, ms, "") for _ in range(min(count, BATCH)))
