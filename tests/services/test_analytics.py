"""Reports: whatever is pending is in them, of one link, one QR code, several links or all."""

from collections.abc import Callable, Iterator

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, day_of
from chalicelib.core.scans import Scan
from chalicelib.core.windows import Window, uniques, within
from chalicelib.services import analytics, counting, history
from chalicelib.services.analytics import Report
from chalicelib.store import rollups, scans, spreads
from chalicelib.store.scan_items import ScanItem
from tests.services.account import Account, new_account
from tests.world import World, now_ms

Make = Callable[[Account, Window], Report]


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def week() -> Window:
    return Window.ending(day_of(now_ms()), 7)


def marked(account: Account, marker: int, ms: int | None = None, address: str = "a", slot: int = 0) -> None:
    """Write a pending scan that came by a QR code."""
    scans.record(account.scan(ms, address, slot=slot)).update([ScanItem.marker.set(marker)])


def of_link(account: Account, window: Window) -> Report:
    return analytics.link_report(account.organization, account.link.number, window, now_ms())


def of_links(account: Account, window: Window) -> Report:
    return analytics.links_report(account.organization, [account.link.number], window, now_ms())


def of_first_code(account: Account, window: Window) -> Report:
    return analytics.scope_report(account.organization, account.link.number, 1, window, now_ms())


def of_all(account: Account, window: Window) -> Report:
    return analytics.organization_report(account.organization, window, now_ms())


REPORTS: dict[str, Make] = {"link": of_link, "links": of_links, "code": of_first_code, "organization": of_all}


@pytest.mark.parametrize("what", REPORTS)
def test_what_is_pending_is_in_the_very_next_report(account: Account, week: Window, what: str) -> None:
    spreads.raise_slots(account.organization, account.link, 16)
    for slot in range(16):
        marked(account, 1, address=str(slot % 3), slot=slot)
    report = REPORTS[what](account, week)
    assert (report.total, report.scans(week), report.visitors, report.pending) == (16, 16, 3, 0)
    assert uniques(report.days, week, r.VISITORS) == 3
    again = REPORTS[what](account, week)
    assert again == report


@pytest.mark.parametrize("what", REPORTS)
def test_what_cannot_be_folded_in_time_is_told(
    account: Account, week: Window, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked(account, 1)
    marked(account, 1)
    monkeypatch.setattr(counting, "READER_SCANS", 1)
    report = REPORTS[what](account, week)
    assert (report.total, report.pending) == (1, 1)


@pytest.mark.parametrize("what", REPORTS)
def test_a_report_says_so_when_its_past_is_being_judged_again(account: Account, week: Window, what: str) -> None:
    assert not REPORTS[what](account, week).recounting
    history.leave_out(account.caller, str(account.link.number), [(0, 1000)], now_ms())
    assert REPORTS[what](account, week).recounting


@pytest.mark.parametrize("what", REPORTS)
def test_a_window_holds_its_own_days_and_the_lifetime_all(account: Account, week: Window, what: str) -> None:
    for days in (0, 6, 7, 30):
        marked(account, 1, account.days_ago(days), address=str(days % 7))
    counting.settle_pending(_all_scans(account))
    report = REPORTS[what](account, week)
    assert (report.total, report.scans(week), report.visitors) == (4, 2, 3)
    assert uniques(report.days, week, r.VISITORS) == 2


def _all_scans(account: Account) -> Iterator[Scan]:
    places = scans.partitions(account.organization, account.link.number, [0], account.days_ago(40), now_ms() + DAY_MS)
    return (scan for place in places for scan in scans.first_in(place, 100))


def test_a_code_counts_the_scans_that_carry_its_marker_alone(account: Account, week: Window) -> None:
    for marker, address in ((1, "a"), (2, "a"), (2, "b"), (0, "c")):
        marked(account, marker, address=address)
    number = account.link.number
    totals = [
        analytics.scope_report(account.organization, number, ordinal, week, now_ms()).total for ordinal in (1, 2, 3)
    ]
    assert (totals, of_link(account, week).total) == ([1, 2, 0], 4)
    codes = analytics.marked_lifetimes(account.organization, [(number, 2), (number, 3)])
    assert {code: (r.amount(it, r.TOTAL), r.amount(it, r.VISITORS)) for code, it in codes.items()} == {
        (number, 2): (2, 2),
        (number, 3): (0, 0),
    }


def test_several_links_are_added_up_and_the_others_left_out(account: Account, week: Window) -> None:
    second, third = account.other(), account.other()
    for each in (account, second, second, third):
        each.scan(address="a")
    several = [account.link.number, second.link.number]
    report = analytics.links_report(account.organization, several, week, now_ms())
    assert (report.total, report.scans(week)) == (3, 3)
    assert within(report.days, week)[r.COUNTRY] == {"GB": 3}
    assert report.visitors == 2, "one person, who scanned two links"
    everything = of_all(account, week)
    assert (everything.total, everything.visitors) == (4, 1)


def test_many_places_are_added_up_part_by_part(account: Account, week: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    owners = [account, *(account.other() for _ in range(6))]
    for owner in owners:
        owner.scan(owner.days_ago(1))
        counting.settle_pending(_all_scans(owner))
    monkeypatch.setattr(rollups, "PLACES_HELD", 2)
    numbers = [owner.link.number for owner in owners]
    assert analytics.links_report(account.organization, numbers, week, now_ms()).scans(week) == 7


def test_lifetimes_of_many_links_are_read_at_once_whatever_their_slots(account: Account) -> None:
    hot, quiet = account.other(), account.other()
    spreads.raise_slots(hot.organization, hot.link, 4)
    for slot in range(4):
        counting.settle_pending(scans.read([hot.scan(address=str(slot // 2), slot=slot), account.scan()]))
    numbers = [owner.link.number for owner in (account, hot, quiet)]
    held = analytics.lifetimes(account.organization, numbers)
    found = [(r.amount(held[number], r.TOTAL), r.amount(held[number], r.VISITORS)) for number in numbers]
    assert found == [(4, 1), (4, 2), (0, 0)]
    assert analytics.lifetimes(account.organization, []) == {}


def test_in_the_index_only_so_many_settled_scans_in_a_row_are_looked_at(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is older is folded too, or else the sweep's."""
    now = now_ms()
    account.scan(now - 5_000)
    for n in range(4):
        counting.settle_pending(scans.read([account.scan(now - 1_000 + n)]))
    monkeypatch.setattr(scans, "INDEX_PAGE", 2)
    found = [len(_in_index(account, now, settled, monkeypatch)) for settled in (4, 5)]
    assert found == [0, 1]


def _in_index(account: Account, now: int, settled: int, monkeypatch: pytest.MonkeyPatch) -> list[Scan]:
    monkeypatch.setattr(scans, "SETTLED_IN_A_ROW", settled)
    indexes = {account.key(ms).by_day for ms in (now - 5_000, now)}
    return scans.pending_in_index(sorted(indexes), now - counting.RECENT_MS, 100)
