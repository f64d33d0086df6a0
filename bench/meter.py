"""Counts what the SDK asks of DynamoDB, and the units of it by DynamoDB's rules (`bench/capacity.py`).

Units come from the sizes of the items that a call touches, before and after it: no emulator bills plain writes by size.
"""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from unittest import mock

from botocore.client import BaseClient

from bench import capacity
from bench.capacity import Item
from chalicelib.core.batches import batches

Place = tuple[str, Item]  # a table and a key
MOST_READ: Final = 100

# The attribute that the index of a table goes by. An index holds keys alone: an entry is a unit, one that moves is two.
INDEXED: Final = {"scans": "day", "deliveries": "wait"}

# What a written unit is for, as tables of results call it.
SCAN: Final = "scan"
INDEX: Final = "its index entry"
COUNTED: Final = "marked as counted"
VISITOR: Final = "visitor"
LINK_DAY: Final = "link's day"
LINK_LIFETIME: Final = "link's lifetime"
OWNER_DAY: Final = "organization's day"
OWNER_LIFETIME: Final = "organization's lifetime"
CODE: Final = "QR code's own"
OTHER: Final = "other"
PARTS: Final = (SCAN, INDEX, COUNTED, VISITOR, LINK_DAY, LINK_LIFETIME, OWNER_DAY, OWNER_LIFETIME, CODE, OTHER)


class Meter:
    """Adds up while it is `running`, in whatever threads; everything else is free.

    `read` and `write` are units, `parts` the written ones by what they are for, `calls` the operations.
    """

    def __init__(self, dynamodb: Any, call: Callable[..., Any]) -> None:
        self._dynamodb, self._call = dynamodb, call
        self._mine = threading.local()  # set while a thread looks at items: that is not what is measured
        self._adding = threading.Lock()
        self.running = False
        self.reset()

    def reset(self) -> None:
        self.read, self.write = 0.0, 0
        self.parts: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()

    @contextlib.contextmanager
    def measuring(self) -> Iterator["Meter"]:
        """Begin at nothing, and run for as long as this is open."""
        self.reset()
        self.running = True
        try:
            yield self
        finally:
            self.running = False

    def observe(self, client: Any, operation: str, request: dict[str, Any]) -> Any:
        others = client.meta.service_model.service_name != "dynamodb"
        if others or not self.running or getattr(self._mine, "looking", False):
            return self._call(client, operation, request)
        self._mine.looking = True
        try:
            return self._observed(client, operation, request)
        finally:
            self._mine.looking = False

    def _observed(self, client: Any, operation: str, request: dict[str, Any]) -> Any:
        actions = _actions(operation, request)
        before = self._items(actions)
        answer = self._call(client, operation, request)
        after, read = self._items(actions), self._read(client, operation, request, answer)
        with self._adding:
            for (table, _), old, new in zip(actions, before, after, strict=True):
                self._note(table, old, new, operation == "TransactWriteItems")
            self.read += read
            self.calls[operation] += 1
        return answer

    def _note(self, table: str, old: Item, new: Item, transactional: bool) -> None:
        units = capacity.written(capacity.size(old), capacity.size(new), transactional)
        by = INDEXED.get(table, "")
        entries = (by in old) + (by in new) if old.get(by) != new.get(by) else 0
        self.write += units + entries
        self.parts[part(table, old or new, transactional)] += units
        self.parts[INDEX] += entries

    def _read(self, client: Any, operation: str, request: dict[str, Any], answer: dict[str, Any]) -> float:
        if operation == "Query":  # what a filter leaves out is paid for as well: it is weighed, not guessed
            answer = self._call(client, operation, _unfiltered(request))
        return capacity.read_units(operation, request, answer)

    def _items(self, places: Sequence[Place]) -> list[Item]:
        """What is there now, in their order; nothing for what is absent."""
        found: dict[str, Item] = {}
        for part in batches(places, MOST_READ):
            asked: dict[str, Any] = {}
            for table, key in part:
                asked.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
            answer = self._dynamodb.batch_get_item(RequestItems=asked)
            if answer.get("UnprocessedKeys"):
                raise RuntimeError("a table does not answer")
            found |= {_name(table, item): item for table, items in answer["Responses"].items() for item in items}
        return [found.get(_name(*place), {}) for place in places]


def part(table: str, item: Item, transactional: bool) -> str:
    """What writing an item is for; one of PARTS."""
    if table == "scans":
        return COUNTED if transactional else SCAN
    if table == "visitors":
        return VISITOR
    if table != "rollups" or not item:
        return OTHER
    scope, lifetime = item["pk"]["S"].split("#")[1][0], item["sk"]["S"] == "lifetime"
    if scope == "o":
        return OWNER_LIFETIME if lifetime else OWNER_DAY
    if scope == "q":
        return CODE
    return LINK_LIFETIME if lifetime else LINK_DAY


def _name(table: str, item: Item) -> str:
    return repr((table, item["pk"]["S"], item.get("sk", {}).get("S")))


def _actions(operation: str, request: dict[str, Any]) -> list[Place]:
    """The table and key of everything that a call writes."""
    single = operation in ("PutItem", "UpdateItem", "DeleteItem")
    writes = [request] if single else [w for it in request.get("TransactItems", []) for w in it.values()]
    for table, batch in request.get("RequestItems", {}).items() if operation == "BatchWriteItem" else ():
        writes += [{"TableName": table, **w} for each in batch for w in each.values()]
    return [
        (w["TableName"], {name: v for name, v in w.get("Key", w.get("Item", {})).items() if name in ("pk", "sk")})
        for w in writes
    ]


def _unfiltered(request: dict[str, Any]) -> dict[str, Any]:
    """A query that answers all that DynamoDB reads for another one, and bills: unfiltered, with every attribute."""
    by = request["KeyConditionExpression"]
    kept = {
        name: v for name, v in request.items() if name not in ("FilterExpression", "ProjectionExpression", "Select")
    }
    for names in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        if names in kept:
            kept[names] = {name: value for name, value in kept[names].items() if name in by}
    return kept


@contextlib.contextmanager
def metered(dynamodb: Any) -> Iterator[Meter]:
    """A meter on every call that the SDK makes in this process."""
    real = BaseClient._make_api_call
    meter = Meter(dynamodb, real)
    with mock.patch.object(BaseClient, "_make_api_call", lambda *arguments: meter.observe(*arguments)):
        yield meter


@contextlib.contextmanager
def operations(service: str) -> Iterator[Counter[str]]:
    """How often the SDK is asked for each operation of a service meanwhile, in this process."""
    found: Counter[str] = Counter()
    real = BaseClient._make_api_call

    def observed(client: Any, operation: str, request: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == service:
            found[operation] += 1
        return real(client, operation, request)

    with mock.patch.object(BaseClient, "_make_api_call", observed):
        yield found
