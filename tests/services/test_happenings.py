"""What happened, from the records of real changes in the tables."""

import pytest

from chalicelib import ids
from chalicelib.core import events as e
from chalicelib.core.conversations import Conversation
from chalicelib.core.events import Drawn, Event, Made, Reached, Scanned
from chalicelib.core.foreign_links import ForeignLink
from chalicelib.services import counting, editing, happenings, history, importing, links, qr_codes, thresholds
from chalicelib.services.qr_codes import NewQrCode
from chalicelib.store import scans
from chalicelib.store import streams as stored
from tests.e2e.agents import GOOGLEBOT
from tests.services.account import Account, new_account, new_link
from tests.services.stream import Watch, record
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def watch(account: Account, world: World) -> Watch:
    return Watch(world)


def _events(watch: Watch, types: frozenset[str] = frozenset(e.TYPES)) -> list[Event]:
    return happenings.events(list(stored.changes(watch.records())), lambda _: types)


def _told(found: list[Event]) -> list[tuple[str, str]]:
    return [(event.type, event.id) for event in found]


def _code(account: Account, link: str | None = None, payload: str = "") -> int:
    made: list[int] = []

    def shape(code: object) -> str:
        made.append(code.number)  # type: ignore[attr-defined]
        return ""

    new = NewQrCode("https://qz.example", (), link=link, payload=payload)
    qr_codes.create(account.caller, new, now_ms(), shape)
    return made[-1]


def test_a_scan_is_told_of_when_it_is_counted(account: Account, watch: Watch) -> None:
    key = account.scan()
    assert _events(watch) == []
    counting.settle(scans.read([key]))
    (event,) = _events(watch)
    assert (event.type, event.id, event.ms) == (e.SCAN_CREATED, f"evt_{key.id}", key.ms)
    assert isinstance(event.subject, Scanned)
    assert (event.subject.link.number, event.subject.scan.facts.country) == (account.link.number, "GB")


def test_nobody_hears_of_bots(account: Account, watch: Watch) -> None:
    counting.settle(scans.read([account.scan(user_agent=GOOGLEBOT)]))
    assert _events(watch) == []


def test_a_scan_that_was_a_test_and_is_none_any_more_is_not_told_of_again(account: Account, watch: Watch) -> None:
    key = account.scan()
    counting.settle(scans.read([key]))
    assert len(_events(watch)) == 1
    number = str(account.link.number)
    for spans in (((0, now_ms() + 1),), ()):
        history.leave_out(account.caller, number, spans, now_ms())
        counting.settle(scans.read([key]))
        assert _events(watch) == []


def test_a_conversation_is_completed_once(account: Account, watch: Watch) -> None:
    key = account.scan()
    editing.converse(key, Conversation(started=True, messages=2), now_ms())
    assert [event.type for event in _events(watch)] == [e.SCAN_CREATED]
    editing.converse(key, Conversation(ended=True), now_ms())
    (event,) = _events(watch)
    assert (event.type, event.id) == (e.CONVERSATION_COMPLETED, f"evt_{key.id}_completed")
    assert isinstance(event.subject, Scanned)
    assert event.subject.scan.facts.messages == 2
    editing.converse(key, Conversation(messages=3), now_ms())
    assert _events(watch) == []


