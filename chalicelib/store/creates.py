"""What guards a create, in the objects table; all of it goes into the create's own transaction.

pk <organization>   sk creates#<member>           the times of the member's creates in the last hour
pk <organization>   sk usage#<YYYYMM>#<meter>     what a meter counted in a month
pk <organization>   sk once#<SHA-256>             the answer that an Idempotency-Key got
"""

from typing import Any, NamedTuple

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.creates import recent
from chalicelib.core.days import HOUR_MS
from chalicelib.core.plans import Meter
from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held, new_version, unchanged

REPLAYED_MS = 24 * HOUR_MS


class CreatesItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    times: ListAttribute[Any] = ListAttribute(of=NumberAttribute)
    expires = NumberAttribute()


class UsageItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    created = NumberAttribute()


class OnceItem(Record):
    """`fingerprint` is the SHA-256 of the request, `answer` the body of its answer."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    fingerprint = UnicodeAttribute()
    answer = UnicodeAttribute()
    expires = NumberAttribute()


class Answered(NamedTuple):
    """What a request under an Idempotency-Key was, and got."""

    fingerprint: str
    answer: str


def read_times(organization: int, member: int) -> Held[list[int]]:
    """The times of a member's creates, consistently."""
    try:
        found = CreatesItem.get(str(organization), f"creates#{member}", consistent_read=True)
    except CreatesItem.DoesNotExist:
        return Held([], None)
    return Held([int(time) for time in found.times], int(found.version))


def add_times(
    write: Transaction, organization: int, member: int, held: Held[list[int]], now_ms: int, units: int
) -> None:
    """Add so many creates to a transaction; a refusal names `creates`."""
    times = [*recent(held.value, now_ms), *[now_ms] * units]
    item = CreatesItem(
        str(organization),
        f"creates#{member}",
        version=new_version(),
        times=times,
        expires=(now_ms + HOUR_MS) // 1000,
    )
    write.put(item, unchanged(CreatesItem.version, held.version), "creates")


def read_usage(organization: int, month: str, meter: Meter) -> int:
    """What a meter counted in a month, consistently."""
    try:
        return int(UsageItem.get(*_usage_address(organization, month, meter), consistent_read=True).created)
    except UsageItem.DoesNotExist:
        return 0


def add_usage(write: Transaction, organization: int, month: str, meter: Meter, used: int, units: int) -> None:
    """Count units in a transaction, on the condition that the month's number is still `used`; a refusal names
    `usage`."""
    same = UsageItem.created == used if used else UsageItem.created.does_not_exist()
    write.put(UsageItem(*_usage_address(organization, month, meter), created=used + units), same, "usage")


def read_answer(organization: int, once: str, now_ms: int) -> Answered | None:
    """The answer kept under an Idempotency-Key's hash; None when there is none, or it is older than a day."""
    try:
        found = OnceItem.get(str(organization), f"once#{once}", consistent_read=True)
    except OnceItem.DoesNotExist:
        return None
    # TTL removes items hours late.
    return Answered(found.fingerprint, found.answer) if found.expires * 1000 > now_ms else None


def keep_answer(write: Transaction, organization: int, once: str, answered: Answered, now_ms: int) -> None:
    """Add the answer under an Idempotency-Key to a transaction; a refusal names `once`."""
    item = OnceItem(
        str(organization),
        f"once#{once}",
        fingerprint=answered.fingerprint,
        answer=answered.answer,
        expires=(now_ms + REPLAYED_MS) // 1000,
    )
    write.put(item, OnceItem.pk.does_not_exist() | (OnceItem.expires <= now_ms // 1000), "once")


def _usage_address(organization: int, month: str, meter: Meter) -> tuple[str, str]:
    return str(organization), f"usage#{month}#{meter}"
