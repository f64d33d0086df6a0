"""Scans: written by the redirect, settled by the fold, found by their key alone."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any, Final

from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.core.days import months_between
from chalicelib.core.judging import Verdict
from chalicelib.core.scans import Scan, ScanKey, partition, sort_from
from chalicelib.store.scan_items import ScanItem, scan_of
from chalicelib.store.slots import each
from chalicelib.store.tables import passing_over, refused
from chalicelib.store.transactions import Transaction

# By how much the clocks of functions may differ, and generously so.
CLOCKS_DIFFER_MS: Final = 60_000

# Readers look back two minutes, but no farther than this many scans in a row that are folded: the stream folds in
# order, so what is older is too, or else the sweep's. They are about 100 read units.
SETTLED_IN_A_ROW: Final = 1_000
INDEX_PAGE: Final = 100  # as many scans as one request reads

VERDICTS = ("marker", "device", "os", "browser", "method", "app", "bot")


def from_images(images: Iterable[Mapping[str, Any]]) -> Iterator[Scan]:
    """The scans in stream records' images."""
    return passing_over(images, lambda image: scan_of(ScanItem.from_raw_data(dict(image))))


def put_new(attributes: Mapping[str, Any]) -> None:
    """Write a scan that the redirect could not, unless it is there already."""
    refused(lambda: ScanItem(**attributes).save(condition=ScanItem.pk.does_not_exist()))


def put_all(arrivals: Iterable[Mapping[str, Any]]) -> None:
    """Write scans that cannot be there yet: made-up history."""
    with ScanItem.batch_write() as batch:
        for attributes in arrivals:
            batch.save(ScanItem(**attributes))


def pending_since(organization: int, link: int, slots: Iterable[int], since_ms: int, until_ms: int) -> list[Scan]:
    """The scans of a link that wait to be folded, with times from `since_ms` on, consistently.

    Clocks differ: a scan may already lie in the next month's partition.
    """
    return pending_of_links(organization, [(link, slot) for slot in slots], since_ms, until_ms)


def pending_of_links(organization: int, slots: Iterable[tuple[int, int]], since_ms: int, until_ms: int) -> list[Scan]:
    """As `pending_since`, of many links' slots at once, given as (link, slot)."""
    months = months_between(since_ms, until_ms + CLOCKS_DIFFER_MS)
    places = [partition(organization, link, month, slot) for link, slot in slots for month in months]
    return [scan for found in each(places, partial(_pending_in, since_ms=since_ms)) for scan in found]


def pending_in_index(indexes: Collection[str], since_ms: int, most: int) -> list[Scan]:
    """The scans in some partitions of the index that wait to be folded, from a time on: of each partition the newest,
    so many at most. The index lags, the scans are read consistently."""
    found = each(indexes, partial(_pending_behind, since_ms=since_ms, most=most))
    return [scan for pending in found for scan in pending]


def _pending_behind(index: str, since_ms: int, most: int) -> list[Scan]:
    """As `_pending_in`: until so many in a row are settled that older ones are too."""
    newest = ScanItem.by_day.query(
        index, ScanItem.sk >= sort_from(since_ms), scan_index_forward=False, page_size=INDEX_PAGE
    )
    keys = passing_over(newest, lambda item: ScanKey.of(item.pk, item.sk))
    found: list[Scan] = []
    settled = 0
    while len(found) < most and settled < SETTLED_IN_A_ROW and (page := list(islice(keys, INDEX_PAGE))):
        pending = [scan for scan in read(page) if scan.pending]
        found += pending
        settled = 0 if pending else settled + len(page)
    return found


def _pending_in(partition: str, since_ms: int) -> list[Scan]:
    """The pending scans of a partition, newest first, until so many in a row are settled that older ones are too."""
    found: list[Scan] = []
    settled = 0
    pages = ScanItem.query(
        partition,
        ScanItem.sk >= sort_from(since_ms),
        filter_condition=ScanItem.pending.exists(),
        consistent_read=True,
        scan_index_forward=False,
        page_size=SETTLED_IN_A_ROW,
    ).page_iter
    for page in pages:
        pending = list(from_images(page["Items"]))
        found += pending
        settled = 0 if pending else settled + page["ScannedCount"]
        if settled >= SETTLED_IN_A_ROW:
            break
    return found


def partitions(organization: int, link: int, slots: Iterable[int], since_ms: int, until_ms: int) -> Iterator[str]:
    """Every partition that may hold scans of a link from those times."""
    for month in months_between(since_ms, until_ms):
        for slot in slots:
            yield partition(organization, link, month, slot)


def first_in(partition: str, most: int, after: str = "") -> list[Scan]:
    """The oldest scans of a partition behind a sort key, consistently."""
    behind = ScanItem.sk > after if after else None
    found = ScanItem.query(partition, behind, page_size=most, consistent_read=True)
    return list(islice(passing_over(found, scan_of), most))


def keys_between(index: str, first_ms: int, end_ms: int, page_size: int | None = None) -> Iterator[ScanKey]:
    """The keys in one partition of the index, from a time to just before another, oldest first."""
    times = ScanItem.sk.between(sort_from(first_ms), sort_from(end_ms))
    found = ScanItem.by_day.query(index, times, page_size=page_size)
    return passing_over(found, lambda item: ScanKey.of(item.pk, item.sk))


