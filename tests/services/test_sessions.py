"""Sessions: 30 days, ended at once, in one organization or everywhere."""

import hashlib
from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib import ids
from chalicelib.core.accounts import ADMIN, MEMBER, OWNER, Member
from chalicelib.core.days import DAY_MS
from chalicelib.errors import NotFound, Unauthorized
from chalicelib.services import accounts, members, sessions, twins
from chalicelib.services.members import NewMember
from chalicelib.store import members as stored_members
from chalicelib.store.tables import SharedConnection
from chalicelib.store.transactions import Transaction
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.world import World

NOW = 1_780_000_000_000
THEM = "them@example.com"


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def _joined(account: Account, email: str = THEM, role: str = MEMBER) -> Member:
    return members.add(account.caller, NewMember(email, "Them", role), NOW)


def _start(member: Member, at_ms: int = NOW) -> str:
    return sessions.start(member.organization, member.number, at_ms)


def _is_over(text: str, at_ms: int = NOW) -> bool:
    try:
        sessions.of(text, at_ms)
    except Unauthorized:
        return True
    return False


@pytest.fixture
def both(account: Account) -> tuple[Member, Member]:
    """One person in two organizations, however they write their address."""
    return _joined(account), _joined(new_account("Beta"), "THEM@example.com")


@pytest.mark.parametrize(
    ("after_ms", "over"),
    [pytest.param(30 * DAY_MS - 1, False, id="a millisecond before"), pytest.param(30 * DAY_MS, True, id="30 days")],
)
def test_a_session_is_good_for_30_days(account: Account, after_ms: int, over: bool) -> None:
    assert _is_over(_start(_joined(account)), NOW + after_ms) is over


@pytest.mark.parametrize("text", ["", "x", "a" * 10_000, "\udc80"])
def test_a_text_that_nobody_was_given_is_no_session(account: Account, text: str) -> None:
    assert _is_over(text)
    sessions.end(text)


def test_the_hash_of_a_session_is_no_session(account: Account) -> None:
    text = _start(_joined(account))
    assert _is_over(hashlib.sha256(text.encode()).hexdigest())


def test_signing_out_ends_one_session_and_no_other(account: Account) -> None:
    them = _joined(account)
    one, other = _start(them), _start(them)
    sessions.end(one)
    sessions.end(one)
    assert [_is_over(text) for text in (one, other)] == [True, False]


def test_no_session_begins_for_somebody_who_is_not_there(account: Account) -> None:
    for organization, member in ((account.organization, 1), (1, account.caller.member)):
        with pytest.raises(NotFound):
            sessions.start(organization, member, NOW)


def test_who_is_removed_is_out_at_once(account: Account) -> None:
    them = _joined(account)
    text = _start(them)
    assert not _is_over(text)
    members.remove(account.caller, ids.spell("usr", them.number), NOW)
    assert _is_over(text)
    _joined(account)  # somebody new, although of the same address
    assert _is_over(text)


def test_another_role_and_name_are_seen_at_once(account: Account) -> None:
    them = _joined(account)
    text = _start(them)
    members.change_role(account.caller, ids.spell("usr", them.number), ADMIN)
    accounts.rename(account.caller, "Acme & Co")
    session = sessions.of(text, NOW)
    assert (session.member.role, session.caller.organization.name) == (ADMIN, "Acme & Co")


def test_signing_out_everywhere_ends_a_persons_sessions_in_every_organization(
    account: Account, both: tuple[Member, Member]
) -> None:
    texts = [_start(member) for member in both for _ in range(2)]
    someone = _start(_joined(account, "other@example.com"))
    sessions.end_everywhere(sessions.of(texts[0], NOW), NOW + 5)
    assert all(_is_over(text, NOW + 5) for text in texts)
    assert not _is_over(someone, NOW + 5)


@pytest.mark.parametrize(
    "later_ms", [pytest.param(0, id="at once"), pytest.param(1, id="later"), pytest.param(-500, id="by a slow clock")]
)
def test_sessions_that_begin_after_signing_out_everywhere_are_good(both: tuple[Member, Member], later_ms: int) -> None:
    for _ in range(2):  # two times in the same millisecond too
        first = _start(both[0])
        sessions.end_everywhere(sessions.of(first, NOW), NOW)
        assert _is_over(first)
        assert not any(_is_over(_start(member, NOW + later_ms), NOW + later_ms) for member in both)


def test_a_session_by_a_fast_clock_ends_too(both: tuple[Member, Member]) -> None:
    early, late = _start(both[0]), _start(both[1], NOW + 60_000)
    sessions.end_everywhere(sessions.of(early, NOW), NOW)
    assert [_is_over(text) for text in (early, late)] == [True, True]


