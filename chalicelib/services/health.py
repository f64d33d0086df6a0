"""How receivers fare: read often and briefly believed, written only when it changes.

Functions post at once and their notes meet: each is made of what is stored, on the condition that it still is.
"""

from collections.abc import Callable, Collection
from typing import Final

from chalicelib.core import breaker
from chalicelib.core.breaker import Health
from chalicelib.core.deliveries import Attempt
from chalicelib.errors import Unavailable
from chalicelib.store import health as stored
from chalicelib.store.health import Key
from chalicelib.store.versions import Held

CACHED_MS: Final = 1_000
MOST_CACHED: Final = 10_000
# Each refusal is somebody else's note of a failure, and after a few of these the breaker is open: nothing to note.
_TRIES: Final = 20

_cache: dict[Key, tuple[int, Health]] = {}


def of(organization: int, receivers: Collection[int]) -> dict[int, Health]:
    """The health of an organization's receivers by their numbers. Raises Unavailable."""
    found = stored.read([(organization, receiver) for receiver in receivers])
    return {receiver: held.value for (_, receiver), held in found.items()}


def current(keys: Collection[Key], now_ms: int) -> dict[Key, Health]:
    """The health of receivers, each as it was at most a second ago. Raises Unavailable."""
    believed = {key: _cache[key][1] for key in keys if key in _cache and 0 <= now_ms - _cache[key][0] < CACHED_MS}
    missing = set(keys) - believed.keys()
    if not missing:
        return believed
    if len(_cache) >= MOST_CACHED:
        _cache.clear()
    found = {key: held.value for key, held in stored.read(missing).items()}
    _cache.update({key: (now_ms, health) for key, health in found.items()})
    return believed | found


def is_slow(organization: int, receiver: int, now_ms: int) -> bool:
    """Whether a receiver's events go where nobody else waits for them: it answers slowly, or its breaker is not closed.
    As it was at most a second ago. Raises Unavailable."""
    key = (organization, receiver)
    return current([key], now_ms)[key].is_slow(now_ms)


def note(key: Key, attempt: Attempt, retry_after_ms: int | None, seen: Health) -> Health:
    """Note how a receiver fared in an attempt, and return its health now. `seen` is what it was before: a success of
    one that was well costs nothing. Raises Unavailable."""
    if not attempt.reason and breaker.after(seen, attempt, None) == seen:
        return seen
    return _change(key, lambda health: breaker.after(health, attempt, retry_after_ms), attempt.ms + attempt.took_ms)


def note_waiting(key: Key, posts: int, waited_ms: int, now_ms: int) -> None:
    """Note that a receiver has kept so many posts waiting for so long by now. Raises Unavailable."""

    def after(health: Health) -> Health:
        return breaker.kept_waiting(health, posts, waited_ms, now_ms)

    if after(seen := current([key], now_ms)[key]) != seen:
        _change(key, after, now_ms)


def forget(organization: int, receiver: int) -> None:
    """Begin afresh with a receiver, as one that is well. Raises Unavailable."""
    stored.delete((organization, receiver))
    _cache.pop((organization, receiver), None)


def _change(key: Key, change: Callable[[Health], Health], now_ms: int) -> Health:
    for _ in range(_TRIES):
        held = stored.read([key], consistent=True)[key]
        health = change(held.value)
        if health == held.value or stored.put(key, Held(health, held.version), now_ms):
            _cache[key] = now_ms, health
            return health
    raise Unavailable.storage()
