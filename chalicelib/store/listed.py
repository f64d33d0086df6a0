"""Scans as lists show them: those that the totals hold, in the order of their times, a page of a partition at a time.

A scan is counted as a human's when something of it is counted and it is in the index: bots leave that when they are
counted, and what is set aside uncounted does too.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.core.places import Span
from chalicelib.core.scans import Scan, ScanKey, sort_from
from chalicelib.store.scan_items import ScanItem, scan_of
from chalicelib.store.tables import passing_over


def between(partition: str, span: Span, newest_first: bool, page_size: int) -> Iterator[Scan]:
    """The listed scans in one partition of the scans table, consistently. `page_size` is how many scans are looked at
    in one request."""
    found = ScanItem.query(
        partition,
        _times(span),
        filter_condition=_listed(),
        consistent_read=True,
        scan_index_forward=not newest_first,
        page_size=page_size,
    )
    return passing_over(found, scan_of)


def count(partition: str, span: Span) -> int:
    """How many listed scans a partition has, consistently; nothing of them is transferred."""
    return ScanItem.count(partition, _times(span), filter_condition=_listed(), consistent_read=True)


def keys(index: str, span: Span, newest_first: bool, page_size: int) -> Iterator[ScanKey]:
    """The keys in one partition of the index, which lags a little. Scans that wait to be counted are among them."""
    found = ScanItem.by_day.query(index, _times(span), scan_index_forward=not newest_first, page_size=page_size)
    return passing_over(found, lambda item: ScanKey.of(item.pk, item.sk))


def count_keys(index: str, span: Span) -> int:
    """How many keys a partition of the index has."""
    return ScanItem.by_day.count(index, _times(span))


def _times(span: Span) -> Any:
    return ScanItem.sk.between(sort_from(span.first_ms), sort_from(span.end_ms))


def _listed() -> Any:
    return ScanItem.counted.exists() & ScanItem.day.exists()