def test_who_signs_out_everywhere_twice_at_once_is_out(
    both: tuple[Member, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _start(both[0])
    session = sessions.of(text, NOW)
    _overtake(monkeypatch, lambda: sessions.end_everywhere(session, NOW))
    sessions.end_everywhere(session, NOW)
    assert _is_over(text)


def test_who_is_cut_off_signing_out_everywhere_is_out_everywhere_or_nowhere(both: tuple[Member, Member]) -> None:
    ended = []
    for at in range(1, 20):
        texts = [_start(member) for member in both]
        session = sessions.of(texts[0], NOW)
        with suppress(Killed), killed_at(at, {SharedConnection: ("dispatch",)}):  # type: ignore[dict-item]
            sessions.end_everywhere(session, NOW)
        one, other = (_is_over(text) for text in texts)
        assert one is other
        ended.append(one)
    assert ended == [False] * 7 + [True] * 12


def test_the_organizations_of_a_person_are_those_with_their_address(
    account: Account, both: tuple[Member, Member]
) -> None:
    session = sessions.of(_start(both[1]), NOW)
    names = [organization.name for organization in sessions.organizations(session)]
    assert names == ["Acme", "Beta"]
    members.remove(account.caller, ids.spell("usr", both[0].number), NOW)
    assert [organization.name for organization in sessions.organizations(session)] == ["Beta"]


def test_a_test_twin_is_none_of_a_persons_organizations(account: Account, both: tuple[Member, Member]) -> None:
    twin = twins.twin_of(account.organization, both[0].number, NOW)
    text = _start(both[0])
    assert twin not in {organization.number for organization in sessions.organizations(sessions.of(text, NOW))}
    with pytest.raises(NotFound):
        sessions.switch(text, twin, NOW)


def test_a_person_goes_on_in_another_of_their_organizations(both: tuple[Member, Member]) -> None:
    text = _start(both[0])
    switched = sessions.switch(text, both[1].organization, NOW + DAY_MS)
    assert _is_over(text)
    session = sessions.of(switched, NOW + DAY_MS)
    assert session.member == both[1]
    assert session.caller.organization.number == both[1].organization
    assert _is_over(switched, NOW + 30 * DAY_MS)


def test_nobody_goes_on_in_an_organization_that_is_not_theirs(account: Account) -> None:
    text, other = _start(_joined(account)), new_account("Gamma")
    for organization in (other.organization, 1):
        with pytest.raises(NotFound):
            sessions.switch(text, organization, NOW)
    assert not _is_over(text)


def test_a_session_that_is_over_goes_on_nowhere(both: tuple[Member, Member]) -> None:
    text = _start(both[0])
    sessions.end(text)
    with pytest.raises(Unauthorized):
        sessions.switch(text, both[1].organization, NOW)


def test_of_two_switches_at_once_one_is_made(both: tuple[Member, Member], monkeypatch: pytest.MonkeyPatch) -> None:
    text, made = _start(both[0]), list[str]()
    _overtake(monkeypatch, lambda: made.append(sessions.switch(text, both[1].organization, NOW)))
    with pytest.raises(Unauthorized):
        sessions.switch(text, both[1].organization, NOW)
    assert not _is_over(made[0])


@pytest.mark.parametrize("at", range(1, 8))
def test_who_signs_out_everywhere_during_a_switch_is_out(
    both: tuple[Member, Member], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Whichever of the switch's steps it comes before."""
    text = _start(both[0])
    session, steps, dispatch = sessions.of(text, NOW), list[str](), SharedConnection.dispatch

    def stepping(self: SharedConnection, operation: str, arguments: dict[str, object]) -> dict[str, object]:
        steps.append(operation)
        if len(steps) == at:
            with monkeypatch.context() as patch:
                patch.setattr(SharedConnection, "dispatch", dispatch)
                sessions.end_everywhere(session, NOW)
        return dispatch(self, operation, arguments)

    switched = ""
    with monkeypatch.context() as patch:
        patch.setattr(SharedConnection, "dispatch", stepping)
        with suppress(Unauthorized):
            switched = sessions.switch(text, both[1].organization, NOW)
    assert len(steps) >= at
    assert _is_over(text)
    assert _is_over(switched)


def test_somebody_who_signed_out_everywhere_keeps_their_place(account: Account, both: tuple[Member, Member]) -> None:
    sessions.end_everywhere(sessions.of(_start(both[0]), NOW), NOW)
    members.change_role(account.caller, ids.spell("usr", both[0].number), OWNER)
    found = stored_members.read(account.organization, both[0].number)
    assert found
    assert (found.role, found.email, found.signed_out_ms) == (OWNER, THEM, NOW)


def test_nobody_comes_back_by_signing_out(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    them = _joined(account)
    session = sessions.of(_start(them), NOW)
    _overtake(monkeypatch, lambda: members.remove(account.caller, ids.spell("usr", them.number), NOW))
    sessions.end_everywhere(session, NOW)
    assert stored_members.read(account.organization, them.number) is None


def _overtake(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Let something happen just before the next transaction is committed."""
    commit = Transaction.commit

    def overtaken(self: Transaction) -> object:
        monkeypatch.setattr(Transaction, "commit", commit)
        meanwhile()
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", overtaken)
