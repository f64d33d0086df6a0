"""The tables' streams: records of everything that changed between two looks, as Lambda hands them out."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from tests.world import World, now_ms

Items = dict[tuple[str, str, str], dict[str, Any]]
TABLES = ("objects", "scans", "rollups")


class Watch:
    """Tells what changed in the tables since it was asked last."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = self._items()

    def records(self) -> list[dict[str, Any]]:
        """A record for each item that is new, changed or gone since the last look, oldest keys first."""
        before, after = self._seen, self._items()
        self._seen = after
        keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        return [record(table, before.get((table, pk, sk)), after.get((table, pk, sk))) for table, pk, sk in keys]

    def _items(self) -> Items:
        return {
            (table, item["pk"]["S"], item["sk"]["S"]): item for table in TABLES for item in self._world.items(table)
        }


def record(table: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    """One record of a change."""
    item = new or old or {}
    images = {name: _said(image) for name, image in (("OldImage", old), ("NewImage", new)) if image}
    kind = "REMOVE" if new is None else "MODIFY" if old else "INSERT"
    return {
        "eventName": kind,
        "eventSourceARN": f"arn:aws:dynamodb:eu-west-1:123456789012:table/{table}/stream/2026-11-21T00:00:00.000",
        "dynamodb": {
            "Keys": {"pk": item["pk"], "sk": item["sk"]},
            "ApproximateCreationDateTime": now_ms() // 1000,
            **images,
        },
    }


def _said(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as events carry it: bytes as base64."""
    return {name: {"B": b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()}
