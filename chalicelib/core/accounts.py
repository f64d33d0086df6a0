"""Who calls: organizations, their members, and API keys."""

from dataclasses import dataclass
from typing import Final

from chalicelib.core.days import DAY_MS, QUARTER_MS
from chalicelib.core.thresholds import Thresholds
from chalicelib.errors import KeyExpired, KeyRevoked

# The last two are for the organization itself: its members, clients and campaigns.
SCOPES: Final = frozenset(
    {
        *("qr:read", "qr:write", "urls:read", "urls:write", "domains:read", "domains:write"),
        *("webhooks:read", "webhooks:write", "api_keys:read", "api_keys:write", "analytics:read", "usage:read"),
        *("accounts:read", "accounts:write"),
    }
)
# All that a client's own key may do.
CLIENT_SCOPES: Final = frozenset({"analytics:read"})

OWNER: Final = "owner"
ADMIN: Final = "admin"
MEMBER: Final = "member"
ROLES: Final = (OWNER, ADMIN, MEMBER)

# What of the organization's own is for owners and admins.
_GOVERNING: Final = frozenset({"accounts:write", "api_keys:write"})

_HINTED_LETTERS: Final = 4


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant. `hashing_key` keys the visitor hashes of its scans and of nobody else's.

    `keep_days` is how long its raw scans are kept, `least_kept_days` the least that this ever was; None is for ever.
    Scans of before `kept_from_ms` may have gone while they were kept for fewer days than now.
    `test` is its test twin, the organization that its test keys belong to, once there is one; that one's `test_of` is
    this one. `thresholds` are those of its links that have none of their own; None leaves them to the default.
    """

    number: int
    name: str
    plan: str
    hashing_key: bytes
    created_ms: int
    keep_days: int | None = None
    least_kept_days: int | None = None
    test_of: int | None = None
    test: int | None = None
    kept_from_ms: int = 0
    thresholds: Thresholds | None = None

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
    """Somebody who acts for an organization. `role` says which members they may add, change and remove.

    `signed_out_ms` is when they last signed out everywhere, 0 for never: sessions that began under another are over.
    """

    organization: int
    number: int
    email: str
    name: str
    created_ms: int
    role: str = OWNER
    signed_out_ms: int = 0

    def governs(self, role: str) -> bool:
        """Whether they may add, change and remove members with a role, and hand out keys in their name."""
        return self.role == OWNER or (self.role == ADMIN and role != OWNER)

    @property
    def scopes(self) -> frozenset[str]:
        """What they may do when they are signed in, without a key. A key has scopes of its own."""
        return SCOPES if self.role in (OWNER, ADMIN) else SCOPES - _GOVERNING


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret. `hint` is its prefix and four letters more, to tell it from others.

    `client` is set for a client's own read-only key. `last_used_ms` is right to the hour.
    """

    organization: int
    number: int
    member: int
    scopes: frozenset[str]
    hint: str
    created_ms: int
    name: str = ""
    client: int | None = None
    expires_ms: int | None = None
    revoked_ms: int | None = None
    last_used_ms: int | None = None

    @property
    def prefix(self) -> str:
        return self.hint[:-_HINTED_LETTERS]

    def ended(self, now_ms: int) -> bool:
        """Whether it was revoked, or has expired."""
        return self.revoked_ms is not None or (self.expires_ms is not None and self.expires_ms <= now_ms)

    def check(self, now_ms: int) -> None:
        """Raises KeyRevoked or KeyExpired unless the key is good."""
        if self.revoked_ms is not None:
            raise KeyRevoked.of_caller()
        if self.ended(now_ms):
            raise KeyExpired.of_caller()


def hint(text: str, prefix: str) -> str:
    """What of a key's text may be shown later."""
    return text[: len(prefix) + _HINTED_LETTERS]
