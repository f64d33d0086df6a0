"""Optimistic versions: a write stands only on exactly what was read.

    reader A: reads v1 ............................ writes if v1 -> refused, reads all again
    reader B: ........ reads v1, writes v2, deletes

"Absent or v1" would let A revive what B deleted, and a counter that starts again at 1 would let A overwrite an
item deleted and made anew in between. So a version is random, and absent means absent.
"""

import secrets
from typing import Generic, NamedTuple, TypeVar

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.condition import Condition

T = TypeVar("T")

_BITS = 53  # exact as a number in every client


class Held(NamedTuple, Generic[T]):
    """A value as it was read; `version` is None when there was no item."""

    value: T
    version: int | None


def new_version() -> int:
    return secrets.randbits(_BITS) + 1


def unchanged(attribute: NumberAttribute, version: int | None) -> Condition:
    """The item is exactly what was read: of that version, or absent if it was absent."""
    if version is None:
        return attribute.does_not_exist()
    same: Condition = attribute == version
    return same
