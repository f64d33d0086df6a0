"""Thresholds: numbers of scans that are announced when a total comes to them, each once.

What was announced is kept as spans of totals, from just above one up to another: every threshold in them is done with.

    total 9 -> 12 .............. 10 is announced, and (9, 12] is kept
    total 99 -> 103 ............ 100 is announced, and (99, 103] is kept
    the first look once more ... 10 lies in a span: nothing

So whatever look at a total comes twice, late, or before an earlier one, finds what is left to it and no more; and a
total that falls and rises again meets only spans.
"""

from collections.abc import Iterable
from typing import Final

from chalicelib.errors import InvalidRequest

DEFAULT: Final = tuple(10**power for power in range(10))
MOST: Final = 50
LARGEST: Final = 10**12

Thresholds = tuple[int, ...]
Span = tuple[int, int]  # above one total, up to another


def checked(given: Iterable[int]) -> Thresholds:
    """Thresholds in order, each once; none at all is a list too. Raises InvalidRequest."""
    thresholds = tuple(sorted(set(given)))
    if len(thresholds) > MOST:
        raise InvalidRequest.for_field("thresholds", f"must be at most {MOST}")
    if any(not 1 <= threshold <= LARGEST for threshold in thresholds):
        raise InvalidRequest.for_field("thresholds", f"must each be 1 to {LARGEST}")
    return thresholds


def in_force(organization: Thresholds | None, link: Thresholds | None = None) -> Thresholds:
    """What holds for a link, of its own list, its organization's and the default: the first that there is."""
    return next((own for own in (link, organization) if own is not None), DEFAULT)


def crossed(thresholds: Iterable[int], announced: Iterable[Span], before: int, now: int) -> Thresholds:
    """Those that lie above the total before and not above the one now, and in no span of what was announced."""
    spans = list(announced)
    risen = (threshold for threshold in thresholds if before < threshold <= now)
    return tuple(it for it in risen if not any(above < it <= up_to for above, up_to in spans))


def joined(announced: Iterable[Span], before: int, now: int) -> tuple[Span, ...]:
    """The spans with one more, in order; those that touch are one."""
    spans: list[Span] = []
    for above, up_to in sorted([*announced, (before, now)]):
        if spans and above <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(up_to, spans[-1][1])
        else:
            spans.append((above, up_to))
    return tuple(spans)
