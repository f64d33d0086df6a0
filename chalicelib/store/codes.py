"""QR codes, in the objects table.

pk <organization>   sk code#<number>             a standalone QR code
pk <organization>   sk bound#<number>            a QR code of a link
pk <organization>   sk linked#<link>#<number>    that this QR code is one of this link
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, fields
from heapq import merge
from itertools import islice
from typing import Any, Final

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.core.codes import QrCode
from chalicelib.core.scannability import Scannability
from chalicelib.core.styles import DEFAULT, Style
from chalicelib.store import numbered, pictures
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record, whole
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held, new_version, unchanged

STANDALONE: Final = "code"
BOUND: Final = "bound"

_BATCH: Final = 100  # as many items as one request reads


class CodeItem(Record):
    """`style` is JSON of what differs from the default one, `scannability` of its score and its reasons."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute()
    kind = UnicodeAttribute()
    payload = UnicodeAttribute()
    label = UnicodeAttribute(null=True)
    created = NumberAttribute()
    link = NumberAttribute(null=True)
    marker = NumberAttribute(null=True)
    style = UnicodeAttribute(null=True)
    scannability = UnicodeAttribute(null=True)
    deleted = NumberAttribute(null=True)


class LinkedItem(Record):
    """Finds a link's QR codes; `deleted` keeps one out of the lists."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    deleted = BooleanAttribute(null=True)


def put_new(write: Transaction, code: QrCode) -> None:
    """Add a new QR code and its picture to a transaction; refusals name `code` and `picture`."""
    write.put(_item(code), CodeItem.pk.does_not_exist(), "code")
    pictures.put_new(write, code.organization, code.number, pictures.CODE)
    if code.link is not None:
        write.put(_linked_item(code.link, code), None, "linked")


def put_again(write: Transaction, held: Held[QrCode], code: QrCode) -> None:
    """Add an edit, or a deletion, to a transaction; a refusal names `code`."""
    write.put(_item(code), unchanged(CodeItem.version, held.version), "code")
    if code.link is not None and code.deleted_ms is not None:
        write.put(_linked_item(code.link, code), None, "linked")


def read(organization: int, number: int) -> Held[QrCode] | None:
    """A QR code as it is now, deleted or not, consistently; None when there is none."""
    addresses = [(str(organization), sort_key(kind, number)) for kind in (STANDALONE, BOUND)]
    found = next(iter(CodeItem.batch_get(addresses, consistent_read=True)), None)
    return None if found is None else Held(_code(found), int(found.version))


def several(organization: int, numbers: Collection[int]) -> dict[int, QrCode]:
    """Many QR codes by their numbers, deleted or not, consistently; what is not there is missing."""
    addresses = [(str(organization), sort_key(kind, number)) for number in numbers for kind in (STANDALONE, BOUND)]
    found = CodeItem.batch_get(addresses, consistent_read=True)
    return {code.number: code for code in map(_code, found)}


def newest_first(
    organization: int, kinds: Iterable[str], before: int | None, page_size: int | None = None
) -> Iterator[QrCode]:
    """An organization's QR codes of some kinds with numbers below `before`, newest first, without the deleted."""
    found = [numbered.newest_first(CodeItem, kind, organization, before, page_size) for kind in kinds]
    codes = merge(*(map(_code, items) for items in found), key=lambda code: code.number, reverse=True)
    return (code for code in codes if code.deleted_ms is None)


def of_link(organization: int, link: int, before: int | None, page_size: int | None = None) -> Iterator[QrCode]:
    """A link's QR codes, in the same way."""
    found = numbered.newest_first(LinkedItem, _linked(link), organization, before, page_size)
    numbers = (_number(item.sk) for item in found if not item.deleted)
    while batch := list(islice(numbers, min(page_size or _BATCH, _BATCH))):
        addresses = [(str(organization), sort_key(BOUND, number)) for number in batch]
        held = {item.sk: _code(item) for item in CodeItem.batch_get(addresses, consistent_read=True)}
        yield from (held[sort] for _, sort in addresses if sort in held)


def from_image(image: dict[str, Any]) -> QrCode:
    """The QR code in a stream record's image."""
    return _code(CodeItem.from_raw_data(image))


def version_in(image: dict[str, Any]) -> int:
    """The version of the item in a stream record's image: another one after each change."""
    return int(CodeItem.from_raw_data(image).version)


def count(organization: int, kinds: Iterable[str]) -> int:
    """How many QR codes of some kinds an organization has, without the deleted."""
    return sum(_count(CodeItem, organization, kind, CodeItem.deleted.does_not_exist()) for kind in kinds)


def count_of_link(organization: int, link: int) -> int:
    """How many QR codes a link has, without the deleted."""
    return _count(LinkedItem, organization, _linked(link), LinkedItem.deleted.does_not_exist())


def first_of_link(organization: int, link: int, most: int) -> list[int]:
    """Some of a link's QR codes, the deleted too, for erasing them."""
    found = numbered.newest_first(LinkedItem, _linked(link), organization, None, most)
    return [_number(item.sk) for item in islice(found, most)]


def erase(organization: int, link: int, numbers: Iterable[int]) -> None:
    """Delete QR codes of a link for good: what finds them last, so that a run that is cut off is taken up."""
    for number in numbers:
        CodeItem(str(organization), sort_key(BOUND, number)).delete()
        pictures.delete(number)
        LinkedItem(str(organization), sort_key(_linked(link), number)).delete()


def _linked(link: int) -> str:
    return sort_key("linked", link)


def _number(sort: str) -> int:
    return int(sort.rpartition("#")[2])


def _count(model: Any, organization: int, kind: str, wanted: Condition) -> int:
    within = model.sk.between(f"{kind}#", f"{kind}#~")
    return int(model.count(str(organization), within, wanted, consistent_read=True))


def _linked_item(link: int, code: QrCode) -> LinkedItem:
    deleted = None if code.deleted_ms is None else True
    return LinkedItem(str(code.organization), sort_key(_linked(link), code.number), deleted=deleted)


def _item(code: QrCode) -> CodeItem:
    return CodeItem(
        str(code.organization),
        sort_key(STANDALONE if code.link is None else BOUND, code.number),
        version=new_version(),
        kind=code.kind,
        payload=code.payload,
        label=code.label,
        created=code.created_ms,
        link=code.link,
        marker=code.marker or None,
        style=_stored(code.style),
        scannability=None if code.scannability is None else json.dumps(asdict(code.scannability)),
        deleted=code.deleted_ms,
    )


def _code(found: CodeItem) -> QrCode:
    return QrCode(
        organization=int(found.pk),
        number=_number(found.sk),
        payload=found.payload,
        created_ms=int(found.created),
        kind=found.kind,
        label=found.label,
        link=whole(found.link),
        marker=int(found.marker or 0),
        style=Style(**json.loads(found.style or "{}")),
        scannability=None if found.scannability is None else Scannability.restored(json.loads(found.scannability)),
        deleted_ms=whole(found.deleted),
    )


def _stored(style: Style) -> str | None:
    """What differs from the default style."""
    given = {f.name: value for f in fields(style) if (value := getattr(style, f.name)) != getattr(DEFAULT, f.name)}
    return json.dumps(given, ensure_ascii=False) if given else None
