"""Bearer tokens: for whom, for how long, and what is none."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS
from chalicelib.errors import Forbidden, KeyExpired, KeyRevoked, Unauthorized
from chalicelib.services import accounts, keys, tokens
from chalicelib.services.accounts import Caller
from chalicelib.services.keys import Edit, NewKey
from tests.services.account import new_account
from tests.services.clock import Clock, another_process, stopped
from tests.world import World, now_ms


@pytest.fixture
def caller(world: World) -> Caller:
    return new_account().caller


def _claims(caller: Caller, **changes: Any) -> dict[str, Any]:
    now = now_ms() // 1000
    claims = {
        "org": ids.spell("org", caller.organization.number),
        "key": ids.spell("key", caller.key),
        "scopes": sorted(caller.scopes),
        "iat": now,
        "exp": now + 900,
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def _signed(caller: Caller, **changes: Any) -> str:
    return jwt.encode(_claims(caller, **changes), tokens._signing_key(caller.organization), algorithm="HS256")


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_token_stands_for_its_key_for_fifteen_minutes(caller: Caller) -> None:
    token = tokens.issue(caller, now_ms())
    found = accounts.authenticate(token.text)
    assert (found.organization, found.member, found.scopes) == (caller.organization, caller.member, caller.scopes)
    assert (found.key, found.test, found.by_token) == (caller.key, False, True)
    assert token.expires_in == 900
    assert token.text.startswith("eyJ")


@pytest.mark.parametrize(("age", "good"), [(890, True), (901, False)])
def test_a_token_ends_after_fifteen_minutes(caller: Caller, age: int, good: bool) -> None:
    text = tokens.issue(caller, now_ms() - age * 1000 + 500).text
    if good:
        assert accounts.authenticate(text).key == caller.key
        return
    with pytest.raises(Unauthorized):
        accounts.authenticate(text)


def test_a_token_is_not_exchanged_for_another(caller: Caller) -> None:
    with pytest.raises(Forbidden):
        tokens.issue(accounts.authenticate(tokens.issue(caller, now_ms()).text), now_ms())


def test_the_tokens_of_this_test_are_like_those_that_are_issued(caller: Caller) -> None:
    """So each of those refused below is refused for what is wrong with it."""
    assert accounts.authenticate(_signed(caller)).key == caller.key


def _by_nobody(caller: Caller) -> str:
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(_claims(caller))}."


def _by_another_algorithm(caller: Caller) -> str:
    signed = f"{_part({'alg': 'HS384', 'typ': 'JWT'})}.{_part(_claims(caller))}"
    signature = hmac.digest(tokens._signing_key(caller.organization), signed.encode(), "sha384")
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _tampered(caller: Caller) -> str:
    head, _, signature = _signed(caller, scopes=["qr:read"]).split(".")
    return f"{head}.{_part(_claims(caller))}.{signature}"


def _with_visitor_key(caller: Caller) -> str:
    return jwt.encode(_claims(caller), caller.organization.hashing_key, algorithm="HS256")


def _of_another(caller: Caller) -> str:
    other = new_account("Other").caller
    return jwt.encode(_claims(caller), tokens._signing_key(other.organization), algorithm="HS256")


def _deep(_: Caller) -> str:
    body = base64.urlsafe_b64encode(b"[" * 100_000).decode().rstrip("=")
    return f"{_part({'alg': 'HS256'})}.{body}.AAAA"


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(_by_nobody, id="signed by nobody"),
        pytest.param(_by_another_algorithm, id="another algorithm"),
        pytest.param(_tampered, id="tampered with"),
        pytest.param(_with_visitor_key, id="signed with the key of visitor hashes"),
        pytest.param(_of_another, id="signed by another organization"),
        pytest.param(lambda caller: _signed(caller, exp=None), id="without an end"),
        pytest.param(lambda caller: _signed(caller, iat=None), id="without a beginning"),
        pytest.param(lambda caller: _signed(caller, scopes=None), id="without scopes"),
        pytest.param(lambda caller: _signed(caller, key=ids.spell("key", 7)), id="of a key that never was"),
        pytest.param(lambda caller: _signed(caller, key=7.5), id="of no key"),
        pytest.param(lambda caller: _signed(caller, org=ids.spell("org", 7)), id="of no organization"),
        pytest.param(lambda caller: _signed(caller, org=None), id="without an organization"),
        pytest.param(lambda caller: _signed(caller)[:-3], id="cut"),
        pytest.param(lambda caller: _signed(caller) + ".x", id="of four parts"),
        pytest.param(lambda _: "eyJ..", id="of nothing"),
        pytest.param(lambda _: "eyJ.\ud800.é", id="no text"),
        pytest.param(lambda _: f"{_part({'alg': 'HS256'})}.{_part([])}.AAAA", id="of a list"),
        pytest.param(_deep, id="of brackets"),
    ],
)
def test_what_nobody_issued_is_no_token(caller: Caller, forge: Callable[[Caller], str]) -> None:
    with pytest.raises(Unauthorized) as refused:
        accounts.authenticate(forge(caller))
    assert type(refused.value) is Unauthorized


def test_a_forged_token_tells_nothing_of_the_key_and_is_no_use_of_it(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.create(caller, NewKey(), now_ms()).key
    forged = _with_visitor_key(Caller(caller.organization, caller.member, caller.scopes, key.number))
    for act in (lambda: None, lambda: keys.revoke(caller, str(key.number), now_ms())):
        act()
        another_process(monkeypatch)
        with pytest.raises(Unauthorized) as refused:
            accounts.authenticate(forged)
        assert type(refused.value) is Unauthorized
    assert keys.get(caller, str(key.number)).last_used_ms is None


def test_a_token_of_an_organization_that_is_gone_is_none(caller: Caller, world: World) -> None:
    text = tokens.issue(caller, now_ms()).text
    place = {"pk": {"S": str(caller.organization.number)}, "sk": {"S": "organization"}}
    world.dynamodb.delete_item(TableName="objects", Key=place)
    with pytest.raises(Unauthorized):
        accounts.authenticate(text)


def test_a_token_dies_with_its_key(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Clock = stopped(monkeypatch)
    issued = keys.create(caller, NewKey(), clock.ms)
    text = tokens.issue(accounts.authenticate(issued.text), clock.ms).text
    accounts.authenticate(text)
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.services.callers.forget", lambda _: None)  # as in another process
        keys.revoke(caller, str(issued.key.number), clock.ms)
    clock.wait(4.9)
    accounts.authenticate(text)
    clock.wait(0.1)
    with pytest.raises(KeyRevoked):
        accounts.authenticate(text)


def test_a_token_ends_with_a_key_that_expires(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = stopped(monkeypatch)
    key = keys.create(caller, NewKey(expires_ms=clock.ms + 60_000), clock.ms)
    text = tokens.issue(accounts.authenticate(key.text), clock.ms).text
    accounts.authenticate(text)
    clock.wait(60)
    with pytest.raises(KeyExpired):
        accounts.authenticate(text)


def test_a_token_may_do_what_both_it_and_its_key_may(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = stopped(monkeypatch)
    issued = keys.create(caller, NewKey(scopes=frozenset({"qr:read", "qr:write"})), clock.ms)
    text = tokens.issue(accounts.authenticate(issued.text), clock.ms).text
    keys.update(caller, str(issued.key.number), Edit(scopes=frozenset({"qr:read", "usage:read"})))
    assert accounts.authenticate(text).scopes == {"qr:read"}
    clock.wait(DAY_MS / 1000)
    assert accounts.authenticate(text).scopes == {"qr:read"}  # PyJWT's own clock ends it


def test_a_clients_token_and_a_test_keys_are_theirs(caller: Caller) -> None:
    for new, told in ((NewKey(client=5), (5, False)), (NewKey(prefix="snd_test_"), (None, True))):
        who = accounts.authenticate(keys.create(caller, new, now_ms()).text)
        found = accounts.authenticate(tokens.issue(who, now_ms()).text)
        assert (found.client, found.test) == told
        assert found.organization == who.organization
        assert (found.organization == caller.organization) is not found.test


def test_a_key_that_begins_like_a_token_is_a_key(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.core.key_texts._random", lambda letters: "J" * letters)
    text = keys.create(caller, NewKey(prefix="ey"), now_ms()).text
    assert text.startswith("eyJ")
    assert not accounts.authenticate(text).by_token
