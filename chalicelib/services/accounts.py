"""Accounts: organizations, their owners, and API keys."""

import hashlib
import secrets
import string
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from chalicelib import ids
from chalicelib.config import settings
from chalicelib.core.accounts import SCOPES, ApiKey, Member, Organization
from chalicelib.core.plans import PLANS, Plan
from chalicelib.errors import Forbidden, InvalidRequest, Unauthorized
from chalicelib.store import accounts

KEY_LETTERS: Final = 32
PREFIX_LETTERS: Final = frozenset(string.ascii_lowercase + string.digits + "_")
LONGEST_PREFIX: Final = 24
# How long a key is believed without looking again; revoking takes effect within it.
BELIEVED_SECONDS: Final = 5.0
_MOST_BELIEVED: Final = 10_000

_LETTERS: Final = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request it is: the organization, the member, and what the key may do."""

    organization: Organization
    member: int
    scopes: frozenset[str]

    @property
    def plan(self) -> Plan:
        return PLANS[self.organization.plan]

    def require(self, scope: str) -> None:
        """Raises Forbidden unless the key has the scope."""
        if scope not in self.scopes:
            raise Forbidden.scope(scope)


_believed: dict[str, tuple[float, Caller]] = {}


def create_organization(
    name: str, owner_email: str, now_ms: int, plan: str | None = None
) -> tuple[Organization, Member]:
    """A new organization and its owner. `plan` is a name in PLANS, by default the installation's."""
    plan = plan or settings().plan_default
    if plan not in PLANS:
        raise InvalidRequest.for_field("plan", f"must be one of {', '.join(PLANS)}")
    organization = Organization(ids.new(now_ms), name, plan, secrets.token_bytes(32), now_ms)
    owner = Member(organization.number, ids.new(now_ms), owner_email, name, now_ms)
    accounts.put_organization(organization, owner)
    return organization, owner


def create_key(
    organization: int, member: int, now_ms: int, prefix: str = "qz_live_", scopes: Collection[str] = SCOPES
) -> str:
    """A new API key: the prefix and 32 letters and digits. It is shown this once; only its hash is stored."""
    if not prefix or len(prefix) > LONGEST_PREFIX or not set(prefix) <= PREFIX_LETTERS:
        raise InvalidRequest.for_field("prefix", "must be 1 to 24 lower-case letters, digits and underscores")
    text = prefix + "".join(secrets.choice(_LETTERS) for _ in range(KEY_LETTERS))
    key = ApiKey(
        organization=organization,
        number=ids.new(now_ms),
        member=member,
        scopes=frozenset(scopes),
        hint=text[: len(prefix) + 4],
        created_ms=now_ms,
    )
    accounts.put_key(key, _digest(text))
    return text


def authenticate(text: str) -> Caller:
    """Who a key belongs to. Raises Unauthorized for a key that is not known."""
    digest = _digest(text)
    since, caller = _believed.get(digest, (0.0, None))
    if caller is not None and time.monotonic() - since < BELIEVED_SECONDS:
        return caller
    key = accounts.read_key(digest)
    if key is None:
        _believed.pop(digest, None)
        raise Unauthorized.unknown_key()
    caller = Caller(accounts.read_organization(key.organization), key.member, key.scopes)
    if len(_believed) >= _MOST_BELIEVED:
        _believed.clear()
    _believed[digest] = time.monotonic(), caller
    return caller


def member(caller: Caller) -> Member:
    """The member whom the caller's key belongs to."""
    return accounts.read_member(caller.organization.number, caller.member)


def _digest(text: str) -> str:
    """Keys are 190 random bits, so a plain SHA-256 cannot be searched; a slow hash would only slow requests."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
