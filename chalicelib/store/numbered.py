"""Sort keys that end in a number, so that a query finds things in the order in which they were made."""

from collections.abc import Iterator
from typing import TypeVar

from pynamodb.expressions.operand import Path

from chalicelib.store.tables import Record

Numbered = TypeVar("Numbered", bound=Record)


def sort_key(kind: str, number: int) -> str:
    """Where the thing of a kind with that number lies in its organization's partition."""
    return f"{kind}#{number:016}"


def newest_first(
    model: type[Numbered], kind: str, organization: int, before: int | None, page_size: int | None
) -> Iterator[Numbered]:
    """An organization's things of a kind with numbers below `before`, newest first, consistently.

    `page_size` is how many are read at a time, when it is known how many are wanted.
    """
    last = f"{kind}#~" if before is None else sort_key(kind, before - 1)  # `~` sorts behind every digit
    yield from model.query(
        str(organization),
        Path("sk").between(f"{kind}#", last),
        scan_index_forward=False,
        consistent_read=True,
        page_size=page_size,
    )
