"""Nothing depends on a stream record arriving, and nothing on a message."""

from collections import Counter
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.metric_names import SCANS_PENDING
from chalicelib.core.rollups import link_scope
from chalicelib.core.scans import Arrival, Facts, Scan, ScanKey, Unjudged
from chalicelib.errors import Unavailable
from chalicelib.functions import invocations
from chalicelib.functions import sweep as function
from chalicelib.services import counting, links, spill, sweeping
from chalicelib.store import jobs, reopened, rollups, scans, spreads
from chalicelib.store.folding import Outcome
from tests.e2e.agents import IPHONE_SAFARI
from tests.services.account import Account, new_account
from tests.services.killed import Killed
from tests.world import World, now_ms

MINUTE = 60_000


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def _total(account: Account) -> int:
    lifetime = rollups.read_lifetime(account.organization, link_scope(account.link.number), range(1))
    return r.amount(lifetime, r.TOTAL)


def test_the_sweep_folds_what_the_stream_never_brought(account: Account) -> None:
    account.scan(now_ms() - 3 * MINUTE)
    sweeping.sweep(now_ms())
    assert _total(account) == 1


def test_a_scan_that_the_stream_did_not_bring_is_counted_for_operators_once(
    account: Account, counted: Counter[str]
) -> None:
    account.scan(now_ms() - 3 * MINUTE)
    account.scan()
    for _ in range(2):
        sweeping.sweep(now_ms())
    assert counted == {SCANS_PENDING: 1}


def test_the_last_minute_is_left_for_the_next_sweep(account: Account) -> None:
    key = account.scan()
    sweeping.sweep(now_ms())
    assert _total(account) == 0
    sweeping.sweep(key.ms + 2 * MINUTE)
    assert _total(account) == 1


def test_a_sweep_goes_on_where_the_last_one_stopped_even_after_days(account: Account) -> None:
    now = now_ms()
    sweeping.sweep(now)
    account.scan(now - MINUTE + 1)
    sweeping.sweep(now + 3 * 24 * 60 * MINUTE)
    assert _total(account) == 1


