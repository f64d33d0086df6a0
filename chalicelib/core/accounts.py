"""Who calls: organizations, their members, and API keys."""

from dataclasses import dataclass
from typing import Final

from chalicelib.core.days import DAY_MS, QUARTER_MS

SCOPES: Final = frozenset({"qr:read", "qr:write", "analytics:read"})


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant. `hashing_key` keys the visitor hashes of its scans and of nobody else's.

    `keep_days` is how long its raw scans are kept, `least_kept_days` the least that this ever was; None is for ever.
    Scans of before `kept_from_ms` may have gone while they were kept for fewer days than now.
    """

    number: int
    name: str
    plan: str
    hashing_key: bytes
    created_ms: int
    keep_days: int | None = None
    least_kept_days: int | None = None
    kept_from_ms: int = 0

    def listed_from_ms(self, now_ms: int) -> int:
        """The first full quarter-hour of which every raw scan is there: lists and their totals begin with it."""
        gone_ms = 0 if self.keep_days is None else now_ms - self.keep_days * DAY_MS
        return -(-max(self.kept_from_ms, gone_ms) // QUARTER_MS) * QUARTER_MS

    def kept_after_change_ms(self, now_ms: int) -> int:
        """What `kept_from_ms` becomes when `keep_days` changes.

        A day is to spare: until the scans are told that they are kept longer, some more of them go.
        """
        if self.keep_days is None:
            return self.kept_from_ms
        return max(self.kept_from_ms, now_ms - (self.keep_days - 1) * DAY_MS)


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
