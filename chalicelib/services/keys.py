"""API keys: make, list, change, rotate and revoke them. What is revoked ends everywhere within 5 seconds.

Whoever has a live key also sees and changes the keys of the organization's test twin, but not the other way round.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from heapq import merge
from typing import Final, NamedTuple

from chalicelib import ids
from chalicelib.core import key_texts
from chalicelib.core.accounts import CLIENT_SCOPES, MEMBER, SCOPES, ApiKey, Member, hint
from chalicelib.core.days import DAY_MS, LAST_MS
from chalicelib.core.names import check_name
from chalicelib.errors import Forbidden, InvalidRequest, NotFound, Unavailable
from chalicelib.services import callers, listing, twins
from chalicelib.services.callers import Caller
from chalicelib.store import accounts, members
from chalicelib.store import keys as stored
from chalicelib.store.keys import Stored
from chalicelib.store.transactions import Transaction

ATTEMPTS: Final = 8
DEFAULT_OVERLAP_MS: Final = DAY_MS
LONGEST_OVERLAP_MS: Final = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is made from. Without scopes it gets those of the key that makes it, a client's key its one.

    Without a prefix it begins as the key that makes it, which its clients know. `member` is whose key it is, by default
    the caller's.
    """

    name: str = ""
    prefix: str | None = None
    scopes: frozenset[str] | None = None
    expires_ms: int | None = None
    client: int | None = None
    member: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What to change of a key; None stays as it is."""

    name: str | None = None
    scopes: frozenset[str] | None = None


class Issued(NamedTuple):
    """A new key and its text, which is shown this once."""

    text: str
    key: ApiKey


class Page(NamedTuple):
    """Some keys, newest first, and the number before which the next page begins; None at the end."""

    keys: list[ApiKey]
    next_before: int | None


def create(caller: Caller, new: NewKey, now_ms: int) -> Issued:
    """A new key. Raises InvalidRequest; Forbidden for what the caller may not hand out; NotFound for a lost member."""
    prefix = new.prefix or _listed(caller.organization.number, caller.key).key.prefix
    wanted = replace(new, prefix=prefix, scopes=_scopes(caller, new))
    _check(caller, wanted, now_ms)
    if new.client is not None and key_texts.is_test(prefix) and not caller.test:
        raise InvalidRequest.for_field("client", "has no test key: it is a client of the live organization")
    owner = _member(caller.organization.number, new.member or caller.member)
    _check_reaches(caller, owner.organization, owner.number)
    acts = owner
    if key_texts.is_test(prefix):
        acts = replace(owner, organization=twins.twin_of(owner.organization, owner.number, now_ms))
    return issue(acts.organization, acts.number, wanted, now_ms, {owner, acts})


def issue(organization: int, member: int, new: NewKey, now_ms: int, held: Collection[Member] = ()) -> Issued:
    """A new key, without asking who may make it, as long as the members `held` are there.

    Raises InvalidRequest, NotFound, Unavailable.
    """
    for _ in range(ATTEMPTS):
        issued, write = _new(organization, member, new, now_ms), Transaction()
        stored.put_new(write, issued.key, key_texts.digest(issued.text))
        for each in held:
            members.hold(write, each)
        refusals = write.commit()
        if not refusals:
            return issued
        if any(refusal.subject == "member" and refusal.condition for refusal in refusals):
            raise NotFound.of("member")
    raise Unavailable.storage()


def page(caller: Caller, now_ms: int, limit: int, before: int | None = None, ended: bool = False) -> Page:
    """Keys newest first; with `ended` also those that expired or were revoked within the last 30 days."""
    found = (held.key for held in _newest_first(caller, before, limit + 1))
    return Page(*listing.page(found, limit, lambda key: ended or not key.ended(now_ms)))


def of_client(caller: Caller, client: int, now_ms: int) -> list[ApiKey]:
    """The keys of one of the caller's clients that have not ended, newest first."""
    found = (held.key for held in stored.newest_first(caller.organization.number))
    return [key for key in found if key.client == client and not key.ended(now_ms)]


def get(caller: Caller, spelled: str) -> ApiKey:
    """The key with an id in any spelling. Raises NotFound."""
    return _held(caller, spelled).key


def update(caller: Caller, spelled: str, edit: Edit) -> ApiKey:
    """Change a key.

    Raises NotFound, InvalidRequest, and Forbidden for further scopes that the caller lacks, or of a key that acts for
    somebody above them.
    """

    def edited(key: ApiKey) -> ApiKey:
        name = key.name if edit.name is None else check_name("name", edit.name, empty=True)
        scopes = key.scopes if edit.scopes is None else edit.scopes
        _check_scopes(scopes, key.client)
        if further := scopes - key.scopes:
            _check_has(caller, further)
            _check_reaches(caller, key.organization, key.member)
        return replace(key, name=name, scopes=scopes)

    return _change(lambda: _held(caller, spelled), edited)


def revoke(caller: Caller, spelled: str, now_ms: int) -> ApiKey:
    """End a key for good. Raises NotFound. A key that was revoked already stays as it is."""
    return _revoke(lambda: _held(caller, spelled), now_ms)


def revoke_all(organization: int, chosen: Callable[[ApiKey], bool], now_ms: int) -> None:
    """End every key of an organization that is chosen: a member's, or a client's."""
    for held in stored.newest_first(organization):
        if chosen(held.key):
            _revoke(partial(_listed, organization, held.key.number), now_ms)


