"""Logos, in the objects table. One that several QR codes of an organization have is stored once.

pk <organization>   sk logo#<SHA-256>   a logo's bytes, by their hash; never changed. It expires unless a code has it
"""

from typing import Final, NamedTuple

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.days import DAY_MS
from chalicelib.store.tables import Record, refused
from chalicelib.store.transactions import Transaction

TRIED_MS: Final = DAY_MS  # how long a logo is kept that was only tried


class LogoItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    content = BinaryAttribute(legacy_encoding=False)
    expires = NumberAttribute(null=True)


class Stored(NamedTuple):
    """A logo's bytes, and whether they stay."""

    content: bytes
    stays: bool


def put_tried(organization: int, digest: str, content: bytes, now_ms: int) -> None:
    """Keep a logo for a day. One that a code has stays as it is, also when it gets that code just now."""
    item = LogoItem(*_address(organization, digest), content=content, expires=(now_ms + TRIED_MS) // 1000)
    refused(lambda: item.save(condition=LogoItem.pk.does_not_exist() | LogoItem.expires.exists()))


def put(write: Transaction, organization: int, digest: str, content: bytes) -> None:
    """Add a logo to a transaction; a refusal names `logo`. Another one of the same digest is the same."""
    write.put(LogoItem(*_address(organization, digest), content=content), None, "logo")


def read(organization: int, digest: str) -> bytes | None:
    """A logo's bytes; None when there is none."""
    found = read_stored(organization, digest)
    return found and found.content


def read_stored(organization: int, digest: str) -> Stored | None:
    """A logo, and whether it stays; None when there is none."""
    for consistent in (False, True):  # since none is ever changed, half the price is good enough, if it is found
        try:
            found = LogoItem.get(*_address(organization, digest), consistent_read=consistent)
            return Stored(found.content, stays=found.expires is None)
        except LogoItem.DoesNotExist:
            continue
    return None


def _address(organization: int, digest: str) -> tuple[str, str]:
    return str(organization), f"logo#{digest}"
