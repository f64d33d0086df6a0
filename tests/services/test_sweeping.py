"""Nothing depends on a stream record arriving, and nothing on a message."""

from typing import Any

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.rollups import link_scope
from chalicelib.core.scans import Arrival, Facts, Scan, ScanKey, Unjudged
from chalicelib.errors import Unavailable
from chalicelib.services import counting, links, spill, sweeping
from chalicelib.store import jobs, rollups, scans
from chalicelib.store import links as stored
from chalicelib.store.folding import Outcome
from tests.e2e.agents import IPHONE_SAFARI
from tests.services.account import Account, new_account
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


def test_the_sweep_orders_an_erasing_again_whose_message_was_lost(account: Account, world: World) -> None:
    links.erase(account.caller, str(account.link.number), now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "erase": account.link.number}]
    sweeping.sweep(now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [], "a job may be at it"
    sweeping.sweep(now_ms() + 15 * MINUTE)
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


def test_one_burst_of_throttled_scans_raises_the_slots_once(account: Account) -> None:
    ms = now_ms()
    for n in range(12):
        spill.write(spilled(account.key(ms + n), "ThrottlingException"), now_ms())
    assert stored.slots(account.organization, account.link.number) == 4
    spill.write(spilled(account.key(ms + 20_000), "ThrottlingException"), now_ms())
    assert stored.slots(account.organization, account.link.number) == 16


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
    assert stored.slots(account.organization, account.link.number) == 4


def spilled(key: ScanKey, error: str = "InternalServerError") -> dict[str, object]:
    """A scan as the redirect hands it to the spill queue."""
    return {"scan": Arrival(key, Facts("a", "x"), Unjudged(IPHONE_SAFARI)).attributes(), "error": error}
