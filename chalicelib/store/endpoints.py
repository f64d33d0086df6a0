"""Webhook endpoints, in the objects table.

pk <organization>   sk endpoint#<number>   where events are posted, which, and in what format
"""

import json
from collections.abc import Iterable
from typing import Any, Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from chalicelib.core.endpoints import Endpoint, Filters, Secret
from chalicelib.store import numbered
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record, refused, whole
from chalicelib.store.versions import Held, new_version, unchanged

KIND: Final = "endpoint"


class EndpointItem(Record):
    """`secrets` and `filters` are JSON; of a secret it has the name alone."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    url = UnicodeAttribute()
    events = UnicodeSetAttribute()
    format = UnicodeAttribute()
    status = UnicodeAttribute()
    secrets = UnicodeAttribute()
    filters = UnicodeAttribute(null=True)
    description = UnicodeAttribute(null=True)
    created = NumberAttribute()
    updated = NumberAttribute()
    disabled = NumberAttribute(null=True)
    disabled_for = UnicodeAttribute(null=True)


def put(held: Held[Endpoint]) -> bool:
    """Write an endpoint, on the condition that the stored one is of the version that was read, or absent for None;
    False when it is not. Raises Unavailable."""
    item = _item(held.value)
    return not refused(lambda: item.save(condition=unchanged(EndpointItem.version, held.version)))


def delete(held: Held[Endpoint]) -> bool:
    """Delete an endpoint, on the condition that it is still what was read; False when it is not. Raises Unavailable."""
    item = EndpointItem(str(held.value.organization), sort_key(KIND, held.value.number))
    return not refused(lambda: item.delete(condition=unchanged(EndpointItem.version, held.version)))


def read(organization: int, number: int) -> Held[Endpoint] | None:
    """An endpoint as it is now, consistently; None when there is none."""
    try:
        found = EndpointItem.get(str(organization), sort_key(KIND, number), consistent_read=True)
    except EndpointItem.DoesNotExist:
        return None
    return Held(_endpoint(found), int(found.version))


def newest_first(organization: int, before: int | None = None, page_size: int | None = None) -> list[Endpoint]:
    """An organization's endpoints with numbers below `before`, newest first, consistently; `page_size` at most."""
    found = numbered.newest_first(EndpointItem, KIND, organization, before, page_size)
    return [_endpoint(item) for item, _ in zip(found, range(page_size or 10**6), strict=False)]


def from_image(image: dict[str, Any]) -> Endpoint:
    """The endpoint in a stream record's image."""
    return _endpoint(EndpointItem.from_raw_data(image))


def _item(endpoint: Endpoint) -> EndpointItem:
    filters = endpoint.filters
    return EndpointItem(
        str(endpoint.organization),
        sort_key(KIND, endpoint.number),
        version=new_version(),
        url=endpoint.url,
        events=set(endpoint.events),
        format=endpoint.format,
        status=endpoint.status,
        secrets=json.dumps(endpoint.secrets),
        filters=json.dumps([sorted(of) for of in (filters.links, filters.codes, filters.campaigns)]),
        description=endpoint.description or None,
        created=endpoint.created_ms,
        updated=endpoint.updated_ms,
        disabled=endpoint.disabled_ms,
        disabled_for=endpoint.disabled_for or None,
    )


def _endpoint(found: EndpointItem) -> Endpoint:
    return Endpoint(
        organization=int(found.pk),
        number=int(found.sk.removeprefix(f"{KIND}#")),
        url=found.url,
        events=frozenset(found.events),
        format=found.format,
        created_ms=int(found.created),
        updated_ms=int(found.updated),
        secrets=tuple(Secret(*each) for each in json.loads(found.secrets)),
        status=found.status,
        description=found.description or "",
        filters=_filters(json.loads(found.filters or "[]")),
        disabled_ms=whole(found.disabled),
        disabled_for=found.disabled_for or "",
    )


def _filters(stored: Iterable[Iterable[int]]) -> Filters:
    return Filters(*(frozenset(of) for of in stored))