def test_a_sweep_that_fails_leaves_the_cursor_and_sweeps_the_other_organizations(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new_account("Other")
    account.scan(now_ms() - 3 * MINUTE)
    other.scan(now_ms() - 3 * MINUTE)
    commit = counting._commit

    def refuse(chunk: list[Scan], terms: Any, anew: bool) -> Outcome:
        if chunk[0].key.organization == account.organization:
            raise Unavailable.storage()
        return commit(chunk, terms, anew)

    with monkeypatch.context() as patch:
        patch.setattr(counting, "_commit", refuse)
        patch.setattr(counting, "_backoff", lambda _: 0.0)
        with pytest.raises(Unavailable):
            sweeping.sweep(now_ms())
    assert (_total(account), _total(other)) == (0, 1)
    assert jobs.read_swept(account.organization) is None
    sweeping.sweep(now_ms())
    assert _total(account) == 1


def _scan_nine_times(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Minutes ago, and more than a page."""
    monkeypatch.setattr(sweeping, "PAGE", 2)
    for n in range(9):
        account.scan(now_ms() - (20 - n) * MINUTE, address=str(n))


def test_a_sweep_that_is_killed_again_and_again_comes_to_its_end(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scan_nine_times(account, monkeypatch)
    settle, calls = counting.settle_pending, count(1)

    def limited(found: list[Scan]) -> None:
        if next(calls) % 3 == 0:
            raise Killed
        settle(found)

    monkeypatch.setattr(counting, "settle_pending", limited)
    killed = 0
    while _total(account) < 9:
        with suppress(Killed):
            sweeping.sweep(now_ms())
        killed += 1
        assert killed < 9
    assert killed > 1


def test_a_sweep_that_is_out_of_time_leaves_the_rest_to_the_next(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scan_nine_times(account, monkeypatch)
    times = iter([False] * 6 + [True] * 9)
    assert not sweeping.sweep(now_ms(), lambda: next(times))
    swept = jobs.read_swept(account.organization)
    assert (0 < _total(account) < 9, swept and swept < now_ms() - 10 * MINUTE) == (True, True)
    assert sweeping.sweep(now_ms())
    assert _total(account) == 9


def test_a_sweep_that_fails_and_is_out_of_time_says_that_it_failed(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAGE", 1)
    for minutes in (5, 4):
        account.scan(now_ms() - minutes * MINUTE)
    looked: list[bool] = []

    def fail(_: list[Scan]) -> None:
        looked.append(True)
        raise Unavailable.storage()

    monkeypatch.setattr(counting, "settle_pending", fail)
    with pytest.raises(Unavailable):
        sweeping.sweep(now_ms(), lambda: bool(looked))


def test_lambda_hears_of_a_sweep_that_is_out_of_time(world: World) -> None:
    """It then calls again soon, and the alarm counts it."""

    class Late:
        def get_remaining_time_in_millis(self) -> int:
            return 0

    with pytest.raises(invocations.Unfinished):
        function.sweep(Late())


def test_scans_of_all_slots_and_days_are_swept_in_order(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    spreads.raise_slots(account.organization, account.link, 4)
    monkeypatch.setattr(sweeping, "PAGE", 3)
    jobs.note_swept(account.organization, account.days_ago(3))
    keys = [account.scan(now_ms() - (n * 7 + 2) * 60 * MINUTE, slot=n % 4, address=str(n)) for n in range(10)]
    seen: list[int] = []
    read = scans.read

    def watch(asked: list[ScanKey]) -> list[Scan]:
        seen.extend(key.ms for key in asked)
        return read(asked)

    with monkeypatch.context() as patch:
        patch.setattr(scans, "read", watch)
        sweeping.sweep_organization(account.organization, now_ms())
    assert [ms for ms in seen if ms in {key.ms for key in keys}] == sorted(key.ms for key in keys)
    assert not any(scan.pending for scan in scans.read(keys))


def test_what_stops_one_part_of_a_sweep_stops_no_other(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = account.scan(account.days_ago(9))
    account.scan(now_ms() - 3 * MINUTE, address="b")
    reopened.note(old, now_ms() - 5 * MINUTE)
    pk = {"S": str(account.organization)}
    world.dynamodb.put_item(TableName="objects", Item={"pk": pk, "sk": {"S": "erase#x"}, "touched": {"N": "1"}})
    for junk in ("reopened#", "reopened#1#2/3"):
        world.dynamodb.put_item(TableName="objects", Item={"pk": pk, "sk": {"S": junk}, "since": {"N": "1"}})
    with pytest.raises(ValueError, match="x"):
        sweeping.sweep(now_ms())
    assert _total(account) == 2


def test_the_sweep_orders_an_erasing_again_whose_message_was_lost(account: Account, world: World) -> None:
    links.erase(account.caller, str(account.link.number), now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "erase": account.link.number}]
    sweeping.sweep(now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [], "a job may be at it"
    sweeping.sweep(now_ms() + sweeping.IDLE_MS + 1)
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "erase": account.link.number}]


def test_a_spilled_scan_is_written_and_counted_once_however_often_it_is_delivered(account: Account) -> None:
    key = account.key(now_ms() - 24 * 60 * MINUTE)
    for _ in range(3):
        spill.write(spilled(key), now_ms())
    assert _total(account) == 1


def test_a_spilled_scan_that_was_written_after_all_is_not_made_pending_again(account: Account) -> None:
    key = account.scan()
    counting.settle(scans.read([key]))
    spill.write(spilled(key), now_ms())
    (scan,) = scans.read([key])
    assert (scan.pending, _total(account)) == (0, 1)


def test_a_spilled_scan_of_an_erased_link_is_not_written_again(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another delivery wrote it, the erasing may be past its partition, and this one may die before it folds."""
    key = account.scan(now_ms() - 26 * 60 * MINUTE)
    links.erase(account.caller, str(account.link.number), now_ms())
    counting.settle(scans.read([key]))

    def killed(_: object) -> None:
        raise Killed

    monkeypatch.setattr(counting, "settle_pending", killed)
    with suppress(Killed):
        spill.write(spilled(key), now_ms())
    assert world.items("scans") == []


def test_one_burst_of_throttled_scans_raises_the_slots_once(account: Account) -> None:
    ms = now_ms()
    for n in range(12):
        spill.write(spilled(account.key(ms + n), "ThrottlingException"), now_ms())
    assert spreads.slots(account.organization, account.link.number) == 4
    spill.write(spilled(account.key(ms + 20_000), "ThrottlingException"), now_ms())
    assert spreads.slots(account.organization, account.link.number) == 16


def test_a_bug_that_one_organization_meets_leaves_no_other_unswept(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new_account("Other")
    account.scan(now_ms() - 3 * MINUTE)
    other.scan(now_ms() - 3 * MINUTE)
    read_swept = jobs.read_swept

    def fail(organization: int) -> int | None:
        if organization == account.organization:
            raise ValueError
        return read_swept(organization)

    monkeypatch.setattr(jobs, "read_swept", fail)
    with pytest.raises(ValueError):
        sweeping.sweep(now_ms())
    assert (_total(account), _total(other)) == (0, 1)


def test_a_scan_spilled_for_throttling_raises_the_slots_of_its_link(account: Account) -> None:
    spill.write(spilled(account.key(), "ThrottlingException"), now_ms())
    assert spreads.slots(account.organization, account.link.number) == 4


def spilled(key: ScanKey, error: str = "InternalServerError") -> dict[str, object]:
    """A scan as the redirect hands it to the spill queue."""
    return {"scan": Arrival(key, Facts("a", "x"), Unjudged(IPHONE_SAFARI)).attributes(), "error": error}
