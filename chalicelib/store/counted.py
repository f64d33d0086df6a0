"""The scans of one day of a link as the recount reads them: what is counted of each, and no more.

Only that is asked for: it is a third of what a scan holds, and decoding is most of a recount's time.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chalicelib.core.days import DAY_MS, month_of
from chalicelib.core.scans import Facts, ScanKey, partition, sort_from
from chalicelib.store.scan_items import ScanItem

PAGE = 1000


class CountedScan(NamedTuple):
    """`facts` are what the rollups hold of a scan, None for nothing. A `pending` one waits to be folded."""

    key: ScanKey
    facts: Facts | None
    pending: bool


def pages(organization: int, link: int, slots: Iterable[int], day: int) -> Iterator[list[CountedScan]]:
    """A link's scans of a UTC day, consistently, a page at a time."""
    times = ScanItem.sk.between(sort_from(day * DAY_MS), sort_from((day + 1) * DAY_MS))
    for slot in slots:
        page: list[CountedScan] = []
        pk = partition(organization, link, month_of(day * DAY_MS), slot)
        for found in ScanItem.query(
            pk, times, consistent_read=True, attributes_to_get=["pk", "sk", "pending", "counted"]
        ):
            page.append(CountedScan(ScanKey.of(found.pk, found.sk), _facts(found.counted), bool(found.pending)))
            if len(page) == PAGE:
                yield page
                page = []
        yield page


def _facts(stored: str | None) -> Facts | None:
    """None as well for what cannot be understood: it is in no number then."""
    try:
        return None if stored is None else Facts.loads(stored)
    except (TypeError, ValueError):
        return None
