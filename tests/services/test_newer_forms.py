"""Bodies of a form that a newer release wrote: nobody reads wrong numbers out of them, or writes over them."""

import zlib
from typing import Any

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.rollups import link_scope
from chalicelib.services import counting, poison, sweeping
from chalicelib.store import rollups, scans
from tests.services.account import Account, new_account
from tests.world import World, now_ms

MINUTE = 60_000
NEWER = b"\x02"


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def bodies(world: World, table: str) -> list[dict[str, Any]]:
    return [item for item in world.items(table) if "body" in item]


@pytest.mark.parametrize("table", ["rollups", "visitors"])
def test_what_is_of_a_newer_form_waits_for_whoever_knows_it(account: Account, world: World, table: str) -> None:
    counting.settle(scans.read([account.scan(now_ms() - 3 * MINUTE)]))
    known = bodies(world, table)
    for item in known:
        body = {"B": NEWER + item["body"]["B"]}
        world.dynamodb.put_item(TableName=table, Item={**item, "body": body})
    newer = bodies(world, table)
    late = account.scan(now_ms() - 2 * MINUTE)
    for _ in range(5):
        sweeping.sweep(now_ms())
    assert bodies(world, table) == newer, "nothing is written over it"
    if table == "rollups":
        with pytest.raises(zlib.error):
            rollups.read_lifetime(account.organization, link_scope(account.link.number), range(1))
    for item in known:
        world.dynamodb.put_item(TableName=table, Item=item)
    poison.requeue(account.organization, now_ms())
    counting.settle_pending(scans.read([late]))
    lifetime = rollups.read_lifetime(account.organization, link_scope(account.link.number), range(1))
    assert r.amount(lifetime, r.TOTAL) == 2
