"""Whether an installation can work: each table is asked, and named when it does not answer."""

from collections.abc import Iterator
from threading import Event

import pytest

from chalicelib.services import readiness
from chalicelib.store import reach
from tests.world import World, table_requests


def test_all_tables_of_the_stack_are_asked() -> None:
    assert [request["TableName"] for request in table_requests()] == list(reach.TABLES)


def test_a_world_with_all_its_tables_can_work(world: World) -> None:
    assert readiness.unreachable(wait_seconds=60) == []


@pytest.mark.parametrize("table", reach.TABLES)
def test_a_table_that_is_gone_is_named(world: World, table: str) -> None:
    world.dynamodb.delete_table(TableName=table)
    assert readiness.unreachable(wait_seconds=60) == [table]


@pytest.fixture
def released() -> Iterator[Event]:
    event = Event()
    yield event
    event.set()


def test_a_table_that_does_not_answer_in_time_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch, released: Event
) -> None:
    def hang_at_one(table: str) -> None:
        if table == "rollups":
            released.wait()

    monkeypatch.setattr(reach, "reach", hang_at_one)
    assert readiness.unreachable(wait_seconds=3) == ["rollups"]


def test_a_bug_is_no_table_that_cannot_be_reached(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "TABLES", {"nothing": ("pk",)})
    with pytest.raises(AttributeError):
        readiness.unreachable()
