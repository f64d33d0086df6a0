"""Shared reports: found by their token alone, which nothing holds, and ended at once."""

import json
from dataclasses import replace

import pytest

from chalicelib.core import key_texts, shares
from chalicelib.core.days import DAY_MS
from chalicelib.core.shares import CAMPAIGN, CLIENT, LINK, MOST_OF_ONE, Share
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.services import campaigns, clients, erasing, links, sharing
from chalicelib.services.sharing import NewShare
from chalicelib.store import shares as stored
from chalicelib.store import transactions
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def shared(account: Account, new: NewShare | None = None) -> Share:
    """A shared report of the account's link."""
    return sharing.create(account.caller, LINK, account.link.number, new or NewShare(), now_ms())


def token(account: Account, share: Share) -> str:
    return sharing.path(account.caller, share).removeprefix("/report/")


def share_items(world: World) -> list[dict[str, dict[str, str]]]:
    return [item for item in world.items("objects") if "share#" in item["pk"]["S"] + item["sk"]["S"]]


def is_open(account: Account, share: Share, ms: int | None = None) -> bool:
    try:
        sharing.opened(token(account, share), ms or now_ms())
    except NotFound:
        return False
    return True


def test_a_share_shows_its_link_to_whoever_has_the_token(account: Account) -> None:
    opened = sharing.opened(token(account, shared(account)), now_ms())
    assert opened.subject == account.link
    assert (opened.caller.organization.number, opened.caller.scopes) == (account.organization, frozenset())


def test_the_token_is_in_no_table_and_can_be_shown_again(account: Account, world: World) -> None:
    share = shared(account)
    first = token(account, share)
    again = sharing.of_one(account.caller, LINK, account.link.number)
    assert [token(account, each) for each in again] == [first]
    dump = json.dumps([world.items(table) for table in ("objects", "rollups", "deliveries")], default=str)
    assert first not in dump
    assert key_texts.digest(first) in dump


def test_a_token_has_192_bits_of_its_own_organization_and_number() -> None:
    tokens = {shares.token(key, organization, n) for key in (b"a", b"b") for organization in (1, 2) for n in (1, 2, 3)}
    assert len(tokens) == 12
    assert {len(each) for each in tokens} == {32}


def test_a_revoked_share_is_over_at_once_in_every_process(account: Account) -> None:
    """Whoever looks reads it each time: nothing of it is remembered."""
    share = shared(account)
    assert is_open(account, share)
    digest = key_texts.digest(token(account, share))
    elsewhere = transactions.Transaction()  # as another process does it, of which this one hears nothing
    stored.delete(elsewhere, share, digest)
    assert elsewhere.commit() == []
    assert not is_open(account, share)


def test_revoking_one_leaves_the_others(account: Account, world: World) -> None:
    share, other = shared(account), shared(account)
    sharing.revoke(account.caller, LINK, account.link.number, str(share.number))
    assert (is_open(account, share), is_open(account, other)) == (False, True)
    assert len(share_items(world)) == 2
    with pytest.raises(NotFound):
        sharing.revoke(account.caller, LINK, account.link.number, str(share.number))


def test_another_organization_cannot_revoke_it_nor_see_it_nor_share_what_is_not_its_own(account: Account) -> None:
    share, other = shared(account), new_account("Other")
    for link in (account.link.number, other.link.number):
        with pytest.raises(NotFound):
            sharing.revoke(other.caller, LINK, link, str(share.number))
    assert sharing.of_one(other.caller, LINK, account.link.number) == []
    with pytest.raises(NotFound):
        sharing.create(other.caller, LINK, account.link.number, NewShare(), now_ms())
    assert is_open(account, share)


