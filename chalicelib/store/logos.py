"""Logos, in the objects table. One that several QR codes of an organization have is stored once.

pk <organization>   sk logo#<SHA-256>   a logo's bytes, by their hash; never changed, never deleted
"""

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction


class LogoItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    content = BinaryAttribute(legacy_encoding=False)


def put(write: Transaction, organization: int, digest: str, content: bytes) -> None:
    """Add a logo to a transaction; a refusal names `logo`. Another one of the same digest is the same."""
    write.put(LogoItem(*_address(organization, digest), content=content), None, "logo")


def read(organization: int, digest: str) -> bytes | None:
    """A logo's bytes; None when there is none."""
    for consistent in (False, True):  # since none is ever changed, half the price is good enough, if it is found
        try:
            return LogoItem.get(*_address(organization, digest), consistent_read=consistent).content
        except LogoItem.DoesNotExist:
            continue
    return None


def _address(organization: int, digest: str) -> tuple[str, str]:
    return str(organization), f"logo#{digest}"
