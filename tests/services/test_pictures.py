"""Pictures for anybody: whose a number is, what has none any more, and downloads that count once."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.codes import QrCode
from chalicelib.core.plans import Meter
from chalicelib.errors import Gone, InvalidRequest, NotFound, Unavailable
from chalicelib.services import bulk, creating, erasing, links, pictures, qr_codes
from chalicelib.services.qr_codes import NewQrCode
from chalicelib.store import codes as stored_codes
from chalicelib.store import links as stored_links
from chalicelib.store import pictures as stored
from chalicelib.store.tables import SharedConnection
from chalicelib.store.transactions import MAX_ACTIONS, Refusal, Transaction
from tests.services.account import Account, new_account, new_link
from tests.world import World, now_ms

BASE = "https://qz.example"


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LONGEST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(pictures, "COUNTING_SECONDS", 60.0)


def _code(account: Account, link: int | None = None) -> QrCode:
    """A new QR code of a link, or a standalone one."""
    made: list[QrCode] = []

    def shape(code: QrCode) -> str:
        made.append(code)
        return ""

    new = NewQrCode(BASE, (), None if link is None else str(link), "" if link else "hello")
    qr_codes.create(account.caller, new, now_ms(), shape)
    return made[-1]


def _numbers(world: World) -> set[int]:
    """Whose pictures can be found."""
    found = (item["pk"]["S"].split("#") for item in world.items("objects"))
    return {int(parts[1]) for parts in found if parts[0] == "picture"}


URLS = bulk.Rules("urls", Meter.URL_CREATED, hourly=False)


def _count(code: QrCode) -> int:
    return qr_codes.download_counts([code])[code.number]


def test_every_link_and_qr_code_is_found_by_its_number_alone(account: Account, world: World) -> None:
    code, standalone = _code(account, account.link.number), _code(account)
    made = bulk.create(account.caller, [new_link()] * 3, now_ms(), lambda link: str(link.number), URLS)
    numbers = {account.link.number, code.number, standalone.number, *map(int, made.rows)}
    assert _numbers(world) == numbers
    for number in numbers:
        for spelled in (str(number), ids.spell("qr", number), ids.spell("dc", number)):
            found = pictures.find(spelled, BASE)
            assert (found.organization, found.number) == (account.organization, number)


@pytest.mark.parametrize("spelled", ["5", "", "nothing", "qr_0", "picture#5", "-1", str(2**60)])
def test_what_nobody_made_is_not_found(account: Account, spelled: str) -> None:
    with pytest.raises(NotFound):
        pictures.find(spelled, BASE)


def test_a_number_that_somebody_else_has_is_not_given_out_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes may draw the same number in the same millisecond."""
    other, number = new_account("Other"), ids.new(now_ms())
    drawn = iter([number, number, number + 1])
    monkeypatch.setattr(ids, "new", lambda _: next(drawn))
    first = links.seed(account.caller, new_link(), now_ms())
    second = links.seed(other.caller, new_link(), now_ms())
    assert (first.number, second.number) == (number, number + 1)
    assert pictures.find(str(number), BASE).organization == account.organization


def test_a_link_is_as_many_actions_as_a_bulk_write_reckons_with(account: Account) -> None:
    write = Transaction()
    stored_links.put_new(write, links.built(account.organization, new_link(), now_ms()), b"k" * 16)
    assert len(write) == stored_links.ACTIONS_A_LINK
    assert bulk.LINKS_A_WRITE * len(write) + 3 <= MAX_ACTIONS


def test_as_many_links_as_a_bulk_takes_are_made(account: Account, world: World) -> None:
    made = bulk.create(account.caller, [new_link()] * 100, now_ms(), lambda link: str(link.number), URLS)
    assert made.error is None
    assert _numbers(world) == {account.link.number, *map(int, made.rows)}


def test_what_was_deleted_is_gone_and_so_are_the_qr_codes_of_a_deleted_link(account: Account) -> None:
    code, standalone = _code(account, account.link.number), _code(account)
    qr_codes.delete(account.caller, str(standalone.number), now_ms())
    with pytest.raises(Gone):
        pictures.find(str(standalone.number), BASE)
    assert pictures.find(str(code.number), BASE).payload == code.payload
    links.delete(account.caller, str(account.link.number), now_ms())
    for number in (account.link.number, code.number):
        with pytest.raises(Gone):
            pictures.find(str(number), BASE)


def test_what_was_erased_is_not_found_and_nothing_of_it_is_kept(account: Account, world: World) -> None:
    code, standalone = _code(account, account.link.number), _code(account)
    shown = pictures.find(str(code.number), BASE)
    links.erase(account.caller, str(account.link.number), now_ms())
    for number in (account.link.number, code.number):
        with pytest.raises(NotFound):
            pictures.find(str(number), BASE)
    assert erasing.erase(account.organization, account.link.number, now_ms(), lambda: False)
    assert _numbers(world) == {standalone.number}
    for number in (account.link.number, code.number):
        with pytest.raises(NotFound):
            pictures.find(str(number), BASE)
    pictures.count_download(shown)  # somebody asked before
    assert _numbers(world) == {standalone.number}


