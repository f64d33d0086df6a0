"""Members: who may change whom, and that an organization never lacks an owner."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from chalicelib import ids
from chalicelib.core.accounts import ADMIN, MEMBER, OWNER, ApiKey, Member
from chalicelib.errors import Forbidden, InvalidRequest, KeyRevoked, NotFound
from chalicelib.services import accounts, keys, members
from chalicelib.services.accounts import Caller
from chalicelib.services.keys import NewKey
from chalicelib.services.members import NewMember
from chalicelib.store import members as stored
from chalicelib.store.keys import Stored
from chalicelib.store.transactions import Refusal, Transaction
from tests.services.account import new_account
from tests.world import World, now_ms


@pytest.fixture
def caller(world: World) -> Caller:
    return new_account().caller


def _add(caller: Caller, name: str, role: str) -> Member:
    return members.add(caller, NewMember(f"{name}@example.com", name, role), now_ms())


def _text(caller: Caller, member: Member, prefix: str = "qz_live_") -> str:
    return keys.create(caller, NewKey(prefix=prefix, member=member.number), now_ms()).text


def _spelled(member: Member | Caller) -> str:
    return ids.spell("usr", member.number if isinstance(member, Member) else member.member)


def _overtake(monkeypatch: pytest.MonkeyPatch, meet: Callable[[], object]) -> None:
    commit, met = Transaction.commit, list[bool]()

    def overtaken(self: Transaction) -> list[Refusal]:
        if not met:
            met.append(True)
            meet()
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", overtaken)


def test_members_are_listed_in_the_order_in_which_they_came(caller: Caller) -> None:
    added = [_add(caller, name, role) for name, role in (("a", ADMIN), ("b", MEMBER), ("c", OWNER))]
    assert members.everyone(caller) == [accounts.member(caller), *added]
    assert accounts.member(caller).role == OWNER
    assert members.get(caller, _spelled(added[1])) == added[1]


@pytest.mark.parametrize(
    ("new", "field"),
    [
        pytest.param(NewMember("a.example.com", "A"), "email", id="no address"),
        pytest.param(NewMember("a@example", "A"), "email", id="no domain"),
        pytest.param(NewMember("a b@example.com", "A"), "email", id="a space"),
        pytest.param(NewMember("a@example.com\n", " "), "name", id="no name"),
        pytest.param(NewMember("a@example.com", "A", "king"), "role", id="an unknown role"),
        pytest.param(NewMember("ACME@example.com", "A"), "email", id="a member's already"),
    ],
)
def test_a_member_who_makes_no_sense_is_not_added(caller: Caller, new: NewMember, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        members.add(caller, new, now_ms())
    assert refused.value.field == field
    assert len(members.everyone(caller)) == 1


@pytest.mark.parametrize(
    ("acting", "other", "allowed"),
    [
        (OWNER, OWNER, True),
        (OWNER, ADMIN, True),
        (OWNER, MEMBER, True),
        (ADMIN, OWNER, False),
        (ADMIN, ADMIN, True),
        (ADMIN, MEMBER, True),
        (MEMBER, OWNER, False),
        (MEMBER, ADMIN, False),
        (MEMBER, MEMBER, False),
    ],
)
def test_nobody_adds_changes_or_removes_those_above_them(
    caller: Caller, acting: str, other: str, allowed: bool
) -> None:
    who = accounts.authenticate(_text(caller, _add(caller, "acting", acting)))
    present = _add(caller, "other", other)
    actions: list[Callable[[], object]] = [
        lambda: _add(who, "new", other),
        lambda: members.change_role(who, _spelled(present), MEMBER),
        lambda: members.change_role(who, _spelled(present), other),
        lambda: members.remove(who, _spelled(present), now_ms()),
    ]
    if allowed:
        assert [bool(act()) for act in actions] == [True] * 4
        return
    before = members.everyone(caller)
    for act in actions:
        with pytest.raises(Forbidden):
            act()
    assert members.everyone(caller) == before


def test_nobody_raises_themselves(caller: Caller) -> None:
    admin = _add(caller, "a", ADMIN)
    with pytest.raises(Forbidden):
        members.change_role(accounts.authenticate(_text(caller, admin)), _spelled(admin), OWNER)


@pytest.mark.parametrize(
    ("act", "field"),
    [
        pytest.param(lambda caller: members.change_role(caller, _spelled(caller), ADMIN), "role", id="demote"),
        pytest.param(lambda caller: members.remove(caller, _spelled(caller), now_ms()), "member", id="remove"),
    ],
)
def test_the_last_owner_stays(caller: Caller, act: Callable[[Caller], object], field: str) -> None:
    _add(caller, "a", ADMIN)
    key = accounts.create_key(caller.organization.number, caller.member, now_ms())
    with pytest.raises(InvalidRequest) as refused:
        act(caller)
    assert refused.value.field == field
    assert accounts.member(caller).role == OWNER
    assert accounts.authenticate(key).member == caller.member
    _add(caller, "b", OWNER)
    act(caller)


def test_of_two_owners_who_go_at_once_one_stays(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    other = _add(caller, "b", OWNER)
    them = accounts.authenticate(_text(caller, other))
    _overtake(monkeypatch, lambda: members.change_role(them, _spelled(caller), MEMBER))
    with pytest.raises(Forbidden):  # by now a plain member
        members.change_role(caller, _spelled(other), MEMBER)
    assert [member.role for member in members.everyone(them)] == [MEMBER, OWNER]


def test_of_two_owners_who_leave_at_once_one_stays(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    other = _add(caller, "b", OWNER)
    them = accounts.authenticate(_text(caller, other))
    _overtake(monkeypatch, lambda: members.change_role(them, _spelled(them), MEMBER))
    with pytest.raises(InvalidRequest) as refused:
        members.remove(caller, _spelled(caller), now_ms())
    assert refused.value.field == "member"
    assert [member.role for member in members.everyone(caller)] == [OWNER, MEMBER]


def test_a_member_from_before_there_were_roles_is_an_owner(caller: Caller, world: World) -> None:
    place = {"pk": {"S": str(caller.organization.number)}, "sk": {"S": f"member#{caller.member}"}}
    world.dynamodb.update_item(
        TableName="objects", Key=place, UpdateExpression="REMOVE #r", ExpressionAttributeNames={"#r": "role"}
    )
    other = _add(caller, "b", OWNER)
    assert members.change_role(caller, _spelled(other), ADMIN).role == ADMIN
    with pytest.raises(InvalidRequest):
        members.change_role(caller, _spelled(caller), ADMIN)


def test_who_is_removed_has_no_key_any_more_in_either_organization(caller: Caller) -> None:
    leaving, staying = _add(caller, "a", ADMIN), _add(caller, "b", ADMIN)
    gone = [_text(caller, leaving), _text(caller, leaving, "qz_test_")]
    kept = [_text(caller, staying), _text(caller, staying, "qz_test_")]
    twin = accounts.authenticate(gone[1])
    assert members.remove(caller, _spelled(leaving), now_ms()) == leaving
    for text in gone:
        with pytest.raises(KeyRevoked):
            accounts.authenticate(text)
    assert [accounts.authenticate(text).member for text in kept] == [staying.number] * 2
    assert members.everyone(caller) == [accounts.member(caller), staying]
    with pytest.raises(NotFound):
        accounts.member(twin)


def test_no_key_is_made_for_somebody_who_is_removed_meanwhile(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    leaving = _add(caller, "a", MEMBER)
    _overtake(monkeypatch, lambda: members.remove(caller, _spelled(leaving), now_ms()))
    with pytest.raises(NotFound):
        _text(caller, leaving)
    assert all(key.member != leaving.number for key in keys.page(caller, now_ms(), 10, ended=True).keys)


def test_no_test_key_is_made_for_somebody_who_is_removed_meanwhile(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.create(caller, NewKey(prefix="qz_test_"), now_ms())
    leaving, put = _add(caller, "a", MEMBER), stored.put_missing

    def put_late(member: Member) -> None:
        members.remove(caller, _spelled(leaving), now_ms())
        put(member)

    monkeypatch.setattr(stored, "put_missing", put_late)
    with pytest.raises(NotFound):
        _text(caller, leaving, "qz_test_")
    assert all(key.member != leaving.number for key in keys.page(caller, now_ms(), 10, ended=True).keys)


def test_no_key_is_rotated_of_somebody_who_is_removed_meanwhile(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = _add(caller, "a", MEMBER)
    first, second = (accounts.authenticate(_text(caller, leaving)) for _ in range(2))
    revoke, met = keys._revoke, list[bool]()

    def late(read: Callable[[], Stored], at_ms: int) -> ApiKey:
        if not met:
            met.append(True)
            with suppress(NotFound):
                keys.rotate(first, ids.spell("key", first.key), at_ms)
        return revoke(read, at_ms)

    monkeypatch.setattr(keys, "_revoke", late)
    members.remove(caller, _spelled(leaving), now_ms())
    found = keys.page(caller, now_ms(), 10, ended=True).keys
    mine = [key for key in found if key.member == leaving.number]
    assert {key.number for key in mine} == {first.key, second.key}
    assert all(key.revoked_ms is not None for key in mine)


def test_removing_again_ends_the_keys_that_a_removal_left(caller: Caller) -> None:
    leaving = _add(caller, "a", MEMBER)
    text = _text(caller, leaving)
    write = Transaction()
    stored.delete(write, leaving)
    write.commit()
    with pytest.raises(NotFound):
        members.remove(caller, _spelled(leaving), now_ms())
    with pytest.raises(KeyRevoked):
        accounts.authenticate(text)


def test_another_role_holds_in_the_test_twin_too(caller: Caller) -> None:
    other = _add(caller, "a", MEMBER)
    test = accounts.authenticate(_text(caller, other, "qz_test_"))
    members.change_role(caller, _spelled(other), ADMIN)
    assert accounts.member(test).role == ADMIN
    assert members.get(caller, _spelled(other)) == replace(other, role=ADMIN)


def test_another_organizations_member_is_not_there(caller: Caller) -> None:
    other = new_account("Other").caller
    acts: list[Callable[[], object]] = [
        lambda: members.get(caller, _spelled(other)),
        lambda: members.change_role(caller, _spelled(other), MEMBER),
        lambda: members.remove(caller, _spelled(other), now_ms()),
        lambda: members.get(caller, "nobody"),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert accounts.member(other).role == OWNER


def test_an_organization_and_its_twin_are_renamed(caller: Caller) -> None:
    test = accounts.authenticate(accounts.create_key(caller.organization.number, caller.member, now_ms(), "qz_test_"))
    assert accounts.rename(caller, " Acme & Co ").name == "Acme & Co"
    assert [accounts.organization(who).name for who in (caller, test)] == ["Acme & Co"] * 2
    with pytest.raises(InvalidRequest) as refused:
        accounts.rename(caller, " ")
    assert refused.value.field == "name"