def rotate(
    caller: Caller, spelled: str, now_ms: int, overlap_ms: int = DEFAULT_OVERLAP_MS, expires_ms: int | None = None
) -> Issued:
    """A new key in the place of another, which ends after the overlap, or when it would have ended anyway.

    Raises NotFound, InvalidRequest, and Forbidden for a key that the caller could not have made.
    """
    if not 0 <= overlap_ms <= LONGEST_OVERLAP_MS:
        raise InvalidRequest.for_field("overlap", "must be 0 seconds to 30 days")
    for _ in range(ATTEMPTS):
        held = _held(caller, spelled)
        old, write = held.key, Transaction()
        new = NewKey(old.name, old.prefix, old.scopes, expires_ms, old.client)
        _check_may_rotate(caller, old, new, now_ms)
        issued = _new(old.organization, old.member, new, now_ms)
        stored.put_new(write, issued.key, key_texts.digest(issued.text))
        members.hold(write, _member(old.organization, old.member))  # whoever removes them may have listed the keys
        ends_ms = min(end for end in (old.expires_ms, now_ms + overlap_ms) if end is not None)
        stored.change(write, held, replace(old, expires_ms=ends_ms))
        if not write.commit():
            callers.forget(held)
            return issued
    raise Unavailable.storage()


def _new(organization: int, member: int, new: NewKey, now_ms: int) -> Issued:
    prefix = new.prefix or key_texts.LIVE_PREFIX
    text = key_texts.new_text(prefix)
    key = ApiKey(
        organization=organization,
        number=ids.new(now_ms),
        member=member,
        scopes=SCOPES if new.scopes is None else new.scopes,
        hint=hint(text, prefix),
        created_ms=now_ms,
        name=new.name.strip(),
        client=new.client,
        expires_ms=new.expires_ms,
    )
    return Issued(text, key)


def _scopes(caller: Caller, new: NewKey) -> frozenset[str]:
    if new.scopes is not None:
        return new.scopes
    return caller.scopes if new.client is None else CLIENT_SCOPES


def _check(caller: Caller, new: NewKey, now_ms: int) -> None:
    prefix, scopes = new.prefix or "", new.scopes or frozenset()
    key_texts.check_prefix(prefix)
    if caller.test and not key_texts.is_test(prefix):
        raise InvalidRequest.for_field("prefix", "must hold _test_, since a test key makes no others")
    check_name("name", new.name, empty=True)
    if new.expires_ms is not None and new.expires_ms <= now_ms:
        raise InvalidRequest.for_field("expires_at", "must be in the future")
    if new.expires_ms is not None and new.expires_ms > LAST_MS:
        raise InvalidRequest.for_field("expires_at", "must be before the year 10000")
    _check_scopes(scopes, new.client)
    _check_has(caller, scopes)


def _check_scopes(scopes: frozenset[str], client: int | None) -> None:
    if client is not None and scopes != CLIENT_SCOPES:
        raise InvalidRequest.for_field("scopes", "must be analytics:read alone for a client's key")
    if not scopes or not scopes <= SCOPES:
        raise InvalidRequest.for_field("scopes", f"must be one or more of {', '.join(sorted(SCOPES))}")


def _check_has(caller: Caller, scopes: frozenset[str]) -> None:
    for scope in sorted(scopes):
        caller.require(scope)


def _member(organization: int, number: int) -> Member:
    found = members.read(organization, number)
    if found is None:
        raise NotFound.of("member")
    return found


def _check_reaches(caller: Caller, organization: int, member: int) -> None:
    """A key acts for its member: nobody gets one that acts for somebody above them."""
    if member == caller.member:
        return
    acting, other = members.read(caller.organization.number, caller.member), members.read(organization, member)
    role = other.role if other else MEMBER
    if acting is None or not acting.governs(role):
        raise Forbidden.role(role)


def _check_may_rotate(caller: Caller, old: ApiKey, new: NewKey, now_ms: int) -> None:
    if old.revoked_ms is not None:
        raise InvalidRequest.for_field("id", "is of a key that was revoked")
    _check(caller, new, now_ms)
    _check_reaches(caller, old.organization, old.member)


def _held(caller: Caller, spelled: str) -> Stored:
    number = ids.parse(spelled)
    for organization in _organizations(caller) if number is not None else ():
        if found := stored.read_listed(organization, number or 0):
            return found
    raise NotFound.of("key")


def _listed(organization: int, number: int) -> Stored:
    found = stored.read_listed(organization, number)
    if found is None:
        raise NotFound.of("key")
    return found


def _newest_first(caller: Caller, before: int | None, page_size: int) -> Iterator[Stored]:
    listed = (stored.newest_first(organization, before, page_size) for organization in _organizations(caller))
    return merge(*listed, key=lambda held: held.key.number, reverse=True)


def _organizations(caller: Caller) -> Iterator[int]:
    """The caller's organization, and its test twin, which may be younger than what the caller knows of it."""
    yield caller.organization.number
    if not caller.test and (twin := accounts.read_organization(caller.organization.number).test):
        yield twin


def _revoke(read: Callable[[], Stored], now_ms: int) -> ApiKey:
    return _change(read, lambda key: key if key.revoked_ms is not None else replace(key, revoked_ms=now_ms))


def _change(read: Callable[[], Stored], edited: Callable[[ApiKey], ApiKey]) -> ApiKey:
    for _ in range(ATTEMPTS):
        held = read()
        key, write = edited(held.key), Transaction()
        if key == held.key:
            return key
        stored.change(write, held, key)
        if not write.commit():
            callers.forget(held)
            return key
    raise Unavailable.storage()
