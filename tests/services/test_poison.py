"""A scan that cannot be folded blocks nobody: it is set aside, reported, and counted once its cause is gone."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core import agents
from chalicelib.core import rollups as r
from chalicelib.core.days import day_of
from chalicelib.core.metric_names import SCANS_POISONED
from chalicelib.core.rollups import link_scope
from chalicelib.core.scans import Scan, ScanKey
from chalicelib.core.windows import Window
from chalicelib.errors import Unavailable
from chalicelib.functions import fold
from chalicelib.services import (
    analytics,
    counting,
    erasing,
    history,
    integrity,
    links,
    poison,
    refolding,
    sweeping,
)
from chalicelib.store import poisoned, reopened, rollups, scans
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI
from tests.services.account import Account, new_account
from tests.world import World, now_ms

MINUTE = 60_000
BROKEN = f"{IPHONE_SAFARI} Broken/1.0"  # a person's, but nobody can judge it


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@contextmanager
def broken(user_agent: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While judging fails for one user agent."""
    judge = agents.judge

    def fail(text: str, hint: str = "") -> agents.Agent:
        if text == user_agent:
            raise KeyError(text)
        return judge(text, hint)

    with monkeypatch.context() as patch:
        patch.setattr(agents, "judge", fail)
        yield


def _total(account: Account) -> int:
    lifetime = rollups.read_lifetime(account.organization, link_scope(account.link.number), range(1))
    return r.amount(lifetime, r.TOTAL)


def _scan(key: ScanKey) -> Scan:
    (scan,) = scans.read([key])
    return scan


def _ring(world: World) -> None:
    """Hand the stream function the newest image of every pending scan, as the notes of failures do."""
    images = [item for item in world.items("scans") if "pending" in item]
    fold.fold([{"dynamodb": {"NewImage": image}} for image in images])


def test_a_scan_that_cannot_be_folded_stops_neither_its_batch_nor_its_shard(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch, counted: Counter[str]
) -> None:
    bad, good = account.scan(user_agent=BROKEN), [account.scan(address=str(n)) for n in range(7)]
    with broken(BROKEN, monkeypatch):
        _ring(world)
        assert _total(account) == len(good)
        for _ in range(4):
            _ring(world)
        assert counted == {SCANS_POISONED: 1}
    scan = _scan(bad)
    assert (scan.pending, scan.poisoned, scan.unjudged, scan.failures) == (0, True, None, 0)
    assert list(poisoned.listed(account.organization)) == [bad]


def test_one_that_another_fold_counted_meanwhile_is_not_told_of_as_set_aside(
    account: Account, world: World, counted: Counter[str]
) -> None:
    scan = replace(_scan(account.scan()), failures=poison.MOST_FAILURES - 1)
    _ring(world)
    poison.note(scan, KeyError())
    assert (_scan(scan.key).poisoned, counted[SCANS_POISONED]) == (False, 0)