def read(keys: Collection[ScanKey]) -> list[Scan]:
    """The scans of these keys as they are now, consistently; those that are gone are left out."""
    addresses = [(key.partition, key.sort) for key in keys]
    return [scan_of(found) for found in ScanItem.batch_get(addresses, consistent_read=True)]


def record(key: ScanKey) -> ScanItem:
    """The record that a transaction's action on a scan is about."""
    return ScanItem(key.partition, key.sort)


def as_read(scan: Scan) -> Condition:
    """The scan is still what was read: pending or set aside at that revision, or settled at it."""
    if scan.damaged:
        return ScanItem.pending.exists() if scan.pending else ScanItem.pending.does_not_exist()
    if scan.pending:
        pending: Condition = ScanItem.pending == scan.pending
        return pending
    settled: Condition = ScanItem.pending.does_not_exist() & (ScanItem.rev == scan.rev)
    return settled


def settling(scan: Scan, verdict: Verdict, first: bool | None, expires: int | None) -> dict[str, Any]:
    """What the fold lets a scan's attributes become, None for those that go: the verdict and what is counted now; the
    raw user agent and what helped judge it go.

    A scan that was settled before gets a new revision, so that whoever read it then cannot write any more.
    """
    index = "" if verdict.facts.bot else scan.key.by_day  # bots are in no list: out of the index
    after = dict.fromkeys(_UNTIL_FOLDED) | _verdict(verdict)
    after |= {"counted": verdict.facts.dumps(), "day": index or None, "expires": expires or None}
    if not scan.pending:
        after["rev"] = scan.rev + 1
    if first is not None:
        after["first"] = first
    return after


def note_failure(scan: Scan) -> None:
    """Write that folding failed once more by the scan's own fault, unless it changed meanwhile.

    The write is a stream record, and so rings for the next try. It is a transaction because PynamoDB reads back what a
    plain update left, and a damaged scan cannot be read.
    """
    write = Transaction()
    write.update(record(scan.key), [ScanItem.failures.set(scan.failures + 1)], as_read(scan), scan.key)
    write.commit()


def set_aside(scan: Scan, verdict: Verdict | None, expires: int | None) -> list[Action]:
    """What makes a pending scan a poisoned one. It loses its user agent like a settled one, and keeps its verdict.

    It leaves the index, unless something of it is counted: no list shows it.
    """
    after = dict.fromkeys(_UNTIL_FOLDED) | (_verdict(verdict) if verdict else {})
    unlisted = [] if scan.counted else [ScanItem.day.remove()]
    return [
        ScanItem.poison.set(True),
        *(_kept(getattr(ScanItem, name), value) for name, value in after.items()),
        *unlisted,
        _kept(ScanItem.expires, expires),
    ]


def taking_up(scan: Scan) -> list[Action]:
    """What makes a poisoned scan pending again, at a new revision, and back in the index where it left that."""
    listed = [] if scan.counted else [ScanItem.day.set(scan.key.by_day)]
    return [ScanItem.pending.set(scan.rev + 1), ScanItem.rev.set(scan.rev + 1), ScanItem.poison.remove(), *listed]


def still_aside(scan: Scan) -> Condition:
    """The scan is set aside as it was read."""
    aside: Condition = ScanItem.poison.exists()
    return aside if scan.damaged else aside & (ScanItem.rev == scan.rev)


def edit(scan: Scan, after: Scan) -> bool:
    """Give a scan the conversation that it has after an edit, to be folded again; False when it changed meanwhile.

    A poisoned one is not for this.
    """
    rev = scan.rev + 1
    actions: list[Action] = [
        ScanItem.conversation.set(after.facts.conversation),
        ScanItem.messages.set(after.facts.messages),
        _kept(ScanItem.ended, after.ended),
        _kept(ScanItem.reported, after.reported_ms),
        _kept(ScanItem.completed, after.completed_ms),
        ScanItem.rev.set(rev),
        ScanItem.pending.set(rev),
    ]
    unchanged = (ScanItem.rev == scan.rev) & ScanItem.poison.does_not_exist()
    return not refused(lambda: record(scan.key).update(actions, unchanged))


def keep_until(scan: Scan, expires: int | None) -> None:
    """Let a scan that is not folded go at a time, in Unix seconds, unless it changed meanwhile. Raises Unavailable."""
    write = Transaction()
    write.update(record(scan.key), [_kept(ScanItem.expires, expires)], as_read(scan), scan.key)
    write.commit()


def _verdict(verdict: Verdict) -> dict[str, Any]:
    """The attributes that a verdict is kept in; unknowns are None."""
    judged = {name: getattr(verdict.facts, name) or None for name in VERDICTS}
    return judged | {"signs": verdict.signs or None, "rules": verdict.rules or None}


def _kept(attribute: Attribute[Any], value: Any) -> Action:
    """Unknowns are left out, for they cost bytes."""
    return attribute.set(value) if value else attribute.remove()


_UNTIL_FOLDED: Final = ("pending", "user_agent", "device_hint", "via", "failures")
