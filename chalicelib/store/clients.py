"""Clients, in the objects table.

pk <organization>   sk client#<number>   a client
"""

from collections.abc import Iterator

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core.campaigns import Client
from chalicelib.store import numbered
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record, refused
from chalicelib.store.versions import Held, new_version, unchanged


class ClientItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    name = UnicodeAttribute()
    status = UnicodeAttribute()
    created = NumberAttribute()
    updated = NumberAttribute(null=True)


def read(organization: int, number: int) -> Held[Client] | None:
    """A client as it is now, consistently; None when there is none."""
    try:
        found = ClientItem.get(*_address(organization, number), consistent_read=True)
    except ClientItem.DoesNotExist:
        return None
    return Held(_client(found), int(found.version))


def newest_first(organization: int, before: int | None = None) -> Iterator[Client]:
    """An organization's clients with numbers below `before`, newest first."""
    for found in numbered.newest_first(ClientItem, "client", organization, before, None):
        yield _client(found)


def write(client: Client, version: int | None) -> bool:
    """Write a client that is still of that version, or absent; False when it is not."""
    item = ClientItem(
        *_address(client.organization, client.number),
        version=new_version(),
        name=client.name,
        status=client.status,
        created=client.created_ms,
        updated=client.updated_ms or None,
    )
    return not refused(lambda: item.save(condition=unchanged(ClientItem.version, version)))


def delete(organization: int, number: int) -> bool:
    """Remove a client; False when there is none."""
    item = ClientItem(*_address(organization, number))
    return not refused(lambda: item.delete(condition=ClientItem.pk.exists()))


def _address(organization: int, number: int) -> tuple[str, str]:
    return str(organization), sort_key("client", number)


def _client(found: ClientItem) -> Client:
    return Client(
        organization=int(found.pk),
        number=int(found.sk.removeprefix("client#")),
        name=found.name,
        created_ms=int(found.created),
        updated_ms=int(found.updated or 0),
        status=found.status,
    )
