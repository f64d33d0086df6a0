"""Subscriptions to summaries: make, find, change and delete them, and send one now.

The URL is a secret, kept before a subscription names it; when it names another one, it is forgotten.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from chalicelib import ids
from chalicelib.config import settings
from chalicelib.core import destinations, receiver_urls
from chalicelib.core.breaker import Health
from chalicelib.core.deliveries import Delivery, Place
from chalicelib.core.endpoints import ACTIVE, DISABLED, PAUSED, Secret, status_after
from chalicelib.core.names import check_name
from chalicelib.core.summaries import CAMPAIGN, LINK, ORGANIZATION, SCOPES, Schedule, Subscription, check_schedule, hint
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.services import delivering, health, kept_secrets, summaries
from chalicelib.services.accounts import Caller
from chalicelib.store import secrets
from chalicelib.store import subscriptions as stored
from chalicelib.store.versions import Held

ATTEMPTS: Final = 8
LONGEST_URL: Final = 4_096  # characters of an encrypted parameter
MOST: Final = 100  # of an organization; two that are made at once may be one over it


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """What a subscription is made from. `of` is the id, in any spelling, of the link or campaign that it is about.

    `own_hosts` are refused as receivers; `base` is where short links start.
    """

    url: str
    own_hosts: Collection[str]
    base: str
    scope: str = ORGANIZATION
    of: str | None = None
    schedule: Schedule = field(default_factory=Schedule)
    name: str = ""
    thresholds: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Edit:
    """What to change of a subscription; None stays as it is. `schedule` has what changes of that, by name."""

    own_hosts: Collection[str]
    base: str
    url: str | None = None
    scope: str | None = None
    of: str | None = None
    schedule: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None
    thresholds: bool | None = None
    active: bool | None = None


class Shown(NamedTuple):
    """A subscription, and how posting to it goes."""

    subscription: Subscription
    health: Health


def create(caller: Caller, new: NewSubscription, now_ms: int) -> Shown:
    """A new subscription. Raises InvalidRequest, UnsafeDestination, Unavailable; then nothing was made."""
    organization = caller.organization.number
    location, url_hint = _checked_url(new.url, new.own_hosts)
    subscription = Subscription(
        organization=organization,
        number=ids.new(now_ms),
        scope=new.scope,
        of=_subject(organization, new.scope, new.of),
        schedule=check_schedule(new.schedule),
        secrets=(),
        url_hint=url_hint,
        base=new.base,
        created_ms=now_ms,
        updated_ms=now_ms,
        name=check_name("name", new.name, empty=True),
        thresholds=new.thresholds,
        status=ACTIVE if new.active else PAUSED,
    )
    if len(stored.newest_first(organization)) >= MOST:
        raise InvalidRequest(f"An organization has at most {MOST} summaries: delete one that is not needed")

    def write(name: str) -> Subscription:
        made = replace(subscription, secrets=(Secret(name),))
        if not stored.put_due(Held(made, None), now_ms):
            raise Unavailable.storage()
        return made

    return Shown(kept_secrets.kept(subscription, location, write, stored.read), Health())


def everything(caller: Caller) -> list[Shown]:
    """All subscriptions of the caller's organization, newest first."""
    return _shown(stored.newest_first(caller.organization.number))


def get(caller: Caller, spelled: str) -> Shown:
    """The subscription with an id in any spelling. Raises NotFound."""
    return _shown([_held(caller, spelled).value])[0]


def edit(caller: Caller, spelled: str, change: Edit, now_ms: int) -> Shown:
    """Change, pause or resume a subscription. What was known of its health goes when it is resumed, or has another URL.

    Raises NotFound, InvalidRequest, UnsafeDestination; then nothing was changed.
    """
    before = _held(caller, spelled).value
    values = _values(before, change)
    if change.active and before.status != ACTIVE:  # first: with old failures it would soon be disabled again
        health.forget(before.organization, before.number)
    if change.url is None:
        after = _changed(caller, spelled, lambda it: _edited(it, change, values, now_ms), now_ms)
    else:
        after = _moved(caller, before, change, values, now_ms)
    if change.url is not None:
        health.forget(after.organization, after.number)
    return _shown([after])[0]


def delete(caller: Caller, spelled: str) -> int:
    """Delete a subscription with its URL and its alarm; its log expires by itself. Its number. Raises NotFound."""
    for _ in range(ATTEMPTS):
        found = _held(caller, spelled)
        # The URL first: cut off behind this, the subscription is still there to be deleted again.
        secrets.delete([secret.name for secret in found.value.secrets])
        if stored.delete(found):
            health.forget(found.value.organization, found.value.number)
            return found.value.number
    raise Unavailable.storage()


