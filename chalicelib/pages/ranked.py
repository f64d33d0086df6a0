"""The links of a campaign or a client, by how often they were scanned in a range, with the share of each."""

from typing import Final, NamedTuple

from chalicelib.core import csv_lines
from chalicelib.core.links import Link
from chalicelib.core.rankings import share
from chalicelib.services.figures import Group

FIRST: Final = 10
MOST: Final = 500  # of one page; a file has all
FIELDS: Final = ("link", "slug", "total_scans")


class Row(NamedTuple):
    """A link, its scans, and these in percent of all; `width` of its bar is in percent of the longest."""

    link: Link
    scans: int
    share: int
    width: float


class Ranked(NamedTuple):
    """The first rows, those to be unfolded, and how many more there are."""

    first: tuple[Row, ...]
    further: tuple[Row, ...]
    left: int


def ranked(group: Group) -> Ranked:
    """What `parts/ranked.html` draws."""
    total = sum(it.scans for it in group.ranked)
    longest = max((it.scans for it in group.ranked), default=0) or 1
    rows = tuple(
        Row(it.link, it.scans, share(it.scans, total), round(100 * it.scans / longest, 1)) for it in group.ranked[:MOST]
    )
    return Ranked(rows[:FIRST], rows[FIRST:], max(0, group.links - MOST))


def ranked_csv(group: Group) -> str:
    """All links and their scans in the range, a line each."""
    lines = [(csv_lines.cell(it.link.label or ""), it.link.slug, it.scans) for it in group.ranked]
    return csv_lines.lines([FIELDS, *lines])
