"""The month's meter: however many create at once, it counts what exists, and a plan that stops does so exactly."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from chalicelib.core.days import month_of
from chalicelib.core.plans import Meter
from chalicelib.core.scannability import Scannability
from chalicelib.core.styles import Style
from chalicelib.errors import PlanLimitExceeded, SlugTaken, Unavailable
from chalicelib.qr import proof
from chalicelib.services import accounts, bulk, codes, links, qr_codes
from chalicelib.services.accounts import Caller
from chalicelib.services.bulk import Made, Rules
from chalicelib.services.codes import NewCode
from chalicelib.services.creating import Created, OnceKey
from chalicelib.services.links import NewLink
from chalicelib.services.qr_codes import NewQrCode
from chalicelib.store import creates
from chalicelib.store.transactions import Refusal, Transaction
from tests.services.account import new_link
from tests.services.turns import take_turns
from tests.world import World

NOW: Final = 1_795_255_200_000
THREADS: Final = 8

Create = Callable[[Caller, OnceKey | None], Created | Made]


@pytest.fixture
def caller(world: World, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Of a free organization, which may make 25 QR codes a month."""
    monkeypatch.setattr("chalicelib.services.creating.LONGEST_WAIT_SECONDS", 0.02)
    organization, owner = accounts.create_organization("Small", "small@example.com", NOW, "free")
    return accounts.authenticate(accounts.create_key(organization.number, owner.number, NOW))


def _link(caller: Caller, once: OnceKey | None = None) -> Created:
    return links.create(caller, new_link(), NOW, lambda link: str(link.number), once)


def _standalone(caller: Caller, once: OnceKey | None = None) -> Created:
    new = NewQrCode("https://qz.example", (), payload="x")
    return qr_codes.create(caller, new, NOW, lambda code: str(code.number), once)


def _of_link(link: str) -> Create:
    def create(caller: Caller, once: OnceKey | None = None) -> Created:
        new = NewQrCode("https://qz.example", (), link=link)
        return qr_codes.create(caller, new, NOW, lambda code: str(code.number), once)

    return create


def _url(caller: Caller, once: OnceKey | None = None) -> Created:
    return links.create(caller, new_link(), NOW, lambda link: str(link.number), once, meter=Meter.URL_CREATED)


def _bulk(rows: int) -> Create:
    def create(caller: Caller, once: OnceKey | None = None) -> Made:
        rules = Rules("codes", Meter.QR_GENERATED, hourly=False)
        return bulk.create(caller, [new_link()] * rows, NOW, lambda link: str(link.number), rules, once)

    return create


def _used(caller: Caller, meter: Meter = Meter.QR_GENERATED) -> int:
    return creates.read_usage(caller.organization.number, month_of(NOW), meter)


def _exist(world: World) -> int:
    return sum(item["sk"]["S"].startswith(("link#", "code#", "bound#")) for item in world.items("objects"))


def _succeeds(create: Create, caller: Caller) -> bool:
    """Whether there is room for it; who is told that the service is busy tries again."""
    while True:
        try:
            create(caller, None)
        except PlanLimitExceeded:
            return False
        except Unavailable:
            continue
        return True


def test_of_many_who_create_at_the_limit_of_a_free_plan_exactly_25_succeed(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = _url(caller).answer
    take_turns(monkeypatch)
    kinds = [_link, _standalone, _of_link(url)] * 12
    with ThreadPoolExecutor(THREADS) as threads:
        succeeded = list(threads.map(lambda create: _succeeds(create, caller), kinds))
    assert (sum(succeeded), _used(caller), _exist(world)) == (25, 25, 25 + 1)
    assert _used(caller, Meter.URL_CREATED) == 1


def test_of_many_bulk_creates_at_the_limit_each_is_made_whole_or_not_at_all(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_turns(monkeypatch)
    with ThreadPoolExecutor(THREADS) as threads:
        succeeded = list(threads.map(lambda _: _succeeds(_bulk(4), caller), range(9)))
    assert (sum(succeeded), _used(caller), _exist(world)) == (6, 24, 24)


@pytest.mark.parametrize(
    ("create", "units"),
    [
        pytest.param(_link, 1, id="a link"),
        pytest.param(_standalone, 1, id="a QR code"),
        pytest.param(_bulk(3), 3, id="three links"),
    ],
)
def test_of_many_with_one_idempotency_key_one_counts(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch, create: Create, units: int
) -> None:
    take_turns(monkeypatch)
    once = OnceKey("key", "request")
    with ThreadPoolExecutor(THREADS) as threads:
        made = list(threads.map(lambda _: create(caller, once), range(THREADS)))
    answers = {str(each.rows if isinstance(each, Made) else each.answer) for each in made}
    assert (len(answers), _used(caller), _exist(world)) == (1, units, units)


def test_a_create_that_does_not_get_through_counts_nothing(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", lambda _: [Refusal("usage", "TransactionConflict")])
        for create in (_link, _standalone, _url):
            with pytest.raises(Unavailable):
                create(caller)
    links.create(caller, NewLink("https://example.com/", (), slug="spring"), NOW, lambda link: link.slug)
    with pytest.raises(SlugTaken):
        links.create(caller, NewLink("https://example.com/", (), slug="spring"), NOW, lambda link: link.slug)
    assert (_used(caller), _used(caller, Meter.URL_CREATED)) == (1, 0)


def _drawn(caller: Caller, once: OnceKey | None = None) -> Created:
    new = NewLink("https://example.com/", (), drawn_at="https://qz.example")
    return links.create(caller, new, NOW, lambda link: str(link.number), once)


def _static(caller: Caller, once: OnceKey | None = None) -> Created:
    return codes.create(caller, NewCode("text", {"text": "static"}, None), NOW, lambda code: str(code.number), once)


def _of_payload(caller: Caller, once: OnceKey | None = None) -> Created:
    new = NewQrCode("https://qz.example", (), payload="standalone")
    return qr_codes.create(caller, new, NOW, lambda code: str(code.number), once)


@pytest.mark.parametrize("kind", ["a link", "a QR code of a link", "a standalone QR code", "a static code"])
def test_whoever_must_wait_for_others_who_create_proves_a_picture_once(
    kind: str, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers: dict[str, Create] = {
        "a link": _drawn,
        "a QR code of a link": _of_link(_drawn(caller).answer),
        "a standalone QR code": _of_payload,
        "a static code": _static,
    }
    commit, examine, proved = Transaction.commit, proof.examine, list[str]()
    refusals = [[Refusal("usage", "ConditionalCheckFailed")] for _ in range(3)]

    def examining(payload: str, style: Style, logo: bytes | None = None) -> Scannability:
        proved.append(payload)
        return examine(payload, style, logo)

    monkeypatch.setattr(proof, "examine", examining)
    monkeypatch.setattr(Transaction, "commit", lambda self: refusals.pop() if refusals else commit(self))
    makers[kind](caller, None)
    assert len(proved) == 1
