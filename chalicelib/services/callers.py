"""Whose request it is: from the text of an API key to a Caller."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from chalicelib.core import key_texts
from chalicelib.core.accounts import ApiKey, Organization
from chalicelib.core.plans import PLANS, Plan
from chalicelib.errors import Forbidden, Unauthorized
from chalicelib.store import accounts, keys

# How long a key is believed without looking again; revoking takes effect within it.
BELIEVED_SECONDS: Final = 5.0
_MOST_BELIEVED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request it is: the organization, the member, and what the key may do.

    `key` is the key's number, `client` is set for a client's own key, `test` for a test key, and `by_token` when a
    token came in the key's place.
    """

    organization: Organization
    member: int
    scopes: frozenset[str]
    key: int = 0
    client: int | None = None
    test: bool = False
    by_token: bool = False

    @property
    def plan(self) -> Plan:
        return PLANS[self.organization.plan]

    def require(self, scope: str) -> None:
        """Raises Forbidden unless the key has the scope."""
        if scope not in self.scopes:
            raise Forbidden.scope(scope)


class Believed(NamedTuple):
    """A key and its organization as they were at a time of the monotonic clock."""

    since: float
    key: ApiKey
    organization: Organization


_believed: dict[str, Believed] = {}
_noted_ms: dict[int, int] = {}


def of_key(text: str) -> Caller:
    """Who a key belongs to. Raises KeyRevoked, KeyExpired, and Unauthorized for a key that is not known."""
    digest = key_texts.digest(text)
    return admit(_look(digest, lambda: keys.read(digest)))


def of_number(organization: int, number: int) -> Believed:
    """An organization's key by its number, good or not. Raises Unauthorized for one that is not known."""

    def read() -> ApiKey | None:
        stored = keys.read_listed(organization, number)
        return stored and stored.key

    return _look(_place(organization, number), read)


def admit(believed: Believed) -> Caller:
    """Who calls with a key, whose use is noted. Raises KeyRevoked and KeyExpired."""
    key, now_ms = believed.key, _now_ms()
    key.check(now_ms)
    _note_use(key, now_ms)
    return Caller(
        organization=believed.organization,
        member=key.member,
        scopes=key.scopes,
        key=key.number,
        client=key.client,
        test=believed.organization.test_of is not None,
    )


def forget(stored: keys.Stored) -> None:
    """Look at a key anew when it is used next: in this process its changes take effect at once."""
    _believed.pop(stored.digest, None)
    _believed.pop(_place(stored.key.organization, stored.key.number), None)


def _look(name: str, read: Callable[[], ApiKey | None]) -> Believed:
    held, now = _believed.get(name), time.monotonic()
    if held and now - held.since < BELIEVED_SECONDS:
        return held
    _believed.pop(name, None)
    key = read()
    organization = accounts.find_organization(key.organization) if key else None
    if key is None or organization is None:
        raise Unauthorized.unknown_key()
    if len(_believed) >= _MOST_BELIEVED:
        _believed.clear()
    _believed[name] = held = Believed(now, key, organization)
    return held


def _note_use(key: ApiKey, now_ms: int) -> None:
    """At most one write an hour from each process, and one of all of them succeeds."""
    if now_ms - _noted_ms.get(key.number, 0) < keys.LAST_USE_MS:
        return
    if len(_noted_ms) >= _MOST_BELIEVED:
        _noted_ms.clear()
    _noted_ms[key.number] = now_ms
    keys.note_use(key.organization, key.number, now_ms)


def _place(organization: int, number: int) -> str:
    return f"{organization}/{number}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
