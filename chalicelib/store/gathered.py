"""Items of several kinds and tables, consistently, in one request."""

import random
import time
from collections.abc import Collection
from typing import Any, Final, Generic, NamedTuple, TypeVar

from chalicelib.errors import Unavailable
from chalicelib.store.tables import Record, connection

MOST: Final = 100
ATTEMPTS: Final = 6
FIRST_WAIT_SECONDS: Final = 0.02

Of = TypeVar("Of", bound=Record)


class Wanted(NamedTuple, Generic[Of]):
    """An item by its keys, and the record that it is read as."""

    record: type[Of]
    pk: str
    sk: str


class Gathered:
    """What was found of the items that were wanted."""

    def __init__(self, found: dict[Wanted[Any], Record]) -> None:
        self._found = found

    def of(self, wanted: Wanted[Of]) -> Of | None:
        """One of them; None where there was none."""
        found = self._found.get(wanted)
        return found if isinstance(found, wanted.record) else None


def gather(wanted: Collection[Wanted[Any]]) -> Gathered:
    """Read at most MOST items. All of them are from one answer: when it lacks any, all are asked for again.

    Raises Unavailable.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, FIRST_WAIT_SECONDS * 2**attempt))  # noqa: S311 - spreads load, guards nothing
        answer = connection().dispatch("BatchGetItem", {"RequestItems": _request(wanted)})
        if not answer.get("UnprocessedKeys"):
            return Gathered(_found(wanted, answer["Responses"]))
    raise Unavailable.storage()


def _request(wanted: Collection[Wanted[Any]]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for each in wanted:
        asked = tables.setdefault(_table(each), {"Keys": [], "ConsistentRead": True})
        asked["Keys"].append({"pk": {"S": each.pk}, "sk": {"S": each.sk}})
    return tables


def _found(wanted: Collection[Wanted[Any]], responses: dict[str, list[dict[str, Any]]]) -> dict[Wanted[Any], Record]:
    by_key = {(_table(each), each.pk, each.sk): each for each in wanted}
    found: dict[Wanted[Any], Record] = {}
    for table, items in responses.items():
        for item in items:
            each = by_key[table, item["pk"]["S"], item["sk"]["S"]]
            found[each] = each.record.from_raw_data(item)
    return found


def _table(wanted: Wanted[Any]) -> str:
    return str(wanted.record.table_name())
