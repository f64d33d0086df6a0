"""Receivers by their numbers, whatever they are: webhook endpoints, or subscriptions to summaries in Slack."""

import time
from dataclasses import replace
from typing import Final

from chalicelib.core.endpoints import ACTIVE, DISABLED, SLACK, Receiver
from chalicelib.errors import Unavailable
from chalicelib.store import endpoints, subscriptions
from chalicelib.store.versions import Held

CACHED_SECONDS: Final = 5
MOST_CACHED: Final = 10_000
_TRIES: Final = 5

_cache: dict[tuple[int, int], tuple[float, Receiver | None]] = {}


def find(organization: int, number: int) -> Receiver | None:
    """A receiver as it was at most 5 seconds ago; None when there is none. Raises Unavailable."""
    since, cached = _cache.get((organization, number), (-CACHED_SECONDS, None))
    if time.monotonic() - since < CACHED_SECONDS:
        return cached
    if len(_cache) >= MOST_CACHED:
        _cache.clear()
    found = _read(organization, number)
    _cache[organization, number] = time.monotonic(), found
    return found


def disable(receiver: Receiver, reason: str, now_ms: int) -> None:
    """Post nothing more to a receiver, for a reason in words, unless its owner paused or deleted it meanwhile.

    How it fared is kept, for its owner to see; `health.forget` is for when it is made active again.
    Raises Unavailable.
    """
    if receiver.format == SLACK:
        subscriptions.disable(receiver.organization, receiver.number, reason, now_ms)
    else:
        _disable_endpoint(receiver, reason, now_ms)
    _cache.pop((receiver.organization, receiver.number), None)


def _disable_endpoint(receiver: Receiver, reason: str, now_ms: int) -> None:
    for _ in range(_TRIES):
        held = endpoints.read(receiver.organization, receiver.number)
        if held is None or held.value.status != ACTIVE:
            return
        disabled = replace(held.value, status=DISABLED, disabled_ms=now_ms, disabled_for=reason, updated_ms=now_ms)
        if endpoints.put(Held(disabled, held.version)):
            return
    raise Unavailable.storage()


def _read(organization: int, number: int) -> Receiver | None:
    endpoint = endpoints.read(organization, number)
    if endpoint is not None:
        return endpoint.value.receiver()
    subscription = subscriptions.read(organization, number)
    return subscription.value.receiver() if subscription is not None else None
