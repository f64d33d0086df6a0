"""Scan items, and what they say.

One that cannot be understood is no reason to stop: it comes as a damaged scan, which the fold sets aside.
"""

from typing import Any, ClassVar

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.core.scans import FACT_NAMES, Facts, Scan, ScanKey, Unjudged
from chalicelib.store.tables import Record, whole


class ByDay(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Every human scan of an organization by day and home, keys only."""

    class Meta:
        index_name = "by_day"
        projection = KeysOnlyProjection()

    day = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ScanItem(Record):
    """A scan. `pending`, `user_agent`, `device_hint`, `via` and `failures` are there only until it is folded.

    `damaged` is not stored: it marks an item whose attributes are not what they must be.
    """

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
    ended = BooleanAttribute(null=True)
    reported = NumberAttribute(null=True)
    completed = NumberAttribute(null=True)
    rules = NumberAttribute(null=True)
    signs = UnicodeAttribute(null=True)
    expires = NumberAttribute(null=True)
    failures = NumberAttribute(null=True)
    poison = BooleanAttribute(null=True)
    damaged: ClassVar[bool] = False

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> "ScanItem":
        """PynamoDB would give up on a whole page for one item."""
        try:
            return super().from_raw_data(data)
        except (AttributeError, TypeError, ValueError):
            failures = data.get("failures", {}).get("N", 0)
            return _Damaged(
                data["pk"]["S"],
                data["sk"]["S"],
                pending=1 if "pending" in data else None,
                poison="poison" in data,
                failures=int(failures),
            )


class _Damaged(ScanItem):
    damaged = True


def scan_of(found: ScanItem) -> Scan:
    """The scan in an item, damaged if it cannot be understood. Raises ValueError for a key that is no scan's."""
    try:
        return _readable(found)
    except (TypeError, ValueError):
        return Scan(
            key=ScanKey.of(found.pk, found.sk),
            rev=0,
            pending=int(found.pending is not None),
            facts=Facts(),
            failures=int(found.failures or 0),
            poisoned=bool(found.poison),
            damaged=True,
        )


def _readable(found: ScanItem) -> Scan:
    if found.damaged:
        raise ValueError(found.sk)
    known = {name: value for name in FACT_NAMES if (value := getattr(found, name)) is not None}
    raw = found.user_agent
    return Scan(
        key=ScanKey.of(found.pk, found.sk),
        rev=_revision(found.rev),
        pending=0 if found.pending is None else _revision(found.pending),
        facts=Facts(**known),
        unjudged=None if raw is None else Unjudged(raw, found.device_hint or "", found.via or ""),
        counted=None if found.counted is None else Facts.loads(found.counted),
        first=found.first,
        ended=bool(found.ended),
        reported_ms=whole(found.reported),
        completed_ms=whole(found.completed),
        signs=found.signs or "",
        rules=int(found.rules or 0),
        expires=whole(found.expires),
        failures=int(found.failures or 0),
        poisoned=bool(found.poison),
    )


def _revision(stored: float) -> int:
    """A revision that a condition can be held against. Raises ValueError."""
    if stored < 1 or stored != int(stored):
        raise ValueError(stored)
    return int(stored)
