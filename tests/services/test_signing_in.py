"""Signing in by a link in a mail: single use, 15 minutes, and nothing that tells who is known."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.accounts import ADMIN, MEMBER, SCOPES, Member
from chalicelib.core.sign_ins import address_digest
from chalicelib.errors import (
    NotFound,
    SignInEnded,
    Unavailable,
)
from chalicelib.services import accounts, members, sessions, signing_in
from chalicelib.services.members import NewMember
from chalicelib.store import mail, queues, sign_ins
from chalicelib.store.tables import SharedConnection
from chalicelib.store.transactions import Transaction
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.services.mailbox import Mailbox, link, mailing, work_off
from tests.services.turns import take_turns
from tests.world import World

NOW = 1_780_000_000_000
MINUTE = 60_000
OWNER = "Acme@example.com"
STRANGER = "stranger@example.org"
HERE = "203.0.113.9"


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def box(account: Account, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    return mailing(monkeypatch)


def test_who_asks_is_mailed_a_link_that_signs_them_in(
    account: Account, box: Mailbox, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing_in.ask(" acme@EXAMPLE.com ", HERE, NOW)
    assert box.sent == []
    work_off(world, NOW, monkeypatch)
    ((to, subject, text),) = box.sent
    assert (to, subject) == (OWNER, "Sign in to Quietzone")
    (token,) = box.tokens
    assert f"\nhttps://qz.example/sign-in/{token}\n" in text
    assert "15 minutes, and once" in text
    session = sessions.of(signing_in.redeem(token, NOW + MINUTE), NOW + MINUTE)
    assert session.member == accounts.member(account.caller)
    caller = session.caller
    assert (caller.organization, caller.member) == (account.caller.organization, account.caller.member)
    assert (caller.scopes, caller.key, caller.client, caller.test) == (SCOPES, 0, None, False)


def test_a_link_is_good_once(account: Account, box: Mailbox) -> None:
    token = link(box, OWNER, NOW)
    signing_in.redeem(token, NOW)
    assert not signing_in.is_good(token, NOW)
    with pytest.raises(SignInEnded):
        signing_in.redeem(token, NOW)


def test_looking_at_a_link_uses_nothing_up(account: Account, box: Mailbox) -> None:
    token = link(box, OWNER, NOW)
    assert all(signing_in.is_good(token, NOW) for _ in range(3))
    assert signing_in.redeem(token, NOW)


@pytest.mark.parametrize(
    ("after_ms", "good"),
    [pytest.param(15 * MINUTE - 1, True, id="a millisecond before"), pytest.param(15 * MINUTE, False, id="15 minutes")],
)
def test_a_link_is_good_for_15_minutes(account: Account, box: Mailbox, after_ms: int, good: bool) -> None:
    token = link(box, OWNER, NOW)
    assert signing_in.is_good(token, NOW + after_ms) is good
    if good:
        assert signing_in.redeem(token, NOW + after_ms)
        return
    with pytest.raises(SignInEnded):
        signing_in.redeem(token, NOW + after_ms)


def test_a_link_that_ends_while_it_is_used_is_not_good(account: Account, box: Mailbox) -> None:
    token = link(box, OWNER, NOW)
    write = Transaction()
    sign_ins.use(write, hashlib.sha256(token.encode()).hexdigest(), NOW + 15 * MINUTE)
    assert [refusal.condition for refusal in write.commit()] == [True]


@pytest.mark.parametrize("token", ["", "x", "a" * 10_000, "\udc80", "{}"])
def test_a_link_that_nobody_was_given_is_not_good(account: Account, token: str) -> None:
    assert not signing_in.is_good(token, NOW)
    with pytest.raises(SignInEnded):
        signing_in.redeem(token, NOW)


def test_a_new_link_leaves_the_one_before_good(account: Account, box: Mailbox) -> None:
    first, second = link(box, OWNER, NOW), link(box, OWNER, NOW + 1)
    assert signing_in.redeem(first, NOW + 2) != signing_in.redeem(second, NOW + 2)


def test_of_two_who_use_a_link_at_once_one_is_signed_in(
    account: Account, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_turns(monkeypatch)
    token, start, commit = link(box, OWNER, NOW), Barrier(2), Transaction.commit

    def at_once(self: Transaction) -> list[Any]:
        if start.n_waiting < 2 and not start.broken:
            start.wait(60)
        return list(commit(self))

    monkeypatch.setattr(Transaction, "commit", at_once)

    def redeem(_: int) -> str | None:
        try:
            return signing_in.redeem(token, NOW)
        except SignInEnded:
            return None

    with ThreadPoolExecutor(2) as pool:
        texts = [text for text in pool.map(redeem, range(2)) if text]
    assert len(texts) == 1
    assert sessions.of(texts[0], NOW)


@pytest.mark.parametrize("at", range(1, 9))
def test_who_is_cut_off_at_any_request_keeps_the_link_or_has_the_session(
    account: Account, box: Mailbox, world: World, at: int
) -> None:
    token = link(box, OWNER, NOW)
    with pytest.raises(Killed), killed_at(at, {SharedConnection: ("dispatch",)}):  # type: ignore[dict-item]
        signing_in.redeem(token, NOW)
    assert [signing_in.is_good(token, NOW), _count(world, "session#")] == ([True, 0] if at < 8 else [False, 1])


def test_there_is_no_other_moment_to_be_cut_off(account: Account, box: Mailbox) -> None:
    token = link(box, OWNER, NOW)
    with killed_at(9, {SharedConnection: ("dispatch",)}):  # type: ignore[dict-item]
        assert signing_in.redeem(token, NOW)


def test_a_link_needs_no_mail(account: Account) -> None:
    caller = account.caller
    url = signing_in.link_for(caller.organization.number, caller.member, "http://127.0.0.1:8000", NOW)
    base, token = url.rsplit("/", 1)
    assert base == "http://127.0.0.1:8000/sign-in"
    assert sessions.of(signing_in.redeem(token, NOW), NOW).member.email == OWNER
    with pytest.raises(NotFound):
        signing_in.link_for(caller.organization.number, 1, "", NOW)


def test_a_link_without_a_mail_makes_up_for_an_address_that_was_not_written_down(
    account: Account, box: Mailbox, world: World
) -> None:
    _forget_addresses(world)
    signing_in.send_link(address_digest(OWNER), NOW, NOW)
    assert box.sent == []
    signing_in.link_for(account.organization, account.caller.member, "", NOW)
    assert link(box, OWNER, NOW)


def test_a_link_of_an_organization_signs_in_there(account: Account, box: Mailbox) -> None:
    other = _joined(new_account("Beta"), OWNER)
    token = signing_in.link_for(other.organization, other.number, "", NOW).rsplit("/", 1)[1]
    assert sessions.of(signing_in.redeem(token, NOW), NOW).member == other
    first = sessions.of(signing_in.redeem(link(box, OWNER, NOW), NOW), NOW)
    assert first.member.organization == account.organization


@pytest.mark.parametrize(
    ("removed", "signs_in"),
    [pytest.param(["Acme"], True, id="of one of two"), pytest.param(["Acme", "Beta"], False, id="of both")],
)
def test_a_link_of_somebody_who_is_removed_meanwhile(
    account: Account, box: Mailbox, removed: list[str], signs_in: bool
) -> None:
    them = "them@example.com"
    both = {"Acme": account, "Beta": new_account("Beta")}
    joined = {name: _joined(each, them) for name, each in both.items()}
    token = link(box, them, NOW)
    for name in removed:
        members.remove(both[name].caller, ids.spell("usr", joined[name].number), NOW)
    if signs_in:
        assert sessions.of(signing_in.redeem(token, NOW), NOW).member == joined["Beta"]
        return
    with pytest.raises(SignInEnded):
        signing_in.redeem(token, NOW)
    signing_in.send_link(address_digest(them), NOW, NOW)
    assert len(box.sent) == 1


def test_nobody_signs_in_to_a_test_twin(account: Account, box: Mailbox) -> None:
    caller = account.caller
    test = accounts.authenticate(accounts.create_key(caller.organization.number, caller.member, NOW, "qz_test_"))
    members.add(test, NewMember("tester@example.com", "T", MEMBER), NOW)
    signing_in.send_link(address_digest("tester@example.com"), NOW, NOW)
    assert box.sent == []
    session = sessions.of(signing_in.redeem(link(box, OWNER, NOW), NOW), NOW)
    assert [each.number for each in sessions.organizations(session)] == [account.organization]


def test_known_or_not_what_happens_for_an_address_is_the_same(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch, calls, seen = SharedConnection.dispatch, list[str](), dict[str, list[str]]()

    def noted(self: SharedConnection, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        calls.append(operation)
        return dispatch(self, operation, arguments)

    monkeypatch.setattr(SharedConnection, "dispatch", noted)
    for number, address in enumerate((OWNER, STRANGER)):
        signing_in.ask(address, f"198.51.100.{number}", NOW)
        assert world.messages("JOBS_QUEUE_URL") == [{"sign_in": address_digest(address), "asked_ms": NOW}]
        seen[address] = list(calls)
        calls.clear()
    assert seen[OWNER] == seen[STRANGER] == ["GetItem", "PutItem"] * 2


def test_a_strangers_address_gets_no_mail_and_is_nowhere(account: Account, box: Mailbox, world: World) -> None:
    signing_in.ask(STRANGER, HERE, NOW)
    (body,) = world.raw_messages("JOBS_QUEUE_URL")
    assert signing_in.send_link(json.loads(body)["sign_in"], NOW, NOW)
    assert box.sent == []
    assert STRANGER not in dumped(world) + body
    assert HERE not in dumped(world) + body


def test_neither_token_nor_session_is_stored(account: Account, box: Mailbox, world: World) -> None:
    token, used = link(box, OWNER, NOW), link(box, OWNER, NOW)
    text = signing_in.redeem(used, NOW)
    everything = dumped(world)
    assert all(secret not in everything for secret in (token, used, text))
    assert hashlib.sha256(token.encode()).hexdigest() in everything
    assert hashlib.sha256(text.encode()).hexdigest() in everything


def test_what_is_stored_goes_by_itself(account: Account, box: Mailbox, world: World) -> None:
    signing_in.ask(OWNER, HERE, NOW)
    link(box, OWNER, NOW)
    signing_in.redeem(link(box, OWNER, NOW), NOW)
    ends = {item["pk"]["S"].split("#")[0]: int(item["expires"]["N"]) - NOW // 1000 for item in _own(world)}
    assert ends == {"asked": 901, "sign-in": 900, "session": 30 * 86_400}


def test_without_somebody_to_send_from_nothing_is_mailed(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not signing_in.sends_mail()
    signing_in.ask(OWNER, HERE, NOW)
    work_off(world, NOW, monkeypatch)
    assert "no mails are sent" in capsys.readouterr().out
    assert "sign-in" not in {item["pk"]["S"].split("#")[0] for item in _own(world)}


def test_nothing_of_who_signs_in_is_logged(
    account: Account, box: Mailbox, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for address in (OWNER, STRANGER):
        signing_in.ask(address, HERE, NOW)
    work_off(world, NOW, monkeypatch)
    said = capsys.readouterr().out
    assert [json.loads(line)["message"] for line in said.splitlines()] == ["sign_in"] * 2
    assert all(secret not in said for secret in (OWNER, STRANGER, HERE, *box.tokens))


def test_a_message_that_comes_twice_sends_a_second_good_link(
    account: Account, box: Mailbox, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing_in.ask(OWNER, HERE, NOW)
    (body,) = world.raw_messages("JOBS_QUEUE_URL")
    for _ in range(2):
        world.sqs.send_message(QueueUrl=os.environ["JOBS_QUEUE_URL"], MessageBody=body)
    work_off(world, NOW, monkeypatch)
    assert len(set(box.tokens)) == 2
    assert [bool(signing_in.redeem(token, NOW)) for token in box.tokens] == [True, True]


def test_a_mail_that_fails_is_tried_again_in_a_moment(
    account: Account, box: Mailbox, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, delays, fails = queues.send_job, list[int](), iter([True, True, False])

    def sending(*given: Any) -> bool:
        if next(fails):
            raise Unavailable.storage()
        box.sent.append((given[0], given[1], given[2]))
        return True

    def ordering(job: dict[str, Any], delay_seconds: int = 0) -> None:
        delays.append(delay_seconds)
        send(job)

    monkeypatch.setattr(mail, "send", sending)
    monkeypatch.setattr(queues, "send_job", ordering)
    signing_in.ask(OWNER, HERE, NOW)
    for at_ms in (NOW, NOW + 20_000, NOW + 40_000):
        assert box.sent == []
        work_off(world, at_ms, monkeypatch)
    assert delays == [0, 20, 20]
    assert signing_in.is_good(box.tokens[0], NOW + 40_000 + 15 * MINUTE - 1)
    assert world.messages("JOBS_QUEUE_URL") == []


@pytest.mark.parametrize(("after_ms", "mails"), [(15 * MINUTE - 1, 1), (15 * MINUTE, 0)])
def test_nothing_is_mailed_that_nobody_waits_for(
    account: Account, box: Mailbox, world: World, monkeypatch: pytest.MonkeyPatch, after_ms: int, mails: int
) -> None:
    signing_in.ask(OWNER, HERE, NOW)
    work_off(world, NOW + after_ms, monkeypatch)
    assert len(box.sent) == mails


def test_the_mail_goes_to_the_address_on_record(account: Account, box: Mailbox) -> None:
    """However an address is written that a looser comparison takes for a member's."""
    members.add(account.caller, NewMember("kate@example.com", "K", ADMIN), NOW)
    for lookalike in ("\u212aate@example.com", "\uff4bate@example.com"):
        signing_in.send_link(address_digest(lookalike), NOW, NOW)
    assert box.sent == []
    link(box, "KATE@Example.COM", NOW)
    assert [to for to, _, _ in box.sent] == ["kate@example.com"]


def dumped(world: World) -> str:
    return json.dumps(world.items("objects"), default=str)


def _joined(account: Account, email: str) -> Member:
    return members.add(account.caller, NewMember(email, "Them", MEMBER), NOW)


def _own(world: World) -> list[dict[str, Any]]:
    """What signing in stores that has an end."""
    kinds = ("asked#", "sign-in#", "session#")
    return [item for item in world.items("objects") if item["pk"]["S"].startswith(kinds)]


def _count(world: World, kind: str) -> int:
    return sum(item["pk"]["S"].startswith(kind) for item in world.items("objects"))


def _forget_addresses(world: World) -> None:
    for item in world.items("objects"):
        if item["pk"]["S"].startswith("address#"):
            world.dynamodb.delete_item(TableName="objects", Key={"pk": item["pk"], "sk": item["sk"]})
