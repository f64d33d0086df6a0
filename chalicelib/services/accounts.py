"""Accounts: organizations and their owners; who a key or a token belongs to."""

import secrets
from collections.abc import Collection

from chalicelib import ids
from chalicelib.config import settings
from chalicelib.core import key_texts
from chalicelib.core.accounts import SCOPES, Member, Organization
from chalicelib.core.names import check_name
from chalicelib.core.plans import PLANS
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.services import callers, keys, tokens, twins
from chalicelib.services.callers import Caller as Caller
from chalicelib.services.keys import NewKey
from chalicelib.store import accounts, members
from chalicelib.store.transactions import Transaction


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
    organization: int,
    member: int,
    now_ms: int,
    prefix: str = key_texts.LIVE_PREFIX,
    scopes: Collection[str] = SCOPES,
) -> str:
    """A new API key, without asking who may make it. It is shown this once; only its hash is stored.

    A test key is of the organization's test twin. Raises InvalidRequest.
    """
    key_texts.check_prefix(prefix)
    if key_texts.is_test(prefix):
        organization = twins.twin_of(organization, member, now_ms)
    return keys.issue(organization, member, NewKey(prefix=prefix, scopes=frozenset(scopes)), now_ms).text


def authenticate(text: str) -> Caller:
    """Who an API key belongs to, or a token in its place.

    Raises KeyRevoked, KeyExpired, and Unauthorized for what is not known.
    """
    return tokens.authenticate_token(text) if tokens.looks_like_one(text) else callers.of_key(text)


def member(caller: Caller) -> Member:
    """The member whom the caller's key belongs to. Raises NotFound when they have just been removed."""
    found = members.read(caller.organization.number, caller.member)
    if found is None:
        raise NotFound.of("member")
    return found


def organization(caller: Caller) -> Organization:
    """The caller's organization as it is now."""
    return accounts.read_organization(caller.organization.number)


def rename(caller: Caller, name: str) -> Organization:
    """Give the caller's organization, and its test twin, another name. Raises InvalidRequest."""
    name, known, write = check_name("name", name), organization(caller), Transaction()
    for number in filter(None, (known.number, known.test)):
        accounts.rename(write, number, name)
    if write.commit():
        raise Unavailable.storage()
    return organization(caller)
