"""Whose a picture is, in the objects table. Whoever asks for one knows its number alone, so that is what finds it.

pk picture#<number>   sk picture   the organization of a link or QR code, and how often its picture was downloaded
"""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import uuid4

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction

LINK: Final = "link"
CODE: Final = "code"

_SORT: Final = "picture"


class PictureItem(Record):
    """`kind` is LINK or CODE; `downloads` is absent until there is one."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    organization = NumberAttribute()
    kind = UnicodeAttribute()
    downloads = NumberAttribute(null=True)


class Owned(NamedTuple):
    """A number's organization, and what it is the number of: LINK or CODE."""

    organization: int
    kind: str


def put_new(write: Transaction, organization: int, number: int, kind: str) -> None:
    """Add to a transaction whose a new number's picture is; a refusal names `picture`: another has that number."""
    item = PictureItem(*_address(number), organization=organization, kind=kind)
    write.put(item, PictureItem.pk.does_not_exist(), "picture")


def read(number: int) -> Owned | None:
    """Whose a number is, consistently; None when there is no such link or QR code."""
    try:
        found = PictureItem.get(*_address(number), consistent_read=True)
    except PictureItem.DoesNotExist:
        return None
    return Owned(int(found.organization), found.kind)


def downloads(numbers: Collection[int]) -> dict[int, int]:
    """How often pictures were downloaded, consistently; a number without a picture is missing."""
    addresses = {_address(number): number for number in numbers}
    found = PictureItem.batch_get(list(addresses), consistent_read=True)
    return {addresses[item.pk, item.sk]: int(item.downloads or 0) for item in found}


def download(number: int) -> Transaction:
    """One download more. Committed again it is still one: for ten minutes DynamoDB knows its token, so that what an
    SDK or its caller sends twice counts once. A refusal whose condition failed means that the picture was erased."""
    write = Transaction(token=str(uuid4()))
    write.update(PictureItem(*_address(number)), [PictureItem.downloads.add(1)], PictureItem.pk.exists(), "picture")
    return write


def delete(number: int) -> None:
    """Let nobody find a picture any more."""
    PictureItem(*_address(number)).delete()


def _address(number: int) -> tuple[str, str]:
    return f"picture#{number}", _SORT
