"""Several kinds of records share a table, and one connection."""

from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.store import alarms, deliveries, health, tables
from chalicelib.store.alarms import AlarmItem, CursorItem
from chalicelib.store.deliveries import DeliveryItem
from chalicelib.store.health import HealthItem
from chalicelib.store.tables import Record, SharedConnection
from tests.world import World

USES: dict[str, Callable[[], object]] = {
    "health": partial(health.read, [(1, 2)]),
    "cursor": alarms.read_cursor,
    "due": lambda: list(alarms.keys_due(1)),
    "waiting": partial(deliveries.waiting, "due#1#0", 1),
}


@pytest.mark.parametrize("first", USES)
def test_an_index_is_known_whichever_record_is_used_first(
    world: World, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    models: tuple[type[Record], ...] = (AlarmItem, CursorItem, DeliveryItem, HealthItem)
    for model in models:
        monkeypatch.setattr(model, "_connection", None)
    fresh = SharedConnection()
    monkeypatch.setattr(tables, "connection", lambda: fresh)
    for name in (first, *USES):
        USES[name]()
