"""How many calls of DynamoDB each route makes that changes something, as `test_calls_of_reads.py` has it of reads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.budget import calls
from tests.budget.calls import Calls
from tests.budget.owner import new_owner
from tests.posted import Posted
from tests.web import Web


@pytest.fixture(scope="module")
def table() -> Iterator[dict[str, Calls]]:
    with calls.written_down(Path(__file__).with_name("calls_of_changes.json")) as found:
        yield found


@pytest.fixture
def _world() -> Iterator[None]:
    """One for each route: nobody meets what another changed, and the engine copies all that there is with every
    transaction."""
    with calls.world_of_midmonth():
        yield


@pytest.mark.parametrize("route", calls.CHANGES)
@pytest.mark.usefixtures("_world")
def test_a_change_makes_as_many_calls_as_the_table_says(
    route: str, table: dict[str, Calls], web: Web, posted: Posted
) -> None:
    calls.check(route, new_owner(), table)


def test_every_change_is_in_the_table_and_nothing_else(table: dict[str, Calls]) -> None:
    assert sorted(table) == calls.CHANGES
