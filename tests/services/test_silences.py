"""Conversations that end by silence: once, however reports and alarms meet, and whoever dies."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.conversations import SILENCE_MS, Conversation
from chalicelib.core.days import day_of
from chalicelib.core.rollups import link_scope
from chalicelib.core.scans import Scan, ScanKey
from chalicelib.errors import Unavailable
from chalicelib.services import counting, editing, erasing, links, silences
from chalicelib.store import alarms, reopened, rollups, scans
from chalicelib.store.alarms import SILENCE, Alarm
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.world import World, now_ms

MINUTE_MS = 60_000
TALK = Conversation(messages=4)
STARTED_MS = now_ms()
SILENT_MS = STARTED_MS + SILENCE_MS


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def key(account: Account) -> ScanKey:
    """A scan that is counted."""
    key = account.scan(account.days_ago(2))
    counting.settle(scans.read([key]))
    return key


def _scan(key: ScanKey) -> Scan:
    (scan,) = scans.read([key])
    return scan


def _alarm(key: ScanKey) -> Alarm | None:
    return alarms.read(key.organization, SILENCE, key.id)


def _due(key: ScanKey) -> int | None:
    alarm = _alarm(key)
    return None if alarm is None else alarm.due_ms


def _tick(key: ScanKey, ms: int) -> None:
    """What sees to the alarm, if it is due."""
    alarm = _alarm(key)
    if alarm is not None and alarm.due_ms <= ms:
        silences.listen(alarm, ms)


def _messages(key: ScanKey) -> int:
    day = day_of(key.ms)
    held = rollups.read_days(key.organization, link_scope(key.link), range(1), day, day)
    return r.amount(held.get(day, {}), r.MESSAGES)


@pytest.mark.parametrize(
    ("report", "due_ms", "ended"),
    [
        pytest.param(Conversation(started=True), SILENT_MS, False, id="started"),
        pytest.param(Conversation(messages=1), SILENT_MS, False, id="messages"),
        pytest.param(Conversation(), None, False, id="not started"),
        pytest.param(Conversation(started=False), None, False, id="said to be not started"),
        pytest.param(Conversation(messages=4, ended=True), None, True, id="ended in the first report"),
        pytest.param(Conversation(ended=True), None, True, id="nothing but ended"),
    ],
)
def test_the_first_report_sets_an_alarm_unless_there_is_nothing_to_wait_for(
    key: ScanKey, report: Conversation, due_ms: int | None, ended: bool
) -> None:
    editing.converse(key, report, STARTED_MS)
    scan = _scan(key)
    assert (_due(key), scan.ended, scan.reported_ms) == (due_ms, ended, STARTED_MS)
    assert scan.completed_ms == (STARTED_MS if ended else None)


def test_after_half_an_hour_of_silence_a_conversation_is_over(key: ScanKey) -> None:
    editing.converse(key, TALK, STARTED_MS)
    _tick(key, SILENT_MS - 1)
    assert not _scan(key).ended
    _tick(key, SILENT_MS + 5 * MINUTE_MS)
    scan = _scan(key)
    assert (scan.ended, scan.completed_ms, scan.pending, _alarm(key)) == (True, SILENT_MS, 0, None)
    assert (_messages(key), list(reopened.listed(key.organization, now_ms() + 2 * SILENCE_MS))) == (4, [])


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(Conversation(messages=9), id="more messages"),
        pytest.param(TALK, id="the same again"),
        pytest.param(Conversation(), id="nothing at all"),
    ],
)
def test_any_report_is_a_sign_of_life(key: ScanKey, report: Conversation) -> None:
    editing.converse(key, TALK, STARTED_MS)
    editing.converse(key, report, STARTED_MS + 20 * MINUTE_MS)
    _tick(key, SILENT_MS)
    assert (_scan(key).ended, _due(key)) == (False, SILENT_MS + 20 * MINUTE_MS)
    _tick(key, SILENT_MS + 20 * MINUTE_MS)
    assert _scan(key).completed_ms == SILENT_MS + 20 * MINUTE_MS


def test_a_report_by_a_clock_that_is_behind_takes_nothing_back(key: ScanKey) -> None:
    editing.converse(key, TALK, STARTED_MS + MINUTE_MS)
    editing.converse(key, Conversation(messages=9), STARTED_MS)
    assert (_due(key), _scan(key).reported_ms) == (SILENT_MS + MINUTE_MS, STARTED_MS + MINUTE_MS)


def test_an_alarm_that_goes_off_too_early_moves(key: ScanKey) -> None:
    """Of two reports at once, the earlier set it last, and was killed before its edit."""
    editing.converse(key, TALK, STARTED_MS + 20 * MINUTE_MS)
    alarms.put(Alarm(key.organization, SILENCE, key.id, SILENT_MS))
    _tick(key, SILENT_MS)
    assert (_due(key), _scan(key).ended) == (SILENT_MS + 20 * MINUTE_MS, False)


def _erase(account: Account, _: ScanKey) -> None:
    links.erase(account.caller, str(account.link.number), now_ms())
    assert erasing.erase(account.organization, account.link.number, now_ms(), lambda: False)


def _end(_: Account, key: ScanKey) -> None:
    editing.converse(key, Conversation(ended=True), STARTED_MS + 1)


def _take_back(_: Account, key: ScanKey) -> None:
    editing.converse(key, Conversation(started=False), STARTED_MS + 1)


def _poison(_: Account, key: ScanKey) -> None:
    scans.edit(_scan(key), TALK.of(_scan(key), STARTED_MS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rollups, "read", lambda _: 1 / 0)
        counting.settle_pending(scans.read([key]))
    assert _scan(key).poisoned


@pytest.mark.parametrize("change", [_erase, _end, _take_back, _poison])
def test_an_alarm_about_nothing_ends(
    account: Account, key: ScanKey, change: Callable[[Account, ScanKey], None]
) -> None:
    editing.converse(key, TALK, STARTED_MS)
    change(account, key)
    before = scans.read([key])
    assert _alarm(key)
    _tick(key, SILENT_MS)
    assert (_alarm(key), scans.read([key])) == (None, before)


def test_an_alarm_of_what_is_no_scan_ends(account: Account) -> None:
    alarm = Alarm(account.organization, SILENCE, "?", STARTED_MS)
    alarms.put(alarm)
    silences.listen(alarm, STARTED_MS)
    assert alarms.read(account.organization, SILENCE, "?") is None


def _meeting(monkeypatch: pytest.MonkeyPatch, meet: Callable[[], None]) -> None:
    """Let something happen before the next edit is written."""
    edit = scans.edit

    def met(scan: Scan, after: Scan) -> bool:
        monkeypatch.setattr(scans, "edit", edit)
        meet()
        return edit(scan, after)

    monkeypatch.setattr(scans, "edit", met)


def test_a_report_that_comes_just_before_the_silence_is_heard(key: ScanKey, monkeypatch: pytest.MonkeyPatch) -> None:
    editing.converse(key, TALK, STARTED_MS)
    _meeting(monkeypatch, lambda: editing.converse(key, Conversation(messages=9), SILENT_MS - 1))
    _tick(key, SILENT_MS)
    scan = _scan(key)
    assert (scan.ended, scan.completed_ms, scan.facts.messages) == (False, None, 9)
    assert _due(key) == SILENT_MS - 1 + SILENCE_MS


def test_a_report_that_the_silence_overtakes_counts_and_finds_the_conversation_over(
    key: ScanKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    editing.converse(key, TALK, STARTED_MS)
    alarm = _alarm(key)
    assert alarm is not None
    _meeting(monkeypatch, lambda: silences.listen(alarm, SILENT_MS))
    editing.converse(key, Conversation(messages=9), SILENT_MS)
    scan = _scan(key)
    assert (scan.ended, scan.completed_ms, _messages(key)) == (True, SILENT_MS, 9)
    assert _due(key) == SILENT_MS + SILENCE_MS, "the report set it anew, and it was not ended in its place"
    _tick(key, SILENT_MS + SILENCE_MS)
    assert (_alarm(key), _scan(key)) == (None, scan)


def test_a_conversation_is_completed_once_whatever_is_reported_afterwards(key: ScanKey) -> None:
    editing.converse(key, TALK, STARTED_MS)
    _tick(key, SILENT_MS)
    later = (Conversation(messages=9), Conversation(ended=False), Conversation(ended=True), Conversation(ended=False))
    found = []
    for n, report in enumerate(later, start=1):
        editing.converse(key, report, SILENT_MS + n * MINUTE_MS)
        found.append((_scan(key).ended, _scan(key).completed_ms))
    _tick(key, SILENT_MS + 4 * MINUTE_MS + SILENCE_MS)
    assert _scan(key).ended
    assert found == [(True, SILENT_MS), (False, SILENT_MS), (True, SILENT_MS), (False, SILENT_MS)]
    assert _scan(key).completed_ms == SILENT_MS


def test_two_who_listen_at_once_end_it_once(key: ScanKey, monkeypatch: pytest.MonkeyPatch) -> None:
    editing.converse(key, TALK, STARTED_MS)
    alarm = _alarm(key)
    assert alarm is not None
    _meeting(monkeypatch, lambda: silences.listen(alarm, SILENT_MS))
    silences.listen(alarm, SILENT_MS)
    revisions = _scan(key).rev
    silences.listen(alarm, SILENT_MS)
    assert (_scan(key).completed_ms, _scan(key).rev, _alarm(key)) == (SILENT_MS, revisions, None)


def test_a_scan_that_changes_all_the_time_is_left_to_a_later_tick(
    key: ScanKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    editing.converse(key, TALK, STARTED_MS)
    with monkeypatch.context() as patch:
        patch.setattr(scans, "edit", lambda *_: False)
        with pytest.raises(Unavailable):
            _tick(key, SILENT_MS)
    assert _due(key) == SILENT_MS
    _tick(key, SILENT_MS)
    assert _scan(key).completed_ms == SILENT_MS


STEPS = {
    alarms: ("put", "move", "end"),
    scans: ("read", "edit"),
    reopened: ("note", "forget"),
    counting: ("settle_pending",),
}


@pytest.mark.parametrize("at", range(1, 15))
def test_a_report_whose_writer_is_killed_is_nothing_or_ends_by_silence(key: ScanKey, at: int) -> None:
    with killed_at(at, STEPS), suppress(Killed):
        editing.converse(key, TALK, STARTED_MS)
        pytest.fail("there is no such step")
    started = _scan(key).facts.conversation
    _tick(key, SILENT_MS)
    assert (_scan(key).completed_ms, _alarm(key)) == (SILENT_MS if started else None, None)


@pytest.mark.parametrize("at", range(1, 19))
def test_whoever_listens_and_is_killed_leaves_it_to_the_next(key: ScanKey, at: int) -> None:
    editing.converse(key, TALK, STARTED_MS)
    with killed_at(at, STEPS), suppress(Killed):
        _tick(key, SILENT_MS)
        pytest.fail("there is no such step")
    _tick(key, SILENT_MS + MINUTE_MS)
    counting.settle_pending(scans.read([key]))
    scan = _scan(key)
    assert (scan.ended, scan.completed_ms, scan.pending, _alarm(key)) == (True, SILENT_MS, 0, None)
    assert _messages(key) == 4
