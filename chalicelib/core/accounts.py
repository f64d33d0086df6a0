"""Who calls: organizations, their members, and API keys."""

from dataclasses import dataclass
from typing import Final

SCOPES: Final = frozenset({"qr:read", "qr:write", "analytics:read"})


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant. `hashing_key` keys the visitor hashes of its scans and of nobody else's.

    `keep_days` is how long its raw scans are kept, `least_kept_days` the least that this ever was; None is for ever.
    """

    number: int
    name: str
    plan: str
    hashing_key: bytes
    created_ms: int
    keep_days: int | None = None
    least_kept_days: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who acts for an organization."""

    organization: int
    number: int
    email: str
    name: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret. `hint` is its first characters, to tell it from others."""

    organization: int
    number: int
    member: int
    scopes: frozenset[str]
    hint: str
    created_ms: int
