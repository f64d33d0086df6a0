"""Which thresholds were reached, in the objects table. A mark's own stream record is what tells of a crossing.

pk <organization>   sk reached#<scope>   what of a scope's totals was announced, and what was crossed last
"""

import json
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any, Final, NamedTuple

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core.rollups import link_scope, marker_scopes, scoped
from chalicelib.core.thresholds import Span, Thresholds
from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held, new_version, unchanged

PREFIX: Final = "reached#"


class Crossing(NamedTuple):
    """Thresholds, lowest first, that a link's total came to at a time; or that of its `marker`, where that is not 0."""

    organization: int
    link: int
    marker: int
    thresholds: Thresholds
    total: int
    ms: int


class ReachedItem(Record):
    """`spans` are those of `core.thresholds`, as JSON; `thresholds`, too, with `total` and `at`, are of the last
    crossing."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    spans = UnicodeAttribute()
    thresholds = UnicodeAttribute()
    total = NumberAttribute()
    at = NumberAttribute()


def announced(organization: int, scopes: Collection[str]) -> dict[str, Held[tuple[Span, ...]]]:
    """What was announced of the totals of some scopes, as of now, consistently."""
    addresses = {(str(organization), _sort(scope)): scope for scope in scopes}
    found = ReachedItem.batch_get(list(addresses), consistent_read=True)
    held = {addresses[item.pk, item.sk]: Held(_spans(item.spans), int(item.version)) for item in found}
    return {scope: held.get(scope, Held((), None)) for scope in scopes}


def add(
    write: Transaction, scope: str, held: Held[tuple[Span, ...]], spans: Iterable[Span], crossing: Crossing
) -> None:
    """Add to a transaction that thresholds of a scope were crossed, on the condition that its mark is what was read."""
    item = ReachedItem(
        str(crossing.organization),
        _sort(scope),
        version=new_version(),
        spans=json.dumps(list(spans)),
        thresholds=json.dumps(crossing.thresholds),
        total=crossing.total,
        at=crossing.ms,
    )
    write.put(item, unchanged(ReachedItem.version, held.version), "mark")


def crossing(image: dict[str, Any]) -> Crossing:
    """What the NEW image of a mark's stream record tells of, whose sort key begins with PREFIX."""
    item = ReachedItem.from_raw_data(image)
    of = scoped(item.sk.removeprefix(PREFIX))
    if of is None:
        raise ValueError(item.sk)
    thresholds = tuple(json.loads(item.thresholds))
    return Crossing(int(item.pk), *of, thresholds, int(item.total), int(item.at))


def scopes_of_link(organization: int, link: int, most: int) -> list[str]:
    """Some of the scopes of a link and its QR codes that have a mark, for forgetting these."""
    markers = ReachedItem.query(
        str(organization), ReachedItem.sk.startswith(_sort(marker_scopes(link))), consistent_read=True, page_size=most
    )
    found = [item.sk.removeprefix(PREFIX) for item in islice(markers, most)]
    own = link_scope(link)
    return found or [scope for scope, held in announced(organization, [own]).items() if held.version is not None]


def forget(organization: int, scopes: Iterable[str]) -> None:
    """Delete marks, if there are any."""
    with ReachedItem.batch_write() as batch:
        for scope in scopes:
            batch.delete(ReachedItem(str(organization), _sort(scope)))


def _sort(scope: str) -> str:
    return f"{PREFIX}{scope}"


def _spans(stored: str) -> tuple[Span, ...]:
    return tuple((above, up_to) for above, up_to in json.loads(stored))