def test_it_expires_by_the_clock_and_is_listed_for_a_while(account: Account, world: World) -> None:
    share = shared(account, NewShare(days=7))
    assert share.expires_ms == share.created_ms + 7 * DAY_MS
    assert is_open(account, share, share.expires_ms - 1)
    assert not is_open(account, share, share.expires_ms)
    assert sharing.of_one(account.caller, LINK, account.link.number) == [share]
    forgotten = {int(item["expires"]["N"]) for item in share_items(world)}
    assert forgotten == {(share.expires_ms + 30 * DAY_MS) // 1000}


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewShare(name="a\x00"), "name"),
        (NewShare(name="a" * 201), "name"),
        (NewShare(days=0), "days"),
        (NewShare(days=3_661), "days"),
        (NewShare(zone="Mars/Olympus"), "zone"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_its_field(account: Account, world: World, new: NewShare, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        shared(account, new)
    assert refused.value.field == field
    assert share_items(world) == []


def test_of_one_link_so_many_are_shared_at_most(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_OF_ONE == 100
    monkeypatch.setattr(sharing, "MOST_OF_ONE", 2)
    first, _ = shared(account), shared(account)
    with pytest.raises(InvalidRequest):
        shared(account)
    sharing.revoke(account.caller, LINK, account.link.number, str(first.number))
    assert is_open(account, shared(account))


def test_what_is_deleted_is_shown_to_nobody_and_cannot_be_shared(account: Account) -> None:
    share = shared(account)
    links.delete(account.caller, str(account.link.number), now_ms())
    assert not is_open(account, share)
    with pytest.raises(NotFound):
        shared(account)


def test_erasing_a_link_forgets_what_of_it_was_shared(account: Account, world: World) -> None:
    shared(account)
    links.erase(account.caller, str(account.link.number), now_ms())
    assert erasing.erase(account.organization, account.link.number, now_ms(), lambda: False)
    assert share_items(world) == []


def test_with_a_campaign_and_a_client_goes_what_of_them_is_shared(account: Account, world: World) -> None:
    caller = account.caller
    campaign = campaigns.create(caller, campaigns.Edit("Spring"), now_ms()).number
    client = clients.create(caller, clients.Edit("Harbour"), now_ms()).number
    found = [
        sharing.create(caller, kind, of, NewShare(), now_ms()) for kind, of in ((CAMPAIGN, campaign), (CLIENT, client))
    ]
    assert all(is_open(account, share) for share in found)
    campaigns.delete(caller, str(campaign))
    clients.delete(caller, str(client), now_ms())
    assert share_items(world) == []


def test_the_report_of_a_client_is_shown_while_it_is_active(account: Account) -> None:
    client = clients.create(account.caller, clients.Edit("Harbour"), now_ms()).number
    share = sharing.create(account.caller, CLIENT, client, NewShare(), now_ms())
    for status, shown in (("INACTIVE", False), ("ACTIVE", True)):
        clients.edit(account.caller, str(client), clients.Edit(status=status), now_ms())
        assert is_open(account, share) == shown


def test_whoever_is_killed_while_sharing_or_revoking_leaves_all_of_it_or_nothing(
    account: Account, world: World
) -> None:
    commit = {transactions.Transaction: ("commit",)}
    for at in (1, 2):
        before = len(share_items(world))
        with pytest.raises(Killed), killed_at(at, commit):  # type: ignore[arg-type]
            shared(account)
        assert len(share_items(world)) - before == (0, 2)[at - 1]
    (share,) = sharing.of_one(account.caller, LINK, account.link.number)
    for at in (1, 2):
        with pytest.raises(Killed), killed_at(at, commit):  # type: ignore[arg-type]
            sharing.revoke(account.caller, LINK, account.link.number, str(share.number))
        assert len(share_items(world)) == (2, 0)[at - 1]


def test_a_token_that_nobody_has_been_given_shows_nothing(account: Account) -> None:
    share = shared(account)
    for text in (
        "",
        "x" * 32,
        token(account, share)[:-1],
        token(account, replace(share, number=share.number + 1)),
        "é",
    ):
        with pytest.raises(NotFound, match="There is no such report"):
            sharing.opened(text, now_ms())