def test_it_is_reported_without_what_it_holds(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.scan(user_agent="secret-agent")
    with broken("secret-agent", monkeypatch):
        _ring(world)
    printed = capsys.readouterr().out
    lines = [json.loads(line) for line in printed.splitlines()]
    (told,) = [line for line in lines if line["message"] == "scan cannot be folded"]
    assert (told["error"], told["failures"], told["set_aside"]) == ("KeyError", 1, False)
    assert "secret-agent" not in printed


def test_no_reader_waits_for_it(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.scan(user_agent=BROKEN)
    account.scan()
    today = Window.ending(day_of(now_ms()), 1)
    with broken(BROKEN, monkeypatch):
        answers = [analytics.link_report(account.organization, account.link.number, today, now_ms()) for _ in range(6)]
    assert {answer.total for answer in answers} == {1}
    assert [answer.pending for answer in answers] == [1, 1, 1, 1, 1, 0], "pending until it is set aside"


def test_the_sweep_sets_it_aside_and_goes_on(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = account.scan(now_ms() - 3 * MINUTE, user_agent=BROKEN)
    account.scan(now_ms() - 2 * MINUTE)
    with broken(BROKEN, monkeypatch):
        sweeping.sweep(now_ms())
    assert (_total(account), _scan(bad).poisoned) == (1, True)


def test_a_command_makes_it_pending_again_and_it_is_counted(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = account.scan(user_agent=BROKEN)
    with broken(BROKEN, monkeypatch):
        counting.settle_pending(scans.read([bad]))
    assert poison.requeue(account.organization, now_ms()) == 1
    assert poison.requeue(account.organization, now_ms()) == 0
    _ring(world)
    assert (_total(account), _scan(bad).pending, poisoned.count(account.organization)) == (1, 0, 0)


def test_a_scan_that_was_taken_up_is_counted_though_its_stream_record_is_lost(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is of a day that the sweep's cursor is past."""
    bad = account.scan(account.days_ago(3), user_agent=BROKEN)
    with broken(BROKEN, monkeypatch):
        counting.settle_pending(scans.read([bad]))
    sweeping.sweep(now_ms())
    assert poison.requeue(account.organization, now_ms()) == 1
    assert integrity.oldest_pending(account.organization, now_ms() + 1) == bad.ms
    sweeping.sweep(now_ms() + 2 * MINUTE)
    assert (_total(account), _scan(bad).pending) == (1, 0)
    assert list(reopened.listed(account.organization, now_ms() + 1)) == []


def test_the_oldest_of_many_that_were_reopened_is_told(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their notes are in the order of links, slots and months."""
    monkeypatch.setattr(integrity, "PAGE", 2)
    keys = [account.scan(account.days_ago(days), slot=slot) for slot, days in enumerate((3, 2, 4, 9, 5))]
    sweeping.sweep(now_ms())
    for key in keys:
        reopened.note(key, now_ms())
    assert integrity.oldest_pending(account.organization, now_ms() + 1) == keys[3].ms


@pytest.mark.parametrize(
    ("fails", "bot"),
    [
        pytest.param(["judge"], "crawler", id="its signs are kept"),
        pytest.param(["judge", "signs"], "unjudged", id="none"),
    ],
)
def test_a_bot_that_was_set_aside_is_no_person_afterwards(
    account: Account, monkeypatch: pytest.MonkeyPatch, fails: list[str], bot: str
) -> None:
    key = account.scan(user_agent=GOOGLEBOT)
    with monkeypatch.context() as patch:
        for name in fails:
            patch.setattr(agents, name, lambda *_: 1 / 0)
        counting.settle_pending(scans.read([key]))
    assert poison.requeue(account.organization, now_ms()) == 1
    counting.settle_pending(scans.read([key]))
    assert (_total(account), _scan(key).facts.bot) == (0, bot)


def test_a_scan_that_is_set_aside_is_kept_no_longer_than_others(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.keep_scans(account.organization, 20, now_ms())
    key = account.scan(user_agent=BROKEN)
    with broken(BROKEN, monkeypatch):
        counting.settle_pending(scans.read([key]))
    assert _scan(key).expires == key.ms // 1000 + 20 * 86_400
    history.keep_scans(account.organization, 30, now_ms())
    for body in world.raw_messages("JOBS_QUEUE_URL"):
        refolding.refold(account.organization, json.loads(body)["refold"], now_ms(), lambda: False)
    assert (_scan(key).expires, _scan(key).poisoned) == (key.ms // 1000 + 30 * 86_400, True)


def test_what_could_be_judged_before_it_was_set_aside_is_kept(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = account.scan()
    with monkeypatch.context() as patch:
        patch.setattr(rollups, "read", lambda _: 1 / 0)
        counting.settle_pending(scans.read([key]))
    assert _scan(key).poisoned
    poison.requeue(account.organization, now_ms())
    _ring(world)
    assert _scan(key).facts.device == "mobile"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param({"counted": {"S": "not facts"}}, id="what is counted is garbage"),
        pytest.param({"counted": {"S": json.dumps([""] * 40)}}, id="what is counted is too long"),
        pytest.param({"user_agent": {"N": "7"}}, id="an attribute has another type"),
        pytest.param({"rev": {"S": "one"}}, id="the revision is no number"),
        pytest.param({"pending": {"S": "yes"}}, id="pending is no number"),
        pytest.param({"pending": {"N": "1.5"}}, id="pending is no revision"),
        pytest.param({"pending": {"N": "0"}}, id="pending is no revision yet"),
    ],
)
def test_a_damaged_scan_blocks_nobody(account: Account, world: World, damage: dict[str, Any]) -> None:
    bad, good = account.scan(address="b"), account.scan(address="g")
    (item,) = [item for item in world.items("scans") if item["sk"]["S"] == bad.sort]
    world.dynamodb.put_item(TableName="scans", Item=item | damage)
    counting.settle_recent(account.organization, account.link.number, range(1), now_ms())
    assert _scan(good).pending == 0
    for _ in range(5):
        _ring(world)
    assert (_total(account), _scan(bad).poisoned) == (1, True)
    world.dynamodb.put_item(TableName="scans", Item=item | {"poison": {"BOOL": True}})
    assert poison.requeue(account.organization, now_ms()) == 1
    _ring(world)
    assert _total(account) == 2


def test_what_is_no_scan_at_all_is_passed_over(account: Account, world: World) -> None:
    key = account.scan(now_ms() - 3 * MINUTE)
    for number, partition in enumerate(("x", key.partition)):
        junk = {"pk": partition, "sk": f"{key.ms:013}#", "day": key.by_day}
        item = {name: {"S": text} for name, text in junk.items()} | {"pending": {"N": "1"}, "rev": {"N": f"{number}"}}
        world.dynamodb.put_item(TableName="scans", Item=item)
    counting.settle_recent(account.organization, account.link.number, range(1), key.ms + MINUTE)
    assert _total(account) == 1
    other = account.scan(key.ms + 1, address="b")
    sweeping.sweep(now_ms())
    assert (_total(account), _scan(other).pending) == (2, 0)
    _ring(world)


def test_an_outage_is_no_fault_of_a_scan(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    key = account.scan()

    def fail(_: object) -> None:
        raise Unavailable.storage()

    monkeypatch.setattr(counting, "_backoff", lambda _: 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(rollups, "read", fail)
        for _ in range(6):
            with pytest.raises(Unavailable):
                counting.settle(scans.read([key]))
    assert _scan(key).failures == 0


def test_a_poisoned_scan_of_an_erased_link_is_gone_with_it(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = account.scan(user_agent=BROKEN)
    account.scan()
    with broken(BROKEN, monkeypatch):
        counting.settle_pending(scans.read([bad]))
        links.erase(account.caller, str(account.link.number), now_ms())
        assert erasing.erase(account.organization, account.link.number, now_ms(), lambda: False)
    assert (world.items("scans"), poisoned.count(account.organization)) == ([], 0)


def test_an_erasing_that_is_killed_leaves_no_scan_listed_that_is_gone(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = account.scan()
    (item,) = world.items("scans")
    del item["pending"]
    world.dynamodb.put_item(TableName="scans", Item=item | {"poison": {"BOOL": True}, "counted": {"S": "garbage"}})
    pk, sk = str(account.organization), f"poison#{key.partition}/{key.sort}"
    listed = {"pk": {"S": pk}, "sk": {"S": sk}, "reason": {"S": "x"}, "since": {"N": "1"}}
    world.dynamodb.put_item(TableName="objects", Item=listed)
    links.erase(account.caller, str(account.link.number), now_ms())
    drop = poisoned.drop

    def killed(scan: Scan) -> None:
        drop(scan)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(counting, "_commit", lambda *_: 1 / 0)
        patch.setattr(poisoned, "drop", killed)
        with pytest.raises(KeyboardInterrupt):
            erasing.erase(account.organization, account.link.number, now_ms(), lambda: False)
    assert (world.items("scans"), poisoned.count(account.organization)) == ([], 0)


def test_a_scan_that_cannot_be_folded_out_does_not_stop_an_erasing(account: Account, world: World) -> None:
    key = account.scan()
    counting.settle(scans.read([key]))
    (item,) = world.items("scans")
    world.dynamodb.put_item(TableName="scans", Item=item | {"counted": {"S": "garbage"}})
    links.erase(account.caller, str(account.link.number), now_ms())
    assert erasing.erase(account.organization, account.link.number, now_ms(), lambda: False)
    assert world.items("scans") == []
