"""API keys, in the objects table: two copies of each, which change in one transaction.

pk key#<SHA-256>      sk key                an API key, found by the hash of its text; the text is nowhere
pk <organization>     sk key#<number>       the organization's list of its keys, with when each was last used
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from pynamodb.attributes import Attribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.update import Action

from chalicelib.core.accounts import ApiKey
from chalicelib.core.days import DAY_MS, HOUR_MS
from chalicelib.errors import Unavailable
from chalicelib.store import numbered
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record, refused, whole
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import new_version, unchanged

# How long a key that has ended can be told from one that never was.
REMEMBERED_MS: Final = 30 * DAY_MS
# How far `last_used` may lag behind: a key's use is not written more often.
LAST_USE_MS: Final = HOUR_MS


class KeyItem(Record):
    """`ends` is when the key expires, `expires` when the table forgets it, in seconds. `digest` and `last_used` are of
    the copy in the list."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    organization = NumberAttribute()
    number = NumberAttribute()
    member = NumberAttribute()
    scopes = UnicodeSetAttribute()
    hint = UnicodeAttribute()
    created = NumberAttribute()
    name = UnicodeAttribute(null=True)
    client = NumberAttribute(null=True)
    ends = NumberAttribute(null=True)
    revoked = NumberAttribute(null=True)
    expires = NumberAttribute(null=True)
    version = NumberAttribute(null=True)
    digest = UnicodeAttribute(null=True)
    last_used = NumberAttribute(null=True)


class Stored(NamedTuple):
    """A key as it is read before it is changed."""

    key: ApiKey
    digest: str
    version: int | None


def put_new(write: Transaction, key: ApiKey, digest: str) -> None:
    """Add a new key, under the SHA-256 of its text, to a transaction."""
    version = new_version()
    write.put(_item(f"key#{digest}", "key", key, version), KeyItem.pk.does_not_exist(), "key")
    listed = _item(str(key.organization), sort_key("key", key.number), key, version)
    listed.digest = digest
    write.put(listed, KeyItem.pk.does_not_exist(), "listed key")


def change(write: Transaction, before: Stored, after: ApiKey) -> None:
    """Add a key's new name, scopes and ends to a transaction, as long as it is exactly what was read."""
    version, key = new_version(), before.key
    copies = (
        (KeyItem(f"key#{before.digest}", "key"), "key"),
        (KeyItem(str(key.organization), sort_key("key", key.number)), "listed key"),
    )
    for copy, subject in copies:
        same = KeyItem.pk.exists() & unchanged(KeyItem.version, before.version)
        write.update(copy, [KeyItem.version.set(version), *_changes(after)], same, subject)


def read(digest: str) -> ApiKey | None:
    """The key with a SHA-256, consistently; None when there is none. It does not say when the key was last used."""
    try:
        return _key(KeyItem.get(f"key#{digest}", "key", consistent_read=True))
    except KeyItem.DoesNotExist:
        return None


def read_listed(organization: int, number: int) -> Stored | None:
    """An organization's key with a number, consistently; None when there is none."""
    try:
        return _stored(KeyItem.get(str(organization), sort_key("key", number), consistent_read=True))
    except KeyItem.DoesNotExist:
        return None


def newest_first(organization: int, before: int | None = None, page_size: int | None = None) -> Iterator[Stored]:
    """An organization's keys with numbers below `before`, newest first, consistently."""
    return map(_stored, numbered.newest_first(KeyItem, "key", organization, before, page_size))


def note_use(organization: int, number: int, now_ms: int) -> None:
    """Note that a key is used now, unless that was noted within the hour.

    Nothing is raised when storage fails: whoever used the key shall not suffer for a note.
    """
    item = KeyItem(str(organization), sort_key("key", number))
    long_ago = KeyItem.last_used.does_not_exist() | (KeyItem.last_used <= now_ms - LAST_USE_MS)
    try:
        refused(lambda: item.update([KeyItem.last_used.set(now_ms)], condition=KeyItem.pk.exists() & long_ago))
    except (PynamoDBException, Unavailable):
        return


def _changes(key: ApiKey) -> list[Action]:
    return [
        KeyItem.scopes.set(set(key.scopes)),
        _set(KeyItem.name, key.name or None),
        _set(KeyItem.ends, key.expires_ms),
        _set(KeyItem.revoked, key.revoked_ms),
        _set(KeyItem.expires, _forgotten(key)),
    ]


def _set(attribute: Attribute[Any], value: object) -> Action:
    return attribute.remove() if value is None else attribute.set(value)


def _forgotten(key: ApiKey) -> int | None:
    """When the table's TTL removes a key, in seconds."""
    ends = [end for end in (key.expires_ms, key.revoked_ms) if end is not None]
    return (min(ends) + REMEMBERED_MS) // 1000 if ends else None


def _item(pk: str, sk: str, key: ApiKey, version: int) -> KeyItem:
    return KeyItem(
        pk,
        sk,
        organization=key.organization,
        number=key.number,
        member=key.member,
        scopes=set(key.scopes),
        hint=key.hint,
        created=key.created_ms,
        name=key.name or None,
        client=key.client,
        ends=key.expires_ms,
        revoked=key.revoked_ms,
        expires=_forgotten(key),
        version=version,
    )


def _stored(found: KeyItem) -> Stored:
    return Stored(_key(found), found.digest or "", whole(found.version))


def _key(found: KeyItem) -> ApiKey:
    return ApiKey(
        organization=int(found.organization),
        number=int(found.number),
        member=int(found.member),
        scopes=frozenset(found.scopes),
        hint=found.hint,
        created_ms=int(found.created),
        name=found.name or "",
        client=whole(found.client),
        expires_ms=whole(found.ends),
        revoked_ms=whole(found.revoked),
        last_used_ms=whole(found.last_used),
    )
