"""Webhook endpoints: make, find, change and delete them, give them another secret, try them out."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from chalicelib import ids
from chalicelib.config import settings
from chalicelib.core import endpoint_secrets, receiver_urls
from chalicelib.core.breaker import Health
from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import Delivery, Place
from chalicelib.core.endpoints import ACTIVE, DISABLED, PAUSED, QPR, Endpoint, Filters, Secret, status_after
from chalicelib.core.events import TYPES, Event
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.services import delivering, health, kept_secrets, webhook_filters
from chalicelib.services.accounts import Caller
from chalicelib.services.webhook_filters import FilterIds
from chalicelib.store import endpoints as stored
from chalicelib.store import secrets
from chalicelib.store.versions import Held

ATTEMPTS: Final = 8
MOST: Final = 100  # of an organization
LONGEST_DESCRIPTION: Final = 200
DEFAULT_OVERLAP_MS: Final = DAY_MS
LONGEST_OVERLAP_MS: Final = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What an endpoint is made from; without a `secret` it gets a new one. `own_hosts` are refused as receivers."""

    url: str
    events: Sequence[str]
    own_hosts: Collection[str]
    format: str = QPR
    description: str = ""
    filters: FilterIds = field(default_factory=FilterIds)
    secret: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Edit:
    """What to change of an endpoint; None stays as it is. `filters` are replaced as a whole."""

    own_hosts: Collection[str]
    url: str | None = None
    events: Sequence[str] | None = None
    format: str | None = None
    description: str | None = None
    filters: FilterIds | None = None
    active: bool | None = None


class Issued(NamedTuple):
    """An endpoint and the text of its newest secret, which is shown this once."""

    secret: str
    endpoint: Endpoint


class Shown(NamedTuple):
    """An endpoint, and how posting to it goes."""

    endpoint: Endpoint
    health: Health


class Page(NamedTuple):
    """Some endpoints, newest first, how many there are in all, and the number before which the next page begins; None
    at the end."""

    endpoints: list[Shown]
    total: int
    next_before: int | None


class Sample(NamedTuple):
    """An event that did not happen, and its body."""

    event: Event
    body: str


# Makes a sample of a type for an endpoint.
MakeSample = Callable[[Endpoint, str], Sample]


def create(caller: Caller, new: NewEndpoint, now_ms: int) -> Issued:
    """A new endpoint with its secret. Raises InvalidRequest, UnsafeDestination, Unavailable; then nothing was made."""
    organization = caller.organization.number
    _check_url(new.url, new.own_hosts)
    text = endpoint_secrets.new() if new.secret is None else endpoint_secrets.check(new.secret, new.format)
    endpoint = Endpoint(
        organization=organization,
        number=ids.new(now_ms),
        url=new.url,
        events=_events(new.events),
        format=new.format,
        created_ms=now_ms,
        updated_ms=now_ms,
        secrets=(),
        status=ACTIVE if new.active else PAUSED,
        description=new.description,
        filters=webhook_filters.found(organization, new.filters),
    )
    if len(stored.newest_first(organization)) >= MOST:
        raise InvalidRequest(f"An organization has at most {MOST} webhook endpoints: delete one that is not needed")
    return Issued(text, kept_secrets.kept(endpoint, text, lambda name: _created(endpoint, name), stored.read))


def page(caller: Caller, limit: int, offset: int = 0, before: int | None = None) -> Page:
    """Endpoints newest first; `offset` of the newest are left out, unless the page begins `before` a number."""
    known = stored.newest_first(caller.organization.number)
    rest = known[offset:] if before is None else [each for each in known if each.number < before]
    chosen = rest[:limit]
    return Page(_shown(chosen), len(known), chosen[-1].number if len(rest) > limit else None)


def get(caller: Caller, spelled: str) -> Shown:
    """The endpoint with an id in any spelling. Raises NotFound."""
    return with_health(held(caller, spelled).value)


def with_health(endpoint: Endpoint) -> Shown:
    """An endpoint, and how posting to it goes."""
    return _shown([endpoint])[0]


def held(caller: Caller, spelled: str) -> Held[Endpoint]:
    """The same, as it is read before it is changed, without its health. Raises NotFound."""
    number = ids.parse(spelled)
    found = None if number is None else stored.read(caller.organization.number, number)
    if found is None:
        raise NotFound.of("webhook")
    return found


def edit(caller: Caller, spelled: str, change: Edit, now_ms: int) -> Shown:
    """Change, pause or resume an endpoint.

    What was known of its health goes when it is resumed, and when it is at another URL. Raises NotFound,
    InvalidRequest, UnsafeDestination.
    """
    before = held(caller, spelled).value
    checked = _checked(before, change, now_ms)
    if change.active and before.status != ACTIVE:  # first: with old failures it would soon be disabled again
        health.forget(before.organization, before.number)
    was, now = _changed(caller, spelled, lambda endpoint: _edited(endpoint, change, checked, now_ms))
    if now.url != was.url:
        health.forget(now.organization, now.number)
    return with_health(now)


def delete(caller: Caller, spelled: str) -> int:
    """Delete an endpoint and its secrets; its log expires by itself. Its number. Raises NotFound."""
    for _ in range(ATTEMPTS):
        found = held(caller, spelled)
        if stored.delete(found):
            secrets.delete([secret.name for secret in found.value.secrets])
            health.forget(found.value.organization, found.value.number)
            return found.value.number
    raise Unavailable.storage()


