"""Edits of a scan: in the books at once, never lost, whatever races them."""

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.conversations import Conversation
from chalicelib.core.days import day_of, hour_of
from chalicelib.core.rollups import Rollup, link_scope
from chalicelib.core.scans import ScanKey
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import counting, editing, sweeping
from chalicelib.store import reopened, rollups, scans
from tests.services.account import Account, new_account
from tests.world import World, now_ms

TALK = Conversation(started=True, messages=4)


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def _day(account: Account, key: ScanKey) -> Rollup:
    day = day_of(key.ms)
    return rollups.read_days(account.organization, link_scope(key.link), range(1), day, day).get(day, {})


def _edits(account: Account) -> list[ScanKey]:
    return [key for key, _ in reopened.listed(account.organization, now_ms() + 1)]


def test_a_conversation_is_in_the_books_at_once_and_the_scan_counts_once(account: Account) -> None:
    key = account.scan(account.days_ago(3))
    for talk in (TALK, Conversation(started=True, messages=9)):
        editing.converse(key, talk, now_ms())
    day = _day(account, key)
    assert (day[r.TOTAL], day[r.CONVERSATIONS], day[r.MESSAGES]) == (
        {"": 1},
        {str(hour_of(key.ms)): 1},
        {str(hour_of(key.ms)): 9},
    )
    assert _edits(account) == []


def test_an_edit_of_an_old_scan_whose_fold_fails_is_found_by_the_sweep(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = account.scan(account.days_ago(30))
    counting.settle(scans.read([key]))

    def fail(*_: object) -> None:
        raise Unavailable.storage()

    with monkeypatch.context() as patch:
        patch.setattr(counting, "settle", fail)
        editing.converse(key, TALK, now_ms())
    assert r.MESSAGES not in _day(account, key)
    sweeping.sweep(now_ms() + 2 * sweeping.SETTLED_MS)
    assert (r.amount(_day(account, key), r.MESSAGES), _edits(account)) == (4, [])


def test_an_edit_leaves_the_note_of_another_that_came_meanwhile(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one dies right after its write, whose stream record is lost too."""
    key = account.scan(account.days_ago(30))
    settle = counting.settle_pending

    def meet(found: object) -> None:
        settle(scans.read([key]))
        reopened.note(key, now_ms())
        (scan,) = scans.read([key])
        assert scans.edit(scan, Conversation(True, 9).of(scan, now_ms()))

    with monkeypatch.context() as patch:
        patch.setattr(counting, "settle_pending", meet)
        editing.converse(key, TALK, now_ms())
    sweeping.sweep(now_ms() + 2 * sweeping.SETTLED_MS)
    assert (r.amount(_day(account, key), r.MESSAGES), _edits(account)) == (9, [])


def test_a_scan_that_was_set_aside_is_tried_again_with_its_new_facts(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = account.scan()
    with monkeypatch.context() as patch:
        patch.setattr(rollups, "read", lambda _: 1 / 0)
        counting.settle_pending(scans.read([key]))
    editing.converse(key, TALK, now_ms())
    assert [r.amount(_day(account, key), name) for name in (r.TOTAL, r.MESSAGES)] == [1, 4]


def test_a_scan_that_is_no_more_cannot_be_edited(account: Account) -> None:
    with pytest.raises(NotFound):
        editing.converse(account.key(), TALK, now_ms())
    assert _edits(account) == []
