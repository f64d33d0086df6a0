"""API keys: what they look like, what they may do, and when they end."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.connection import Connection

from chalicelib import ids
from chalicelib.core.accounts import ADMIN, MEMBER, OWNER, ApiKey
from chalicelib.core.days import DAY_MS, HOUR_MS, month_of
from chalicelib.core.plans import Meter
from chalicelib.errors import (
    Forbidden,
    InvalidRequest,
    KeyExpired,
    KeyRevoked,
    NotFound,
    QuietzoneError,
    Unauthorized,
    Unavailable,
)
from chalicelib.services import accounts, keys, links, members, twins
from chalicelib.services.accounts import Caller
from chalicelib.services.keys import Edit, NewKey
from chalicelib.services.members import NewMember
from chalicelib.store import accounts as stored_accounts
from chalicelib.store import creates
from chalicelib.store import keys as stored
from chalicelib.store.transactions import Refusal, Transaction
from tests.services.account import new_link
from tests.services.clock import Clock, another_process, stopped
from tests.world import World

READER = frozenset({"qr:read", "api_keys:read", "api_keys:write"})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture
def caller(world: World, clock: Clock) -> Caller:
    return _caller("Acme", clock)


def _caller(name: str, clock: Clock) -> Caller:
    organization, owner = accounts.create_organization(name, f"{name}@example.com", clock.ms)
    return accounts.authenticate(accounts.create_key(organization.number, owner.number, clock.ms))


def _spelled(key: ApiKey) -> str:
    return ids.spell("key", key.number)


def _copies(world: World, key: ApiKey) -> list[dict[str, Any]]:
    """Both copies of a key, without what only the list has."""
    found = [item for item in world.items("objects") if item.get("number") == {"N": str(key.number)}]
    own = {"pk", "sk", "digest", "last_used"}
    return [
        {name: sorted(value["SS"]) if "SS" in value else value for name, value in item.items() if name not in own}
        for item in found
    ]


def _overtake(monkeypatch: pytest.MonkeyPatch, meet: Callable[[], object]) -> None:
    """Let something happen between what the next transaction has read, and its commit."""
    commit, met = Transaction.commit, list[bool]()

    def overtaken(self: Transaction) -> list[Refusal]:
        if not met:
            met.append(True)
            meet()
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", overtaken)


# --- Texts


@pytest.mark.parametrize(
    ("prefix", "form"),
    [
        pytest.param(None, "qz_live_[A-Za-z0-9]{32}", id="our own"),
        pytest.param("oqr_", "oqr_[A-Za-z0-9]{32}", id="dynamic"),
        pytest.param("qrcp_live_", "qrcp_live_[A-Za-z0-9]{32}", id="qrcodes"),
        pytest.param("qrcp_test_", "qrcp_test_[A-Za-z0-9]{32}", id="qrcodes, test"),
        pytest.param("3qpr_sk_live_", "3qpr_sk_live_[A-Za-z0-9]{32}", id="qpr"),
        pytest.param("smllr_live_", "smllr_live_[A-Za-z0-9]{32}", id="reporting"),
        pytest.param("snd_live_", r"snd_live_[A-Za-z0-9]{16}\.[A-Za-z0-9]{32}", id="qr"),
        pytest.param("snd_test_", r"snd_test_[A-Za-z0-9]{16}\.[A-Za-z0-9]{32}", id="qr, test"),
    ],
)
def test_a_key_looks_like_those_of_its_service(caller: Caller, clock: Clock, prefix: str | None, form: str) -> None:
    issued = keys.create(caller, NewKey(prefix=prefix), clock.ms)
    assert re.fullmatch(form, issued.text)
    assert (issued.key.prefix, issued.key.hint) == (prefix or "qz_live_", issued.text[: len(issued.key.hint)])
    assert accounts.authenticate(issued.text).key == issued.key.number


@pytest.mark.parametrize("prefix", ["QZ_", "qz-", "qz.", "q" * 25, "qzä_", "qz "])
def test_a_prefix_is_short_and_of_lower_case_letters_digits_and_underscores(
    caller: Caller, clock: Clock, prefix: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        keys.create(caller, NewKey(prefix=prefix), clock.ms)
    assert refused.value.field == "prefix"


def test_the_text_of_a_key_is_stored_nowhere(caller: Caller, clock: Clock, world: World) -> None:
    issued = keys.create(caller, NewKey(prefix="snd_live_"), clock.ms)
    items = json.dumps(world.items("objects"), default=str)
    assert hashlib.sha256(issued.text.encode()).hexdigest() in items
    assert issued.text.removeprefix(issued.key.hint) not in items
    assert issued.text.rpartition(".")[2] not in items


# --- What a key may do


def test_a_key_says_whose_it_is(caller: Caller, clock: Clock) -> None:
    new = NewKey("Office", scopes=READER, expires_ms=clock.ms + DAY_MS)
    issued = keys.create(caller, new, clock.ms)
    found = accounts.authenticate(issued.text)
    assert (found.organization, found.member, found.scopes) == (caller.organization, caller.member, READER)
    assert (found.key, found.client, found.test, found.by_token) == (issued.key.number, None, False, False)
    assert keys.get(caller, _spelled(issued.key)) == replace(issued.key, last_used_ms=clock.ms)
    assert (issued.key.name, issued.key.expires_ms) == ("Office", clock.ms + DAY_MS)


def test_a_key_hands_out_no_scope_that_it_lacks(caller: Caller, clock: Clock) -> None:
    reader = accounts.authenticate(keys.create(caller, NewKey(scopes=READER), clock.ms).text)
    assert keys.create(reader, NewKey(), clock.ms).key.scopes == READER
    assert keys.create(reader, NewKey(scopes=frozenset({"qr:read"})), clock.ms).key.scopes == {"qr:read"}
    with pytest.raises(Forbidden, match="qr:write"):
        keys.create(reader, NewKey(scopes=READER | {"qr:write"}), clock.ms)
    with pytest.raises(Forbidden, match="analytics:read"):
        keys.create(reader, NewKey(client=5), clock.ms)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        pytest.param(NewKey(scopes=frozenset()), "scopes", id="no scopes"),
        pytest.param(NewKey(scopes=frozenset({"qr:draw"})), "scopes", id="an unknown scope"),
        pytest.param(
            NewKey(client=5, scopes=frozenset({"analytics:read", "qr:read"})), "scopes", id="a client's scopes"
        ),
        pytest.param(NewKey(client=5, prefix="qrcp_test_"), "client", id="a client's test key"),
        pytest.param(NewKey(name="a\nb"), "name", id="a name of two lines"),
        pytest.param(NewKey(name="a" * 201), "name", id="a long name"),
        pytest.param(NewKey(expires_ms=1), "expires_at", id="expired already"),
        pytest.param(NewKey(expires_ms=253_402_300_800_000), "expires_at", id="after all the years that can be shown"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    caller: Caller, clock: Clock, world: World, new: NewKey, field: str
) -> None:
    before = world.items("objects")
    with pytest.raises(InvalidRequest) as refused:
        keys.create(caller, new, clock.ms)
    assert refused.value.field == field
    assert world.items("objects") == before


def test_a_clients_key_reads_analytics_and_nothing_else(caller: Caller, clock: Clock) -> None:
    issued = keys.create(caller, NewKey(client=5), clock.ms)
    client = accounts.authenticate(issued.text)
    assert client.client == 5
    assert client.scopes == {"analytics:read"}
    with pytest.raises(InvalidRequest):
        keys.update(caller, _spelled(issued.key), Edit(scopes=frozenset({"qr:read"})))
    rotated = keys.rotate(caller, _spelled(issued.key), clock.ms)
    assert accounts.authenticate(rotated.text).client == 5


@pytest.mark.parametrize(
    ("role", "of", "allowed"),
    [
        pytest.param(OWNER, OWNER, True, id="an owner for another"),
        pytest.param(ADMIN, OWNER, False, id="an admin for an owner"),
        pytest.param(ADMIN, MEMBER, True, id="an admin for a member"),
        pytest.param(MEMBER, MEMBER, False, id="a member for another"),
    ],
)
def test_nobody_gets_a_key_of_somebody_above_them(
    caller: Caller, clock: Clock, role: str, of: str, allowed: bool
) -> None:
    acting = members.add(caller, NewMember("a@example.com", "A", role), clock.ms)
    other = members.add(caller, NewMember("b@example.com", "B", of), clock.ms)
    theirs = keys.create(caller, NewKey(member=other.number), clock.ms).key
    who = accounts.authenticate(keys.create(caller, NewKey(member=acting.number), clock.ms).text)

    def made() -> list[int]:
        new = keys.create(who, NewKey(member=other.number), clock.ms), keys.rotate(who, _spelled(theirs), clock.ms)
        return [issued.key.member for issued in new]

    if allowed:
        assert made() == [other.number, other.number]
        return
    with pytest.raises(Forbidden):
        keys.create(who, NewKey(member=other.number), clock.ms)
    with pytest.raises(Forbidden):
        keys.rotate(who, _spelled(theirs), clock.ms)


def test_nobody_gets_a_key_who_is_no_member(caller: Caller, clock: Clock) -> None:
    with pytest.raises(NotFound):
        keys.create(caller, NewKey(member=caller.member + 1), clock.ms)


# --- Lists and changes


def test_keys_are_listed_newest_first_a_page_at_a_time(caller: Caller, clock: Clock) -> None:
    made = [keys.create(caller, NewKey(f"{n}", "qz_test_" if n % 2 else None), clock.ms).key for n in range(5)]
    keys.revoke(caller, _spelled(made[2]), clock.ms)
    seen, before = list[str](), None
    while True:
        page = keys.page(caller, clock.ms, 2, before)
        assert len(page.keys) <= 2
        seen += [key.name for key in page.keys]
        if (before := page.next_before) is None:
            break
    assert seen == ["4", "3", "1", "0", ""]
    assert [key.name for key in keys.page(caller, clock.ms, 9, ended=True).keys] == ["4", "3", "2", "1", "0", ""]


def test_a_key_is_renamed_and_gets_other_scopes(caller: Caller, clock: Clock, world: World) -> None:
    issued = keys.create(caller, NewKey("Office"), clock.ms)
    spelled = _spelled(issued.key)
    assert keys.update(caller, spelled, Edit(name=" Till ")).name == "Till"
    assert keys.update(caller, spelled, Edit(scopes=READER)).scopes == READER
    assert accounts.authenticate(issued.text).scopes == READER
    assert keys.get(caller, spelled).name == "Till"
    first, second = _copies(world, issued.key)
    assert first == second


def test_a_key_gets_no_further_scope_from_one_that_lacks_it(caller: Caller, clock: Clock) -> None:
    both = frozenset({"qr:read", "qr:write"})
    wide = keys.create(caller, NewKey(scopes=both), clock.ms).key
    reader = accounts.authenticate(keys.create(caller, NewKey(scopes=READER), clock.ms).text)
    with pytest.raises(Forbidden, match="usage:read"):
        keys.update(reader, _spelled(wide), Edit(scopes=both | {"usage:read"}))
    assert keys.update(reader, _spelled(wide), Edit(scopes=frozenset({"qr:write"}))).scopes == {"qr:write"}


def test_a_key_that_acts_for_somebody_above_gets_no_further_scope(caller: Caller, clock: Clock) -> None:
    of_owner = keys.create(caller, NewKey(scopes=READER), clock.ms).key
    colleague = members.add(caller, NewMember("b@example.com", "B", MEMBER), clock.ms)
    member = accounts.authenticate(keys.create(caller, NewKey(member=colleague.number), clock.ms).text)
    with pytest.raises(Forbidden, match="owner"):
        keys.update(member, _spelled(of_owner), Edit(scopes=READER | {"accounts:write"}))
    assert keys.update(member, _spelled(of_owner), Edit(name="Kiosk")).scopes == READER
    assert keys.update(caller, _spelled(of_owner), Edit(scopes=READER | {"accounts:write"})).scopes > READER


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda caller, key: keys.get(caller, key), id="get"),
        pytest.param(lambda caller, key: keys.update(caller, key, Edit(name="x")), id="update"),
        pytest.param(lambda caller, key: keys.revoke(caller, key, 1), id="revoke"),
        pytest.param(lambda caller, key: keys.rotate(caller, key, 1), id="rotate"),
    ],
)
def test_another_organizations_key_is_not_there(
    caller: Caller, clock: Clock, act: Callable[[Caller, str], object]
) -> None:
    other = _caller("Other", clock)
    for spelled in (ids.spell("key", other.key), str(other.key), "key_1", "nonsense"):
        with pytest.raises(NotFound):
            act(caller, spelled)
    assert keys.get(other, str(other.key)).revoked_ms is None


# --- Ends


def test_a_revoked_key_ends_at_once_here_and_within_five_seconds_elsewhere(
    caller: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = (keys.create(caller, NewKey(), clock.ms) for _ in range(2))
    for issued in (here, elsewhere):
        accounts.authenticate(issued.text)
    keys.revoke(caller, _spelled(here.key), clock.ms)
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.services.callers.forget", lambda _: None)
        keys.revoke(caller, _spelled(elsewhere.key), clock.ms)
    with pytest.raises(KeyRevoked):
        accounts.authenticate(here.text)
    clock.wait(4.9)
    accounts.authenticate(elsewhere.text)
    clock.wait(0.1)
    with pytest.raises(KeyRevoked):
        accounts.authenticate(elsewhere.text)


def test_a_key_expires_to_the_millisecond_though_it_is_believed(caller: Caller, clock: Clock) -> None:
    issued = keys.create(caller, NewKey(expires_ms=clock.ms + 2000), clock.ms)
    clock.wait(1.999)
    accounts.authenticate(issued.text)
    clock.wait(0.001)
    with pytest.raises(KeyExpired):
        accounts.authenticate(issued.text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("qz_live_" + "a" * 32, Unauthorized, id="never made"),
        pytest.param("", Unauthorized, id="empty"),
        pytest.param("\ud800", Unauthorized, id="no text"),
    ],
)
def test_a_key_that_never_was_is_told_from_one_that_ended(world: World, text: str, kind: type[QuietzoneError]) -> None:
    with pytest.raises(kind) as refused:
        accounts.authenticate(text)
    assert type(refused.value) is kind


def test_a_key_without_its_organization_is_not_known(caller: Caller, clock: Clock, world: World) -> None:
    text = keys.create(caller, NewKey(), clock.ms).text
    place = {"pk": {"S": str(caller.organization.number)}, "sk": {"S": "organization"}}
    world.dynamodb.delete_item(TableName="objects", Key=place)
    with pytest.raises(Unauthorized):
        accounts.authenticate(text)


def test_both_copies_of_a_key_that_ended_are_remembered_for_thirty_days(
    caller: Caller, clock: Clock, world: World
) -> None:
    expiring = keys.create(caller, NewKey(expires_ms=clock.ms + DAY_MS), clock.ms).key
    keys.revoke(caller, _spelled(expiring), clock.ms + HOUR_MS)
    keys.revoke(caller, _spelled(expiring), clock.ms + 2 * HOUR_MS)
    first, second = _copies(world, expiring)
    assert first == second
    assert first["revoked"] == {"N": str(clock.ms + HOUR_MS)}
    assert first["expires"] == {"N": str((clock.ms + HOUR_MS + 30 * DAY_MS) // 1000)}
    lasting = keys.create(caller, NewKey(), clock.ms).key
    assert all("expires" not in copy for copy in _copies(world, lasting))


def test_a_change_that_meets_a_revocation_does_not_undo_it(
    caller: Caller, clock: Clock, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.create(caller, NewKey("Office"), clock.ms).key
    _overtake(monkeypatch, lambda: keys.revoke(caller, _spelled(key), clock.ms))
    changed = keys.update(caller, _spelled(key), Edit(name="Till"))
    assert (changed.name, changed.revoked_ms) == ("Till", clock.ms)
    first, second = _copies(world, key)
    assert first == second


# --- Rotation


@pytest.mark.parametrize(
    ("expires", "overlap", "ends"),
    [
        pytest.param(None, {}, DAY_MS, id="a day by default"),
        pytest.param(None, {"overlap_ms": 0}, 0, id="at once"),
        pytest.param(None, {"overlap_ms": 5_000}, 5_000, id="after the overlap"),
        pytest.param(3_000, {"overlap_ms": 5_000}, 3_000, id="it would have ended before"),
    ],
)
def test_a_rotated_key_ends_after_the_overlap(
    caller: Caller, clock: Clock, expires: int | None, overlap: dict[str, int], ends: int
) -> None:
    expires_ms = None if expires is None else clock.ms + expires
    old = keys.create(caller, NewKey("Till", "snd_live_", READER, expires_ms), clock.ms)
    accounts.authenticate(old.text)
    new = keys.rotate(caller, _spelled(old.key), clock.ms, **overlap)
    assert (new.key.name, new.key.scopes, new.key.prefix) == ("Till", READER, "snd_live_")
    assert (new.key.number != old.key.number, new.key.expires_ms) == (True, None)
    assert accounts.authenticate(new.text).key == new.key.number
    assert keys.get(caller, _spelled(old.key)).expires_ms == clock.ms + ends
    if ends:
        clock.wait(ends / 1000 - 0.001)
        accounts.authenticate(old.text)
        clock.wait(0.001)
    with pytest.raises(KeyExpired):
        accounts.authenticate(old.text)
    accounts.authenticate(new.text)


def test_a_key_is_not_rotated_by_one_that_may_do_less(caller: Caller, clock: Clock) -> None:
    reader = accounts.authenticate(keys.create(caller, NewKey(scopes=READER), clock.ms).text)
    wide = keys.create(caller, NewKey(), clock.ms).key
    with pytest.raises(Forbidden):
        keys.rotate(reader, _spelled(wide), clock.ms)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        pytest.param({"overlap_ms": -1}, "overlap", id="an overlap that is over"),
        pytest.param({"overlap_ms": 31 * DAY_MS}, "overlap", id="a long overlap"),
        pytest.param({"expires_ms": 1}, "expires_at", id="a new key that expired"),
    ],
)
def test_a_rotation_that_makes_no_sense_changes_nothing(
    caller: Caller, clock: Clock, world: World, options: dict[str, int], field: str
) -> None:
    key = keys.create(caller, NewKey(), clock.ms).key
    before = world.items("objects")
    with pytest.raises(InvalidRequest) as refused:
        keys.rotate(caller, _spelled(key), clock.ms, **options)
    assert refused.value.field == field
    assert world.items("objects") == before


def test_a_rotation_that_meets_a_revocation_makes_no_key(
    caller: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.create(caller, NewKey(), clock.ms).key
    _overtake(monkeypatch, lambda: keys.revoke(caller, _spelled(key), clock.ms))
    with pytest.raises(InvalidRequest, match="revoked"):
        keys.rotate(caller, _spelled(key), clock.ms)
    assert len(keys.page(caller, clock.ms, 10).keys) == 1


# --- Last use


def test_the_last_use_of_a_key_is_right_to_the_hour(
    caller: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = keys.create(caller, NewKey(), clock.ms)
    spelled, start = _spelled(issued.key), clock.ms
    assert keys.get(caller, spelled).last_used_ms is None
    seen = list[int | None]()
    for wait in (0, 1800, 1799, 1, 3599):
        clock.wait(wait)
        another_process(monkeypatch)
        accounts.authenticate(issued.text)
        last = keys.get(caller, spelled).last_used_ms
        seen.append(None if last is None else (last - start) // 1000)
    assert seen == [0, 0, 0, 3600, 3600]


def test_one_process_notes_a_use_once_an_hour(caller: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    issued, noted = keys.create(caller, NewKey(), clock.ms), list[int]()
    monkeypatch.setattr(stored, "note_use", lambda *use: noted.append(use[2]))
    for _ in range(8):
        accounts.authenticate(issued.text)
        clock.wait(600)
    assert noted == [clock.ms - 4_800_000, clock.ms - 1_200_000]


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(lambda operation: Unavailable.storage() if operation == "UpdateItem" else None, id="an outage"),
        pytest.param(lambda operation: _refused() if operation == "UpdateItem" else None, id="a refusal"),
    ],
)
def test_a_use_that_cannot_be_noted_stops_nobody(
    caller: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch, failure: Callable[[str], Exception | None]
) -> None:
    issued, dispatch = keys.create(caller, NewKey(), clock.ms), Connection.dispatch
    failed = list[str]()

    def failing(self: Connection, operation: str, arguments: dict[str, Any]) -> Any:
        if error := failure(operation):
            failed.append(operation)
            raise error
        return dispatch(self, operation, arguments)

    monkeypatch.setattr(Connection, "dispatch", failing)
    assert accounts.authenticate(issued.text).key == issued.key.number
    assert failed == ["UpdateItem"]


def _refused() -> Exception:
    refusal: Exception = ClientError({"Error": {"Code": "ValidationException", "Message": ""}}, "UpdateItem")
    return refusal


def test_a_note_of_use_revives_no_key_that_is_forgotten(caller: Caller, clock: Clock, world: World) -> None:
    before = world.items("objects")
    stored.note_use(caller.organization.number, 123, clock.ms)
    assert world.items("objects") == before


# --- Test keys


def test_what_a_test_key_makes_is_apart(caller: Caller, clock: Clock) -> None:
    issued = keys.create(caller, NewKey(prefix="qrcp_test_"), clock.ms)
    test = accounts.authenticate(issued.text)
    assert (test.test, test.organization.test_of, test.member) == (True, caller.organization.number, caller.member)
    assert test.organization.hashing_key != caller.organization.hashing_key
    link = links.create(test, new_link(), clock.ms, lambda link: str(link.number)).answer
    with pytest.raises(NotFound):
        links.get(caller, link)
    month = month_of(clock.ms)
    usage = [creates.read_usage(each.organization.number, month, Meter.QR_GENERATED) for each in (caller, test)]
    assert usage == [0, 1]
    ours, theirs = accounts.member(caller), accounts.member(test)
    assert replace(theirs, organization=ours.organization) == ours


def test_all_test_keys_of_an_organization_are_of_one_twin(caller: Caller, clock: Clock) -> None:
    made = {keys.create(caller, NewKey(prefix=prefix), clock.ms).key.organization for prefix in ("a_test_", "b_test_")}
    again = accounts.create_key(caller.organization.number, caller.member, clock.ms, "c_test_")
    test = accounts.authenticate(again)
    assert made == {test.organization.number}
    assert twins.twin_of(test.organization.number, test.member, clock.ms) == test.organization.number
    assert accounts.organization(caller).test == test.organization.number


def test_two_who_make_the_twin_at_once_make_one(
    caller: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    number, first = caller.organization.number, list[int]()
    _overtake(monkeypatch, lambda: first.append(twins.twin_of(number, caller.member, clock.ms)))
    assert [twins.twin_of(number, caller.member, clock.ms)] == first
    assert sorted(stored_accounts.organizations()) == sorted([number, *first])
    assert sum(item["sk"]["S"] == "organization" for item in world.items("objects")) == 2


def test_a_live_key_sees_the_keys_of_the_twin_and_not_the_other_way_round(caller: Caller, clock: Clock) -> None:
    issued = keys.create(caller, NewKey(prefix="qz_test_"), clock.ms)
    test = accounts.authenticate(issued.text)
    assert [key.number for key in keys.page(test, clock.ms, 10).keys] == [issued.key.number]
    with pytest.raises(NotFound):
        keys.get(test, str(caller.key))
    assert keys.create(test, NewKey(), clock.ms).key.prefix == "qz_test_"
    assert keys.create(test, NewKey(client=5), clock.ms).key.client == 5
    with pytest.raises(InvalidRequest, match="_test_"):
        keys.create(test, NewKey(prefix="qz_live_"), clock.ms)
    keys.revoke(caller, _spelled(issued.key), clock.ms)
    with pytest.raises(KeyRevoked):
        accounts.authenticate(issued.text)


def test_a_colleagues_test_key_is_of_the_same_twin_and_of_the_colleague(caller: Caller, clock: Clock) -> None:
    keys.create(caller, NewKey(prefix="qz_test_"), clock.ms)
    colleague = members.add(caller, NewMember("b@example.com", "B", ADMIN), clock.ms)
    test = accounts.authenticate(keys.create(caller, NewKey(prefix="b_test_", member=colleague.number), clock.ms).text)
    assert replace(accounts.member(test), organization=colleague.organization) == colleague


def test_the_twin_keeps_scans_as_long_as_its_organization(caller: Caller, clock: Clock) -> None:
    write = Transaction()
    stored_accounts.keep(write, caller.organization, replace(caller.organization, keep_days=30, least_kept_days=20))
    write.commit()
    test = accounts.authenticate(keys.create(caller, NewKey(prefix="qz_test_"), clock.ms).text)
    assert (test.organization.keep_days, test.organization.least_kept_days) == (30, 30)