def test_the_tag_is_of_all_that_decides_the_bytes_and_of_nothing_else(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = _code(account)
    one = pictures.find(str(code.number), BASE)
    tags = [pictures.etag(one), pictures.etag(one.shown("svg", None)), pictures.etag(one.shown(None, 300))]
    for style in ({"foreground": "#112233"}, {"level": "H"}, {"logo_image": "a" * 64}):
        write, held = Transaction(), stored_codes.read(account.organization, code.number)
        assert held
        stored_codes.put_again(write, held, _restyled(held.value, style))
        assert write.commit() == []
        tags.append(pictures.etag(pictures.find(str(code.number), BASE)))
    monkeypatch.setattr("chalicelib.qr.pictures.RENDERER", -1)
    tags.append(pictures.etag(pictures.find(str(code.number), BASE)))
    assert len(set(tags)) == len(tags)
    assert (
        pictures.etag(one.shown(one.style.format, one.style.size))
        == pictures.etag(pictures.find(str(_code(account).number), BASE))
        != tags[-1]
    )


def _restyled(code: QrCode, style: dict[str, Any]) -> QrCode:
    return replace(code, style=replace(code.style, **style))


def test_what_no_symbol_holds_is_refused(account: Account) -> None:
    def make(write: Transaction, _: list[Refusal]) -> str:
        code = QrCode(account.organization, ids.new(now_ms()), "\N{SNOWMAN}" * 1000, now_ms(), "text")
        stored_codes.put_new(write, code)
        return str(code.number)

    number = creating.create_unlimited(make)
    with pytest.raises(InvalidRequest) as refused:
        pictures.draw(pictures.find(number, BASE))
    assert refused.value.field == "payload"


# --- Downloads


def _twice(commit: Callable[[Transaction], list[Refusal]], codes: list[str]) -> Callable[[Transaction], list[Refusal]]:
    """Refuses as often as there are codes, then commits."""
    left = list(codes)

    def committed(write: Transaction) -> list[Refusal]:
        return [Refusal("picture", left.pop(0))] if left else commit(write)

    return committed


def test_downloads_of_a_qr_code_are_counted_and_those_of_a_link_are_not(account: Account) -> None:
    code, other = _code(account, account.link.number), _code(account)
    for _ in range(3):
        pictures.count_download(pictures.find(str(code.number), BASE))
    pictures.count_download(pictures.find(str(account.link.number), BASE))
    assert qr_codes.download_counts([code, other]) == {code.number: 3, other.number: 0}
    assert stored.downloads([account.link.number]) == {account.link.number: 0}


def test_a_count_that_meets_another_is_tried_again(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    code = _code(account)
    picture = pictures.find(str(code.number), BASE)
    refusing = _twice(Transaction.commit, ["TransactionConflict", "ThrottlingError"])
    monkeypatch.setattr(Transaction, "commit", refusing)
    pictures.count_download(picture)
    assert _count(code) == 1


def test_a_count_whose_answer_is_lost_is_sent_again_under_the_same_token(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB takes what comes again under a token for what it did; moto does not, so that is played here."""
    code = _code(account)
    picture = pictures.find(str(code.number), BASE)
    seen: list[str] = []
    dispatch = SharedConnection.dispatch

    def losing(self: SharedConnection, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation != "TransactWriteItems":
            return dispatch(self, operation, request)
        token = request["ClientRequestToken"]
        known = token in seen
        seen.append(token)
        if known:
            return {}
        dispatch(self, operation, request)
        raise Unavailable.storage()

    with monkeypatch.context() as patch:
        patch.setattr(SharedConnection, "dispatch", losing)
        pictures.count_download(picture)
        pictures.count_download(picture)
    assert len(seen) == 4
    assert len(set(seen)) == 2
    assert _count(code) == 2


@pytest.mark.parametrize("failure", [Unavailable.storage(), [Refusal("picture", "TransactionConflict")]])
def test_a_picture_is_served_whatever_happens_to_its_count(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failure: Any
) -> None:
    code = _code(account)
    picture = pictures.find(str(code.number), BASE)

    def failing(_: Transaction) -> list[Refusal]:
        if isinstance(failure, Unavailable):
            raise failure
        refusals: list[Refusal] = failure
        return refusals

    monkeypatch.setattr(pictures, "COUNTING_SECONDS", 0.01)
    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", failing)
        pictures.count_download(picture)
    (line,) = capsys.readouterr().out.splitlines()
    logged = json.loads(line)
    assert (logged["message"], logged["picture"]) == ("download not counted", code.number)
    assert _count(code) == 0
