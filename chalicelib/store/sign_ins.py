"""Links to sign in with, and who asked for one how often, in the objects table.

pk sign-in#<SHA-256>    sk sign-in    a link, by the hash of its token; the token is nowhere. Expires
pk asked#<who>          sk sign-in    the times at which a link was asked for: for an address, or from a place. Expires
"""

from typing import Any, NamedTuple

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.sign_ins import WINDOW_MS, recent
from chalicelib.store.tables import Record, refused, whole
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held, new_version, unchanged

_SORT = "sign-in"


class SignInItem(Record):
    """`address` is the SHA-256 of a mail address; `organization` the one to begin in, if that was said. `ends` is in
    milliseconds: TTL removes items late."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    address = UnicodeAttribute()
    organization = NumberAttribute(null=True)
    ends = NumberAttribute()
    expires = NumberAttribute()


class AskedItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    times: ListAttribute[Any] = ListAttribute(of=NumberAttribute)
    expires = NumberAttribute()


class SignIn(NamedTuple):
    """Whose link it is, by the hash of their address, the organization to begin in, and when it ends."""

    address: str
    organization: int | None
    ends_ms: int


def put(digest: str, link: SignIn) -> None:
    """Store a link under the SHA-256 of its token."""
    SignInItem(
        f"sign-in#{digest}",
        _SORT,
        address=link.address,
        organization=link.organization,
        ends=link.ends_ms,
        expires=-(-link.ends_ms // 1000),
    ).save()


def read(digest: str) -> SignIn | None:
    """The link with a SHA-256, consistently, ended or not; None when there is none."""
    try:
        found = SignInItem.get(f"sign-in#{digest}", _SORT, consistent_read=True)
    except SignInItem.DoesNotExist:
        return None
    return SignIn(found.address, whole(found.organization), int(found.ends))


def use(write: Transaction, digest: str, now_ms: int) -> None:
    """Add to a transaction that a link is used up: it must be there, and good; only one of two can be first."""
    write.delete(SignInItem(f"sign-in#{digest}", _SORT), SignInItem.ends > now_ms, "sign-in")


def read_asked(who: str) -> Held[list[int]]:
    """The times at which a link was asked for, consistently."""
    try:
        found = AskedItem.get(f"asked#{who}", _SORT, consistent_read=True)
    except AskedItem.DoesNotExist:
        return Held([], None)
    return Held([int(time) for time in found.times], int(found.version))


def put_asked(who: str, held: Held[list[int]], now_ms: int) -> bool:
    """Note that a link is asked for now; False when somebody else did meanwhile."""
    item = AskedItem(
        f"asked#{who}",
        _SORT,
        version=new_version(),
        times=[*recent(held.value, now_ms), now_ms],
        expires=(now_ms + WINDOW_MS) // 1000 + 1,
    )
    return not refused(lambda: item.save(condition=unchanged(AskedItem.version, held.version)))
