"""What many links were scanned lately, by days of somebody's own time zone."""

from collections.abc import Sequence

import pytest

from chalicelib.core.days import DAY_MS, HOUR_MS
from chalicelib.core.ranges import Range
from chalicelib.core.scans import ScanKey
from chalicelib.core.zones import local_day
from chalicelib.services import counting, sparklines
from chalicelib.store import rollups, scans, spreads
from tests.services.account import Account, new_account
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def month(zone: str = "UTC") -> Range:
    """30 local days that end with today."""
    today = local_day(now_ms(), zone)
    return Range.of("30d", zone, today - 29, today, now_ms())


def counted(*keys: ScanKey) -> None:
    counting.settle(scans.read(keys))


def test_each_link_has_its_own_days_and_those_without_scans_are_zero(account: Account) -> None:
    other, third = account.other(), account.other()
    counted(*(account.scan(account.days_ago(days), f"{days}") for days in (0, 1, 1, 6, 7, 29, 30, 39)))
    counted(other.scan(account.days_ago(2)))
    found = sparklines.of_links(account.organization, [it.link.number for it in (account, other, third)], month())
    mine, theirs, none = (found[it.link.number] for it in (account, other, third))
    assert mine.daily == (1, *[0] * 21, 1, 1, *[0] * 4, 2, 1)
    assert (mine.week, mine.all_days, mine.total) == (4, 6, 8)
    assert (theirs.week, theirs.all_days, theirs.total) == (1, 1, 1)
    assert (none.daily, none.total) == ((0,) * 30, 0)


def test_days_are_those_of_local_clocks(account: Account) -> None:
    midnight = month("UTC").first_ms + 10 * DAY_MS
    counted(account.scan(midnight - HOUR_MS), account.scan(midnight + HOUR_MS))
    for zone, days in (("UTC", (1, 1)), ("Asia/Tokyo", (2,)), ("America/New_York", (2,))):
        found = sparklines.of_links(account.organization, [account.link.number], month(zone))
        daily = found[account.link.number].daily
        assert daily
        assert tuple(filter(None, daily)) == days, zone


def test_slots_of_a_hot_link_are_added_up(account: Account) -> None:
    spreads.raise_slots(account.organization, account.link, 4)
    counted(*(account.scan(account.days_ago(1), f"{slot}", slot=slot) for slot in (0, 1, 3, 3)))
    found = sparklines.of_links(account.organization, [account.link.number], month())[account.link.number]
    assert (found.week, found.total) == (4, 4)


def test_a_list_takes_a_query_for_each_slot_and_never_more_than_so_many(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    read = rollups.read_table

    def noted(organization: int, places: Sequence[tuple[str, int]], table: str, first: int, last: int) -> object:
        asked.append(len(places))
        return read(organization, places, table, first, last)

    monkeypatch.setattr(rollups, "read_table", noted)
    monkeypatch.setattr(sparklines, "MOST_SLOTS", 6)
    other, hot = account.other(), account.other()
    spreads.raise_slots(account.organization, hot.link, 8)
    counted(account.scan(), hot.scan())
    found = sparklines.of_links(account.organization, [it.link.number for it in (hot, account, other)], month())
    assert asked == [2]
    assert (found[hot.link.number].daily, found[hot.link.number].week, found[hot.link.number].total) == (None, None, 1)
    assert found[account.link.number].week == 1


def test_no_links_take_nothing(account: Account) -> None:
    assert sparklines.of_links(account.organization, [], month()) == {}