def send_now(caller: Caller, spelled: str, clock: Callable[[], int]) -> Delivery:
    """Post a summary as of now, paused or not, and tell what became of it. When the next one is due stays as it is.

    Raises NotFound, also when the link or campaign is gone.
    """
    subscription, now_ms = _held(caller, spelled).value, clock()
    body = summaries.body(subscription, now_ms, now_ms)
    if body is None:
        raise NotFound.of(subscription.scope)
    event = f"evt_{ids.spell('sum', subscription.number)}_{now_ms}"
    place = Place(subscription.organization, subscription.number, now_ms, event)
    return delivering.try_once(subscription.receiver(), Delivery(place, summaries.TYPE, body), clock)


def _held(caller: Caller, spelled: str) -> Held[Subscription]:
    number = ids.parse(spelled)
    found = None if number is None else stored.read(caller.organization.number, number)
    if found is None:
        raise NotFound.of("summary")
    return found


def _shown(chosen: Sequence[Subscription]) -> list[Shown]:
    if not chosen:
        return []
    known = health.of(chosen[0].organization, [each.number for each in chosen])
    return [Shown(each, known.get(each.number) or Health()) for each in chosen]


def _values(before: Subscription, change: Edit) -> dict[str, Any]:
    """What a change sets, whatever stands there now. Raises InvalidRequest, UnsafeDestination for what cannot be."""
    values: dict[str, Any] = {"base": change.base}
    if change.name is not None:
        values["name"] = check_name("name", change.name, empty=True)
    if change.thresholds is not None:
        values["thresholds"] = change.thresholds
    if change.scope is not None or change.of is not None:
        scope = change.scope or before.scope
        values |= {"scope": scope, "of": _subject(before.organization, scope, change.of)}
    check_schedule(before.schedule._replace(**change.schedule))
    return values


def _edited(before: Subscription, change: Edit, values: Mapping[str, Any], now_ms: int) -> Subscription:
    status = status_after(before.status, change.active)
    disabled = status == DISABLED
    return replace(
        before,
        **values,
        schedule=before.schedule._replace(**change.schedule),
        status=status,
        disabled_ms=before.disabled_ms if disabled else None,
        disabled_for=before.disabled_for if disabled else "",
        updated_ms=now_ms,
    )


def _moved(caller: Caller, before: Subscription, change: Edit, values: Mapping[str, Any], now_ms: int) -> Subscription:
    """A subscription that goes to another URL; the one before is forgotten."""
    location, url_hint = _checked_url(change.url or "", change.own_hosts)
    gone: set[str] = set()

    def to(name: str) -> Subscription:
        def at(subscription: Subscription) -> Subscription:
            gone.update(secret.name for secret in subscription.secrets if secret.name != name)
            edited = _edited(subscription, change, values, now_ms)
            return replace(edited, secrets=(Secret(name),), url_hint=url_hint)

        return _changed(caller, str(before.number), at, now_ms)

    after = kept_secrets.kept(before, location, to, stored.read)
    secrets.delete(list(gone))
    return after


def _changed(caller: Caller, spelled: str, change: Callable[[Subscription], Subscription], now_ms: int) -> Subscription:
    """A subscription after a change. Its alarm is set anew only when it shall be due at other times: else whoever
    renames one that is due just now would lose that summary."""
    for _ in range(ATTEMPTS):
        was = _held(caller, spelled)
        now = change(was.value)
        same = (now.schedule, now.status) == (was.value.schedule, was.value.status)
        held = Held(now, was.version)
        if stored.put(held) if same else stored.put_due(held, now_ms):
            return now
    raise Unavailable.storage()


def _checked_url(url: str, own_hosts: Collection[str]) -> tuple[str, str]:
    """A receiver's URL as it is posted to, and what of it may be shown."""
    receiver_urls.check(url, own_hosts, local=settings().local_receivers)
    location = destinations.location(url)
    if len(location) > LONGEST_URL:
        raise InvalidRequest.for_field("url", f"must be at most {LONGEST_URL:,} characters when percent-encoded")
    return location, hint(destinations.host_of(url, "url"), location)


def _subject(organization: int, scope: str, spelled: str | None) -> int:
    """The number of the link or campaign that a summary shall be about, 0 for all of the organization."""
    if scope not in SCOPES:
        raise InvalidRequest.for_field("scope", f"must be one of {', '.join(SCOPES)}")
    if scope == ORGANIZATION:
        if spelled is not None:
            raise InvalidRequest.for_field("scope_id", f"is for the scopes {LINK} and {CAMPAIGN} only")
        return 0
    if not spelled:
        raise InvalidRequest.for_field("scope_id", f"is needed for the scope {scope}")
    number = ids.parse(spelled) or 0
    if summaries.about(organization, scope, number, "") is None:
        raise InvalidRequest.for_field("scope_id", f"there is no {scope} with this id")
    return number
