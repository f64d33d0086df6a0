"""Shared reports, in the objects table: two copies of each, which come and go in one transaction.

pk share#<SHA-256>    sk share                          a shared report, found by the hash of its token; that is nowhere
pk <organization>     sk share#<kind>#<of>#<number>     the organization's list of what of it is shared
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.operand import Path

from chalicelib.core.days import DAY_MS
from chalicelib.core.links import DELETED, ERASED
from chalicelib.core.shares import Share
from chalicelib.store import numbered
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record, whole
from chalicelib.store.transactions import Transaction

# How long one that has expired is listed as such.
REMEMBERED_MS: Final = 30 * DAY_MS
_SORT: Final = "share"


class ShareItem(Record):
    """`ends` is when it expires, `expires` when the table forgets it, in seconds."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    organization = NumberAttribute()
    number = NumberAttribute()
    kind = UnicodeAttribute()
    of = NumberAttribute()
    created = NumberAttribute()
    name = UnicodeAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    ends = NumberAttribute(null=True)
    expires = NumberAttribute(null=True)


def put_new(write: Transaction, share: Share, digest: str) -> None:
    """Add a new share, under the SHA-256 of its token, to a transaction, as long as what it shows is there; a refusal
    of that names `of`."""
    there = ShareItem.pk.exists() & ~Path("status").is_in(DELETED, ERASED)
    write.check(ShareItem, (str(share.organization), sort_key(share.kind, share.of)), there, "of")
    write.put(_item(f"share#{digest}", _SORT, share), ShareItem.pk.does_not_exist(), "share")
    write.put(_item(*_listed(share), share), ShareItem.pk.does_not_exist(), "listed share")


def delete(write: Transaction, share: Share, digest: str) -> None:
    """Add to a transaction that a share ends. It does not matter whether it is there."""
    write.delete(ShareItem(f"share#{digest}", _SORT), None, "share")
    write.delete(ShareItem(*_listed(share)), None, "listed share")


def read(digest: str) -> Share | None:
    """The share with a SHA-256, consistently, expired or not; None when there is none."""
    try:
        return _share(ShareItem.get(f"share#{digest}", _SORT, consistent_read=True))
    except ShareItem.DoesNotExist:
        return None


def newest_first(organization: int, kind: str, of: int, most: int) -> list[Share]:
    """What is shared of a link, a campaign or a client, consistently: at most so many, the newest first."""
    found: Iterator[ShareItem] = numbered.newest_first(ShareItem, _kind(kind, of), organization, None, most)
    return [_share(item) for item in islice(found, most)]


def _kind(kind: str, of: int) -> str:
    return sort_key(f"share#{kind}", of)


def _listed(share: Share) -> tuple[str, str]:
    return str(share.organization), sort_key(_kind(share.kind, share.of), share.number)


def _item(pk: str, sk: str, share: Share) -> ShareItem:
    return ShareItem(
        pk,
        sk,
        organization=share.organization,
        number=share.number,
        kind=share.kind,
        of=share.of,
        created=share.created_ms,
        name=share.name or None,
        zone=share.zone,
        ends=share.expires_ms,
        expires=None if share.expires_ms is None else (share.expires_ms + REMEMBERED_MS) // 1000,
    )


def _share(found: ShareItem) -> Share:
    return Share(
        organization=int(found.organization),
        number=int(found.number),
        kind=found.kind,
        of=int(found.of),
        created_ms=int(found.created),
        name=found.name or "",
        zone=found.zone or "UTC",
        expires_ms=whole(found.ends),
    )
