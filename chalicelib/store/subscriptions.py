"""Subscriptions to summaries, in the objects table.

pk <organization>   sk summary#<number>   where summaries go, about what, and when

An active one has an alarm at the moment at which it is due next, any other has none: both are written together.
"""

import json
from typing import Any, Final

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.endpoints import ACTIVE, DISABLED, Secret
from chalicelib.core.summaries import Schedule, Subscription
from chalicelib.errors import Unavailable
from chalicelib.store import alarms, numbered
from chalicelib.store.alarms import SUMMARY, Alarm
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record, refused, whole
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held, new_version, unchanged

KIND: Final = "summary"


class SubscriptionItem(Record):
    """`schedule` and `secrets` are JSON; of its URL it has the secret's name alone, and the hint."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    scope = UnicodeAttribute()
    of = NumberAttribute(null=True)
    schedule = UnicodeAttribute()
    secrets = UnicodeAttribute()
    url_hint = UnicodeAttribute()
    base = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    thresholds = BooleanAttribute(null=True)
    status = UnicodeAttribute()
    created = NumberAttribute()
    updated = NumberAttribute()
    disabled = NumberAttribute(null=True)
    disabled_for = UnicodeAttribute(null=True)


def put(held: Held[Subscription]) -> bool:
    """Write a subscription whose alarm stays as it is, on the condition that the stored one is of the version that was
    read; False when it is not. Raises Unavailable."""
    item = _item(held.value)
    return not refused(lambda: item.save(condition=unchanged(SubscriptionItem.version, held.version)))


def put_due(held: Held[Subscription], now_ms: int) -> bool:
    """The same (absent for no version), with the alarm for when it is due next: none unless it is active."""
    subscription, write = held.value, Transaction()
    write.put(_item(subscription), unchanged(SubscriptionItem.version, held.version), KIND)
    if subscription.status == ACTIVE:
        due_ms = subscription.schedule.next_after(now_ms)
        alarms.add(write, Alarm(subscription.organization, SUMMARY, str(subscription.number), due_ms))
    else:
        alarms.drop(write, subscription.organization, SUMMARY, str(subscription.number))
    return not write.commit()


def disable(organization: int, number: int, reason: str, now_ms: int) -> bool:
    """Send a subscription nothing more, for a reason in words; False for one that is not active, or gone. Raises
    Unavailable."""
    write = Transaction()
    actions = [
        SubscriptionItem.status.set(DISABLED),
        SubscriptionItem.disabled.set(now_ms),
        SubscriptionItem.disabled_for.set(reason),
        SubscriptionItem.version.set(new_version()),
    ]
    write.update(_place(organization, number), actions, SubscriptionItem.status == ACTIVE, KIND)
    alarms.drop(write, organization, SUMMARY, str(number))
    refusals = write.commit()
    if refusals and not any(refusal.condition for refusal in refusals):
        raise Unavailable.storage()
    return not refusals


def delete(held: Held[Subscription]) -> bool:
    """Remove a subscription and its alarm, on the condition that it is still what was read; False when it is not."""
    organization, number = held.value.organization, held.value.number
    write = Transaction()
    write.delete(_place(organization, number), unchanged(SubscriptionItem.version, held.version), KIND)
    alarms.drop(write, organization, SUMMARY, str(number))
    return not write.commit()


def read(organization: int, number: int) -> Held[Subscription] | None:
    """A subscription as it is now, consistently; None when there is none."""
    try:
        found = SubscriptionItem.get(str(organization), sort_key(KIND, number), consistent_read=True)
    except SubscriptionItem.DoesNotExist:
        return None
    return Held(_subscription(found), int(found.version))


def newest_first(organization: int) -> list[Subscription]:
    """An organization's subscriptions, newest first, consistently."""
    return [_subscription(found) for found in numbered.newest_first(SubscriptionItem, KIND, organization, None, None)]


def from_image(image: dict[str, Any]) -> Subscription:
    """The subscription in a stream record's image."""
    return _subscription(SubscriptionItem.from_raw_data(image))


def _place(organization: int, number: int) -> SubscriptionItem:
    return SubscriptionItem(str(organization), sort_key(KIND, number))


def _item(subscription: Subscription) -> SubscriptionItem:
    return SubscriptionItem(
        str(subscription.organization),
        sort_key(KIND, subscription.number),
        version=new_version(),
        scope=subscription.scope,
        of=subscription.of or None,
        schedule=json.dumps(subscription.schedule),
        secrets=json.dumps(subscription.secrets),
        url_hint=subscription.url_hint,
        base=subscription.base,
        name=subscription.name or None,
        thresholds=subscription.thresholds or None,
        status=subscription.status,
        created=subscription.created_ms,
        updated=subscription.updated_ms,
        disabled=subscription.disabled_ms,
        disabled_for=subscription.disabled_for or None,
    )


def _subscription(found: SubscriptionItem) -> Subscription:
    return Subscription(
        organization=int(found.pk),
        number=int(found.sk.removeprefix(f"{KIND}#")),
        scope=found.scope,
        of=int(found.of or 0),
        schedule=Schedule(*json.loads(found.schedule)),
        secrets=tuple(Secret(*each) for each in json.loads(found.secrets)),
        url_hint=found.url_hint,
        base=found.base,
        created_ms=int(found.created),
        updated_ms=int(found.updated),
        name=found.name or "",
        thresholds=bool(found.thresholds),
        status=found.status,
        disabled_ms=whole(found.disabled),
        disabled_for=found.disabled_for or "",
    )
