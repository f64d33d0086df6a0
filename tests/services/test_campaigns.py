"""Campaigns and clients under people who write at the same time, and what reading them costs."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import assignments, campaigns, clients, links, reports
from chalicelib.store.tables import SharedConnection
from tests.services.account import Account, new_account
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def _meanwhile(monkeypatch: pytest.MonkeyPatch, module: Any, happens: Callable[[], object]) -> None:
    """Something happens before the next write of a campaign or client."""
    write = module.stored.write

    def interrupted(*given: Any) -> bool:
        monkeypatch.setattr(module.stored, "write", write)
        happens()
        return bool(write(*given))

    monkeypatch.setattr(module.stored, "write", interrupted)


def test_two_edits_of_a_campaign_at_once_both_stand(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, now = account.caller, now_ms()
    client = clients.create(caller, clients.Edit("Acme"), now).number
    spelled = ids.spell("camp", campaigns.create(caller, campaigns.Edit("Old"), now).number)
    _meanwhile(monkeypatch, campaigns, lambda: campaigns.edit(caller, spelled, campaigns.Edit(client=client), now))
    edited = campaigns.edit(caller, spelled, campaigns.Edit("New"), now)
    assert (edited.name, edited.client) == ("New", client)


def test_two_edits_of_a_client_at_once_both_stand(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, now = account.caller, now_ms()
    spelled = ids.spell("client", clients.create(caller, clients.Edit("Old"), now).number)
    _meanwhile(monkeypatch, clients, lambda: clients.edit(caller, spelled, clients.Edit(status="INACTIVE"), now))
    edited = clients.edit(caller, spelled, clients.Edit("New"), now)
    assert (edited.name, edited.status) == ("New", "INACTIVE")


def test_what_is_deleted_meanwhile_does_not_come_back(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, now = account.caller, now_ms()
    spelled = ids.spell("camp", campaigns.create(caller, campaigns.Edit("Old"), now).number)
    _meanwhile(monkeypatch, campaigns, lambda: campaigns.delete(caller, spelled))
    with pytest.raises(NotFound):
        campaigns.edit(caller, spelled, campaigns.Edit("New"), now)
    assert assignments.everything(caller).campaigns == {}


def test_a_code_that_is_deleted_meanwhile_holds_up_no_other(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, now = account.caller, now_ms()
    gone, stays = (ids.spell("qr", account.other().link.number) for _ in range(2))
    _meanwhile(monkeypatch, campaigns, lambda: links.delete(caller, gone, now))
    made = campaigns.create(caller, campaigns.Edit("Some", links=[gone, stays]), now)
    assert (links.get(caller, gone).campaign, links.get(caller, stays).campaign) == (0, made.number)


@pytest.mark.parametrize("module", [campaigns, clients])
def test_who_never_gets_to_write_is_told_to_try_again(
    account: Account, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = module.create(account.caller, module.Edit("Old"), now_ms())
    monkeypatch.setattr(module.stored, "write", lambda *_: False)
    with pytest.raises(Unavailable):
        module.create(account.caller, module.Edit("New"), now_ms())
    with pytest.raises(Unavailable):
        module.edit(account.caller, str(made.number), module.Edit("New"), now_ms())


def test_lists_cost_as_many_requests_for_many_codes_as_for_few(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = account.caller
    costs: list[int] = []
    asked: list[str] = []
    dispatch = SharedConnection.dispatch

    def counting(self: SharedConnection, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        return dispatch(self, operation, given)

    monkeypatch.setattr(SharedConnection, "dispatch", counting)
    for codes in (2, 60):
        made = [ids.spell("qr", account.other().link.number) for _ in range(codes)]
        campaigns.create(caller, campaigns.Edit("Some", links=made), now_ms())
        asked.clear()
        seen = assignments.everything(caller)
        reports.by_campaign(caller, seen, seen.campaigns)
        reports.page(caller, seen, 100, None)
        costs.append(len(asked))
    assert costs[0] == costs[1] < 10
