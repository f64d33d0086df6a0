"""Spreading a hot link's scans over partitions (design: Hot codes).

A scan costs three write units on its partition and one partition takes 1,000 a second, so a link's scans go to
one of `slots` partitions. The number only rises: readers, who add the slots up, never have to look back.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

MAX_SLOTS = 2048
SCANS_A_SECOND = 100
# A partition that refuses writes was asked for 333 scans a second at least: so many slots bring that below 100.
REFUSED_GROWTH = 4

# Links with one slot would meet in one partition of the organization's index and rollups: their homes start at
# one of these, so that an organization takes SPREAD times what one link does before anything grows.
SPREAD = 4


class Spread(NamedTuple):
    """How a link's scans are spread. `raised_ms` is when its slots last grew, 0 for never; `recounting` tells that
    an order to change its history is at work."""

    slots: int = 1
    raised_ms: int = 0
    recounting: bool = False


def home(link: int, slot: int) -> int:
    """Where a scan's slot lies among its organization's partitions: its index key and organization rollups."""
    return slot + link % SPREAD


def homes(most_slots: int) -> range:
    """Every home there can be in an organization whose widest link has `most_slots` slots."""
    return range(most_slots + SPREAD - 1)


def growth(scans: Iterable[tuple[int, int]]) -> int:
    """By what a link's slots must be multiplied, after scans that were seen as (slot, milliseconds).

    The least power of two after which the fullest second of any slot is SCANS_A_SECOND at most; 1 when it is already.
    """
    fullest = max(Counter((slot, ms // 1000) for slot, ms in scans).values(), default=0)
    factor = 1
    while fullest > SCANS_A_SECOND * factor:
        factor *= 2
    return factor


def expecting(scans_a_second: int) -> int:
    """The slots for so many scans a second of one link: the least power of two with SCANS_A_SECOND each, at most
    MAX_SLOTS."""
    slots = 1
    while slots < MAX_SLOTS and scans_a_second > slots * SCANS_A_SECOND:
        slots *= 2
    return slots
