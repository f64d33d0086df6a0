"""Whether a table can be read: asked for an item that is never there."""

from collections.abc import Mapping
from typing import Final

from chalicelib.config import settings
from chalicelib.store.tables import connection

# What each table's key is made of.
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "objects": ("pk", "sk"),
    "scans": ("pk", "sk"),
    "rollups": ("pk", "sk"),
    "visitors": ("pk",),
    "deliveries": ("pk", "sk"),
}
NOBODY: Final = "readyz"  # partitions begin with a number, or with a word and what it is about


def prepare() -> None:
    """Make the connection, which takes longest, before threads share it."""
    _ = connection().client


def reach(table: str) -> None:
    """Read from a table by its name in TABLES. Raises Unavailable."""
    key = {name: {"S": NOBODY} for name in TABLES[table]}
    connection().dispatch("GetItem", {"TableName": getattr(settings(), f"{table}_table"), "Key": key})
