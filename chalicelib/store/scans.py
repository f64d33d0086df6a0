"""Scan items: written by the redirect, settled by the fold, found by their key alone."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pynamodb.attributes import Attribute, BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.core.days import months_between
from chalicelib.core.scans import FACT_NAMES, Facts, Scan, ScanKey, Unjudged, partition, sort_from
from chalicelib.store.tables import Record

VERDICTS = ("device", "os", "browser", "method", "app", "bot")

_CONDITION_FAILED = "ConditionalCheckFailedException"


class ByDay(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Every human scan of an organization by day and home, keys only."""

    class Meta:
        index_name = "by_day"
        projection = KeysOnlyProjection()

    day = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ScanItem(Record):
    """A scan. `pending`, `user_agent`, `device_hint` and `via` are there only until it is folded."""

    table = "scans_table"
    by_day = ByDay()
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    day = UnicodeAttribute(null=True)
    rev = NumberAttribute()
    pending = NumberAttribute(null=True)
    counted = UnicodeAttribute(null=True)
    first = BooleanAttribute(null=True)
    user_agent = UnicodeAttribute(null=True)
    device_hint = UnicodeAttribute(null=True)
    via = UnicodeAttribute(null=True)
    address = UnicodeAttribute(null=True)
    agent = UnicodeAttribute(null=True)
    marker = NumberAttribute(null=True)
    country = UnicodeAttribute(null=True)
    region = UnicodeAttribute(null=True)
    region_name = UnicodeAttribute(null=True)
    city = UnicodeAttribute(null=True)
    referrer = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    device = UnicodeAttribute(null=True)
    os = UnicodeAttribute(null=True)
    browser = UnicodeAttribute(null=True)
    method = UnicodeAttribute(null=True)
    app = UnicodeAttribute(null=True)
    bot = UnicodeAttribute(null=True)
    conversation = BooleanAttribute(null=True)
    messages = NumberAttribute(null=True)


def from_image(image: Mapping[str, Any]) -> Scan:
    """The scan in a stream record's image."""
    return _scan(ScanItem.from_raw_data(dict(image)))


def put_new(attributes: Mapping[str, Any]) -> None:
    """Write a scan that the redirect could not, unless it is there already."""
    try:
        ScanItem(**attributes).save(condition=ScanItem.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != _CONDITION_FAILED:
            raise


def put_all(arrivals: Iterable[Mapping[str, Any]]) -> None:
    """Write scans that cannot be there yet: made-up history."""
    with ScanItem.batch_write() as batch:
        for attributes in arrivals:
            batch.save(ScanItem(**attributes))


def pending_since(organization: int, link: int, slots: Iterable[int], since_ms: int, until_ms: int) -> list[Scan]:
    """The scans of a link that wait to be folded, with times from `since_ms` on, consistently."""
    return [
        _scan(found)
        for pk in partitions(organization, link, slots, since_ms, until_ms)
        for found in ScanItem.query(
            pk,
            ScanItem.sk >= sort_from(since_ms),
            filter_condition=ScanItem.pending.exists(),
            consistent_read=True,
        )
    ]


def partitions(organization: int, link: int, slots: Iterable[int], since_ms: int, until_ms: int) -> Iterator[str]:
    """Every partition that may hold scans of a link from those times."""
    for month in months_between(since_ms, until_ms):
        for slot in slots:
            yield partition(organization, link, month, slot)


def first_in(partition: str, most: int) -> list[Scan]:
    """The oldest scans of a partition, consistently."""
    return [_scan(found) for found in ScanItem.query(partition, limit=most, consistent_read=True)]


def keys_between(index: str, first_ms: int, end_ms: int) -> list[ScanKey]:
    """The keys in one partition of the index, from a time to just before another."""
    times = ScanItem.sk.between(sort_from(first_ms), sort_from(end_ms))
    return [ScanKey.of(found.pk, found.sk) for found in ScanItem.by_day.query(index, times)]


def read(keys: Collection[ScanKey]) -> list[Scan]:
    """The scans of these keys as they are now, consistently; those that are gone are left out."""
    addresses = [(key.partition, key.sort) for key in keys]
    return [_scan(found) for found in ScanItem.batch_get(addresses, consistent_read=True)]


def record(key: ScanKey) -> ScanItem:
    """The record that a transaction's action on a scan is about."""
    return ScanItem(key.partition, key.sort)


def as_read(scan: Scan) -> Condition:
    """The scan is still what was read: pending at that revision, or settled at it."""
    if scan.pending:
        pending: Condition = ScanItem.pending == scan.pending
        return pending
    settled: Condition = ScanItem.pending.does_not_exist() & (ScanItem.rev == scan.rev)
    return settled


def settling(facts: Facts, first: bool | None) -> list[Action]:
    """What the fold writes: the verdict and what is counted now; the raw user agent and what helped judge it go."""
    actions: list[Action] = [ScanItem.counted.set(facts.dumps())]
    actions += [getattr(ScanItem, name).set(value) for name in VERDICTS if (value := getattr(facts, name))]
    gone: list[Attribute[Any]] = [ScanItem.pending, ScanItem.user_agent, ScanItem.device_hint, ScanItem.via]
    if facts.bot:
        gone.append(ScanItem.day)  # bots are in no list: out of the index
    if first is not None:
        actions.append(ScanItem.first.set(first))
    return actions + [attribute.remove() for attribute in gone]


def _scan(found: ScanItem) -> Scan:
    known = {name: value for name in FACT_NAMES if (value := getattr(found, name)) is not None}
    raw = found.user_agent
    return Scan(
        key=ScanKey.of(found.pk, found.sk),
        rev=int(found.rev),
        pending=int(found.pending or 0),
        facts=Facts(**known),
        unjudged=None if raw is None else Unjudged(raw, found.device_hint or "", found.via or ""),
        counted=None if found.counted is None else Facts.loads(found.counted),
        first=found.first,
    )
