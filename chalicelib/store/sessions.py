"""Sessions of people who signed in, in the objects table.

pk session#<SHA-256>    sk session    a session, by the hash of its text; the text is nowhere. Expires
"""

from typing import NamedTuple

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction

_SORT = "session"


class SessionItem(Record):
    """`signed_out` is what its member's was when it began. `ends` is in milliseconds: TTL removes items late."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    organization = NumberAttribute()
    member = NumberAttribute()
    signed_out = NumberAttribute()
    created = NumberAttribute()
    ends = NumberAttribute()
    expires = NumberAttribute()


class Stored(NamedTuple):
    """Whose session it is; `signed_out_ms` is what its member's was when it began."""

    organization: int
    member: int
    signed_out_ms: int
    created_ms: int
    ends_ms: int


def put_new(write: Transaction, digest: str, session: Stored) -> None:
    """Add a new session, under the SHA-256 of its text, to a transaction."""
    item = SessionItem(
        f"session#{digest}",
        _SORT,
        organization=session.organization,
        member=session.member,
        signed_out=session.signed_out_ms,
        created=session.created_ms,
        ends=session.ends_ms,
        expires=-(-session.ends_ms // 1000),
    )
    write.put(item, SessionItem.pk.does_not_exist(), "session")


def read(digest: str) -> Stored | None:
    """The session with a SHA-256, consistently, ended or not; None when there is none."""
    try:
        found = SessionItem.get(f"session#{digest}", _SORT, consistent_read=True)
    except SessionItem.DoesNotExist:
        return None
    return Stored(
        int(found.organization), int(found.member), int(found.signed_out), int(found.created), int(found.ends)
    )


def leave(write: Transaction, digest: str) -> None:
    """Add to a transaction that a session ends, which must be there."""
    write.delete(SessionItem(f"session#{digest}", _SORT), SessionItem.pk.exists(), "left session")


def delete(digest: str) -> None:
    """End a session, if there is one."""
    SessionItem(f"session#{digest}", _SORT).delete()