def test_a_conversation_that_ended_before_its_scan_was_counted_is_completed_with_it(
    account: Account, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = account.scan()
    with monkeypatch.context() as folding:
        folding.setattr(counting, "settle_pending", lambda _: None)
        editing.converse(key, Conversation(started=True, ended=True), now_ms())
    assert _events(watch) == []
    counting.settle(scans.read([key]))
    assert _told(_events(watch)) == [
        (e.SCAN_CREATED, f"evt_{key.id}"),
        (e.CONVERSATION_COMPLETED, f"evt_{key.id}_completed"),
    ]


def test_a_new_link_is_a_url_and_a_qpr_code(account: Account, watch: Watch) -> None:
    link = links.seed(account.caller, new_link(), now_ms())
    found = _events(watch)
    assert _told(found) == [
        (e.URL_CREATED, f"evt_{ids.spell('dc', link.number)}_created"),
        (e.QPR_CODE_CREATED, f"evt_{ids.spell('qpr', link.number)}_created"),
    ]
    assert all(event.subject == Made(link) for event in found)
    links.edit(account.caller, str(link.number), links.Edit(frozenset({"label"}), label="new"), now_ms())
    assert _events(watch) == []


@pytest.mark.parametrize("of_link", [True, False], ids=["of a link", "standalone"])
def test_qr_codes_are_made_changed_and_deleted(account: Account, watch: Watch, of_link: bool) -> None:
    number = _code(account, str(account.link.number)) if of_link else _code(account, payload="hello")
    spelled = ids.spell("qr", number)
    (made,) = _events(watch)
    assert (made.type, made.id, made.code) == (e.QR_CREATED, f"evt_{spelled}_created", number)
    assert made.link == (account.link.number if of_link else 0)
    qr_codes.edit(account.caller, spelled, {"foreground": "#202020"}, ())
    (updated,) = _events(watch)
    assert updated.type == e.QR_UPDATED
    assert updated.id.startswith(f"evt_{spelled}_updated_")
    assert isinstance(updated.subject, Drawn)
    assert updated.subject.qr_code.style.foreground == "#202020"
    qr_codes.edit(account.caller, spelled, {"foreground": "#202021"}, ())
    (again,) = _events(watch)
    assert again.id != updated.id
    qr_codes.delete(account.caller, spelled, now_ms())
    assert _told(_events(watch)) == [(e.QR_DELETED, f"evt_{spelled}_deleted")]


def test_qr_codes_that_are_erased_with_their_link_are_deleted_once(account: Account, world: World) -> None:
    kept, deleted = (_code(account, str(account.link.number)) for _ in range(2))
    qr_codes.delete(account.caller, str(deleted), now_ms())
    items = {item["sk"]["S"]: item for item in world.items("objects") if item["sk"]["S"].startswith("bound#")}
    changed = [record("objects", item, None) for item in items.values()]
    found = happenings.events(list(stored.changes(changed)), lambda _: e.TYPES)
    assert _told(found) == [(e.QR_DELETED, f"evt_{ids.spell('qr', kept)}_deleted")]
    (event,) = found
    assert isinstance(event.subject, Drawn)
    assert event.subject.qr_code.deleted_ms == event.ms


def test_a_threshold_of_a_link_and_one_of_its_qr_code_are_told_of_when_they_are_crossed(
    account: Account, watch: Watch
) -> None:
    number = _code(account, str(account.link.number))
    _events(watch)
    counting.settle(scans.read([account.scan()]))
    changed = list(stored.changes(watch.records()))
    rung = happenings.doorbells(changed, lambda _: e.TYPES)
    scope = f"l{account.link.number}", f"q{account.link.number}.1"
    assert rung == {(account.organization, name): 0 for name in scope}
    thresholds.cross_all(rung, now_ms())
    found = _events(watch)
    link = ids.spell("dc", account.link.number)
    assert set(_told(found)) == {
        (e.URL_CLICK_THRESHOLD, f"evt_{link}_1"),
        (e.QR_SCAN_THRESHOLD, f"evt_{link}_q1_1"),
    }
    assert {
        (event.subject.threshold, event.subject.total) for event in found if isinstance(event.subject, Reached)
    } == {(1, 1)}
    assert {event.code for event in found} == {0, number}
    assert _events(watch) == []


@pytest.mark.parametrize(("image", "rung"), [("OldImage", [0]), ("NewImage", [])])
def test_a_total_that_cannot_be_understood_before_rings_from_nothing_and_one_after_not_at_all(
    account: Account, watch: Watch, image: str, rung: list[int]
) -> None:
    for address in ("a", "b"):
        watch.records()
        counting.settle(scans.read([account.scan(address=address)]))
    own = [it for it in watch.records() if it["dynamodb"]["Keys"]["sk"]["S"] == "lifetime"]
    (changed,) = (it for it in own if f"#l{account.link.number}#" in it["dynamodb"]["Keys"]["pk"]["S"])
    changed["dynamodb"][image]["body"] = {"B": "AAAA"}
    assert list(happenings.doorbells(stored.changes([changed]), lambda _: e.TYPES).values()) == rung


def test_nothing_is_looked_up_for_what_nobody_wants(account: Account, watch: Watch) -> None:
    counting.settle(scans.read([account.scan()]))
    changed = list(stored.changes(watch.records()))
    assert happenings.events(changed, lambda _: ()) == []
    assert happenings.doorbells(changed, lambda _: (e.SCAN_CREATED,)) == {}


def test_a_scan_of_a_link_that_is_erased_meanwhile_is_nobodys(account: Account, watch: Watch) -> None:
    counting.settle(scans.read([account.scan()]))
    links.erase(account.caller, str(account.link.number), now_ms())
    assert [event for event in _events(watch) if event.type == e.SCAN_CREATED] == []


def test_what_comes_again_is_the_same_event(account: Account, watch: Watch) -> None:
    key = account.scan()
    counting.settle(scans.read([key]))
    records = watch.records()
    first, second = (happenings.events(list(stored.changes(records)), lambda _: e.TYPES) for _ in range(2))
    assert first == second


def test_nobody_hears_of_links_that_are_imported(account: Account, watch: Watch) -> None:
    rows = [ForeignLink("line 2", "menu", "https://example.com/menu", visits=7)]
    plan = importing.plan(account.caller.organization, rows, (), now_ms())
    assert list(importing.write(account.caller.organization, plan.new, now_ms())) == [1]
    assert _events(watch) == []
