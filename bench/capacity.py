"""DynamoDB's documented capacity rules: what an item weighs, what touching it costs, what one partition takes.

A write costs a unit for every 1 KB begun of the item before or after, whichever is larger, twice that in a
transaction. A read costs a unit for every 4 KB begun, half when eventually consistent; a query adds its items up
first, and pays for those that a filter leaves out.
"""

from math import ceil
from typing import Any, Final

# Units a second that one partition takes at most, whatever the table has.
PARTITION_WRITES: Final = 1000
PARTITION_READS: Final = 3000

Item = dict[str, Any]


def size(item: Item) -> int:
    """The bytes of an item, in DynamoDB's own JSON, as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + _value_size(*next(iter(value.items()))) for name, value in item.items())


def written(before: int, after: int = 0, transactional: bool = False) -> int:
    """The units of a write, by the bytes of the item before and after; entries of indexes are extra."""
    return (2 if transactional else 1) * max(ceil(max(before, after) / 1024), 1)


def read(read_bytes: int, consistent: bool = True) -> float:
    """The units of a read of an item, or of a query's items together."""
    return (1 if consistent else 0.5) * max(ceil(read_bytes / 4096), 1)


def read_units(operation: str, request: dict[str, Any], answer: dict[str, Any]) -> float:
    """The read units of a call, by the sizes of what it answered. What a filter left out of a query is paid for as
    well: it is taken to be as large as the rest."""
    consistent = bool(request.get("ConsistentRead"))
    if operation == "GetItem":
        return read(size(answer.get("Item", {})), consistent)
    if operation == "Query":
        shown = sum(map(size, answer.get("Items", [])))
        scale = answer["ScannedCount"] / answer["Count"] if answer["Count"] else 1
        return read(round(shown * scale), consistent)
    if operation == "BatchGetItem":  # one that is absent costs a unit as well
        asked = [(len(table["Keys"]), bool(table.get("ConsistentRead"))) for table in request["RequestItems"].values()]
        found = [item for table in answer["Responses"].values() for item in table]
        absent = sum(n for n, _ in asked) - len(found)
        whole = all(consistent for _, consistent in asked)
        return sum(read(size(item), whole) for item in found) + read(0, whole) * absent
    return 0


def _value_size(kind: str, value: Any) -> int:
    if kind == "N":
        return ceil(len(value.strip("-0.") or "0") / 2) + 1
    if kind == "SS":
        return sum(len(text) for text in value)
    if kind == "L":
        return 3 + sum(1 + _value_size(*next(iter(part.items()))) for part in value)
    return 1 if kind == "BOOL" else len(value if kind == "B" else value.encode())
