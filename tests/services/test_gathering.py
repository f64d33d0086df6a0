"""Items of several kinds in one request: all of one answer, or asked for again."""

import time
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.core import rollups as r
from chalicelib.core.rollups import LIFETIME, RollupKey, link_scope
from chalicelib.core.slots import Spread
from chalicelib.errors import Unavailable
from chalicelib.services import history
from chalicelib.services import links as owned
from chalicelib.store import gathered, links, rollups, spreads
from tests.services import stored
from tests.services.account import Account, new_account
from tests.services.test_scan_lists import Requests
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


class Stingy:
    """DynamoDB that leaves all but one key of a batch unprocessed, so many times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.left, self.asked = times, list[int]()
        self._call = BaseClient._make_api_call
        monkeypatch.setattr(BaseClient, "_make_api_call", lambda *arguments: self.called(*arguments))
        monkeypatch.setattr(time, "sleep", lambda _: None)

    def called(self, client: Any, operation: str, request: dict[str, Any]) -> Any:
        if operation != "BatchGetItem":
            return self._call(client, operation, request)
        tables = request["RequestItems"]
        self.asked.append(sum(len(wanted["Keys"]) for wanted in tables.values()))
        if not self.left:
            return self._call(client, operation, request)
        self.left -= 1
        (table, wanted), *_ = tables.items()
        answer = self._call(client, operation, {"RequestItems": {table: {**wanted, "Keys": wanted["Keys"][:1]}}})
        return {**answer, "UnprocessedKeys": {table: {**wanted, "Keys": wanted["Keys"][1:]}}}


def test_a_link_comes_with_its_slots_in_one_request(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    spreads.raise_slots(account.organization, account.link, 4)
    requests = Requests(monkeypatch)
    held, spread = spreads.with_link(account.organization, account.link.number)
    assert (held and held.value, spread.slots, len(requests.made)) == (account.link, 4, 1)


def test_what_is_not_there_is_none(account: Account) -> None:
    assert spreads.with_link(account.organization, account.link.number + 1) == (None, Spread())


def test_a_link_that_is_being_erased_is_none(account: Account) -> None:
    owned.erase(account.caller, str(account.link.number), now_ms())
    assert spreads.with_link(account.organization, account.link.number)[0] is None


def lifetimes_in(account: Account, slots: int) -> None:
    scope = link_scope(account.link.number)
    stored.write(
        {RollupKey(account.organization, scope, slot, LIFETIME): {r.TOTAL: {"": 1 + slot}} for slot in range(slots)}
    )


@pytest.mark.parametrize("slots", [1, 99, 100, 150])
def test_a_lifetime_comes_with_whether_it_is_recounted(account: Account, slots: int) -> None:
    lifetimes_in(account, slots)
    history.leave_out(account.caller, str(account.link.number), [(0, 1000)], now_ms())
    organization, number = account.organization, account.link.number
    lifetime, spread = spreads.with_lifetime(organization, number, link_scope(number), range(slots))
    assert (r.amount(lifetime, r.TOTAL), spread.recounting) == (slots * (slots + 1) // 2, True)


def test_all_of_it_is_asked_for_again_when_a_part_is_left_out(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else some of it would be of a later moment than the rest."""
    stingy = Stingy(monkeypatch, 2)
    assert spreads.with_link(account.organization, account.link.number)[0]
    assert stingy.asked == [2, 2, 2]


def test_it_is_not_asked_for_without_end(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    stingy = Stingy(monkeypatch, 1000)
    with pytest.raises(Unavailable):
        gathered.gather([links.wanted(account.organization, 1), links.wanted(account.organization, 2)])
    assert len(stingy.asked) == gathered.ATTEMPTS


def test_tables_that_are_not_wanted_are_left_out_of_days(account: Account) -> None:
    scope = link_scope(account.link.number)
    day: r.Rollup = {r.TOTAL: {"": 2}, r.COUNTRY: {"GB": 2}}
    stored.write({RollupKey(account.organization, scope, slot, 20_000): day for slot in (0, 1)})
    found = rollups.read_days(account.organization, scope, range(2), 20_000, 20_000, (r.TOTAL,))
    assert found == {20_000: {r.TOTAL: {"": 4}}}