def rotate(
    caller: Caller, spelled: str, now_ms: int, overlap_ms: int = DEFAULT_OVERLAP_MS, secret: str | None = None
) -> Issued:
    """Another secret for an endpoint; the one before goes on signing beside it until the overlap ends.

    Any that is older goes at once: there are two at most. Raises NotFound, InvalidRequest.
    """
    if not 0 <= overlap_ms <= LONGEST_OVERLAP_MS:
        raise InvalidRequest.for_field("overlap_seconds", f"must be 0 to {LONGEST_OVERLAP_MS // 1000:,}")
    before = held(caller, spelled).value
    text = endpoint_secrets.new() if secret is None else endpoint_secrets.check(secret, before.format)
    gone: list[str] = []

    def rotated(name: str) -> Endpoint:
        def with_new(endpoint: Endpoint) -> Endpoint:
            if endpoint.secrets[0].name == name:  # this write was done, and its answer lost
                return endpoint
            gone[:] = [each.name for each in endpoint.secrets[1:]]
            older = Secret(endpoint.secrets[0].name, now_ms + overlap_ms)
            return replace(endpoint, secrets=(Secret(name), older), updated_ms=now_ms)

        return _changed(caller, spelled, with_new)[1]

    endpoint = kept_secrets.kept(before, text, rotated, stored.read)
    secrets.delete(gone)
    return Issued(text, endpoint)


def test(caller: Caller, spelled: str, type: str | None, make: MakeSample, clock: Callable[[], int]) -> Delivery:
    """Post a sample event to an endpoint at once, paused or not, and tell what became of it.

    Without a `type` it is the first that the endpoint wants. Raises NotFound, InvalidRequest.
    """
    endpoint = held(caller, spelled).value
    if type is not None and type not in TYPES:
        raise InvalidRequest.for_field("type", f"must be one of {', '.join(TYPES)}")
    event, body = make(endpoint, type or next(each for each in TYPES if each in endpoint.events))
    place = Place(endpoint.organization, endpoint.number, event.ms, event.id)
    return delivering.try_once(endpoint.receiver(), Delivery(place, event.type, body), clock)


def _shown(chosen: Sequence[Endpoint]) -> list[Shown]:
    if not chosen:
        return []
    known = health.of(chosen[0].organization, [each.number for each in chosen])
    return [Shown(each, known[each.number]) for each in chosen]


def _created(endpoint: Endpoint, name: str) -> Endpoint:
    made = replace(endpoint, secrets=(Secret(name),))
    # Its number is new: who was before us was ourselves, whose answer was lost.
    if not stored.put(Held(made, None)) and not kept_secrets.is_named(made, name, stored.read):
        raise Unavailable.storage()
    return made


def _changed(caller: Caller, spelled: str, change: Callable[[Endpoint], Endpoint]) -> tuple[Endpoint, Endpoint]:
    """An endpoint before and after a change; `change` is called anew for each attempt."""
    for _ in range(ATTEMPTS):
        was = held(caller, spelled)
        now = change(was.value)
        if now == was.value or stored.put(Held(now, was.version)):
            return was.value, now
    raise Unavailable.storage()


class _Checked(NamedTuple):
    """What of a change had to be looked up; None stays as it is."""

    events: frozenset[str] | None
    filters: Filters | None


def _checked(before: Endpoint, change: Edit, now_ms: int) -> _Checked:
    """Raises InvalidRequest, UnsafeDestination for what cannot be."""
    if change.url is not None:
        _check_url(change.url, change.own_hosts)
    if change.format not in (None, before.format):
        _check_fit(before, change.format or "", now_ms)
    return _Checked(
        None if change.events is None else _events(change.events),
        None if change.filters is None else webhook_filters.found(before.organization, change.filters),
    )


def _check_fit(endpoint: Endpoint, format: str, now_ms: int) -> None:
    """Secrets that were brought along for one format may not do for another. Raises InvalidRequest, Unavailable."""
    texts = secrets.read(endpoint.receiver().signing(now_ms))
    if not all(endpoint_secrets.fits(text, format) for text in texts.values()):
        problem = f"{format} cannot be signed with the secrets of this webhook: rotate them out first"
        raise InvalidRequest.for_field("format", problem)


def _edited(endpoint: Endpoint, change: Edit, checked: _Checked, now_ms: int) -> Endpoint:
    status = status_after(endpoint.status, change.active)
    disabled = status == DISABLED
    return replace(
        endpoint,
        url=endpoint.url if change.url is None else change.url,
        events=checked.events or endpoint.events,
        format=change.format or endpoint.format,
        description=endpoint.description if change.description is None else change.description,
        filters=endpoint.filters if checked.filters is None else checked.filters,
        status=status,
        disabled_ms=endpoint.disabled_ms if disabled else None,
        disabled_for=endpoint.disabled_for if disabled else "",
        updated_ms=now_ms,
    )


def _check_url(url: str, own_hosts: Collection[str]) -> None:
    receiver_urls.check(url, own_hosts, local=settings().local_receivers)


def _events(asked: Sequence[str]) -> frozenset[str]:
    if not asked:
        raise InvalidRequest.for_field("events", f"must name at least one of {', '.join(TYPES)}")
    for place, event in enumerate(asked):
        if event not in TYPES:
            raise InvalidRequest.for_field(f"events.{place}", f"must be one of {', '.join(TYPES)}")
    return frozenset(asked)
