"""How many calls of DynamoDB each GET makes, warm: one more on any of them fails here, and so does one less.

`make budget` writes the table anew, when that is meant. Then look at what changed in it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.budget import calls
from tests.budget.calls import Calls
from tests.budget.owner import Owner, new_owner
from tests.posted import Posted
from tests.web import Web


@pytest.fixture(scope="module")
def owner() -> Iterator[Owner]:
    """Somebody who has one of each."""
    with calls.world_of_midmonth():
        owner = new_owner()
        owner.makes_everything()
        yield owner


@pytest.fixture(scope="module")
def table() -> Iterator[dict[str, Calls]]:
    with calls.written_down(Path(__file__).with_name("calls_of_reads.json")) as found:
        yield found


@pytest.mark.parametrize("route", calls.READS)
def test_a_read_makes_as_many_calls_as_the_table_says(
    route: str, owner: Owner, table: dict[str, Calls], web: Web, posted: Posted
) -> None:
    calls.check(route, owner, table)


def test_every_read_is_in_the_table_and_nothing_else(table: dict[str, Calls]) -> None:
    assert sorted(table) == calls.READS
