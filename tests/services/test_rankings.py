"""Which links were scanned most, and how few are read to be sure of it."""

from collections.abc import Sequence

import pytest

from chalicelib.core.days import day_of
from chalicelib.core.links import Link
from chalicelib.core.windows import Window
from chalicelib.services import counting, rankings
from chalicelib.services.rankings import Ranking
from chalicelib.store import rollups, scans
from tests.services.account import Account, new_account
from tests.world import World, now_ms

LONG_AGO = 20


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def scanned(account: Account, recently: int, before: int = 0) -> Link:
    """A new link, scanned so often by as many people."""
    of_link = account.other()
    keys = [of_link.scan(address=f"r{n}") for n in range(recently)]
    keys += [of_link.scan(account.days_ago(LONG_AGO), address=f"b{n}") for n in range(before)]
    counting.settle(scans.read(keys))
    return of_link.link


def week() -> Window:
    return Window.ending(day_of(now_ms()), 7)


def top(account: Account, limit: int = 3) -> Ranking:
    return rankings.top(account.caller, lambda _: True, week(), limit, now_ms())


def order(ranking: Ranking) -> list[tuple[int, int]]:
    return [(row.link.number, row.scans) for row in ranking.rows]


def test_links_come_by_their_scans_in_the_window_and_of_several_the_oldest_first(account: Account) -> None:
    few, old, many, same = scanned(account, 1), scanned(account, 0, 5), scanned(account, 3, 1), scanned(account, 3)
    found = top(account, 10)
    assert order(found) == [(many.number, 3), (same.number, 3), (few.number, 1)]
    assert [row.visitors for row in found.rows] == [3, 3, 1]
    assert old.number not in dict(order(found))
    assert (found.looked_at, found.complete, found.pending) == (5, True, 0)  # the account has one more


def test_scans_that_wait_are_counted_first(account: Account) -> None:
    account.scan()
    assert order(top(account)) == [(account.link.number, 1)]


def test_only_wanted_links_are_looked_at(account: Account) -> None:
    one, _ = scanned(account, 1), scanned(account, 2)
    found = rankings.top(account.caller, lambda link: link.number == one.number, week(), 3, now_ms())
    assert (order(found), found.looked_at) == ([(one.number, 1)], 1)


def test_another_organizations_links_are_not_there(account: Account) -> None:
    scanned(new_account("Other"), 2)
    assert order(top(account)) == []


def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many places are read, each time."""
    counted: list[int] = []
    read = rollups.read_days_of

    def counting_reads(organization: int, places: Sequence[tuple[str, int]], *rest: object) -> object:
        counted.append(len(places))
        return read(organization, places, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(rollups, "read_days_of", counting_reads)
    return counted


@pytest.mark.parametrize(
    ("made", "limit", "read"),
    [
        # The second part's lifetimes are smaller than what leads already.
        ([(4, 0), (3, 0), (1, 0), (1, 0)], 2, [2]),
        # As large: an older link may come first.
        ([(3, 0), (3, 0), (3, 0)], 2, [2, 1]),
        # The largest lifetimes are of long ago.
        ([(0, 9), (1, 8), (2, 0), (1, 0)], 1, [2, 2]),
        # Links that were never scanned are not read at all.
        ([(1, 0), (0, 0), (0, 0), (0, 0)], 3, [1]),
    ],
    ids=["sure at once", "as large", "long ago", "never"],
)
def test_what_cannot_be_among_the_first_is_not_read(
    account: Account, monkeypatch: pytest.MonkeyPatch, made: list[tuple[int, int]], limit: int, read: list[int]
) -> None:
    links = [scanned(account, *each) for each in made]
    exact = sorted(((it.number, recently) for it, (recently, _) in zip(links, made, strict=True)), key=lambda r: -r[1])
    monkeypatch.setattr(rankings, "PART", 2)
    counted = reads(monkeypatch)
    found = top(account, limit)
    assert order(found) == [row for row in exact if row[1]][:limit]
    assert (counted, found.complete) == (read, True)


def test_beyond_its_bounds_it_says_that_it_may_be_wrong(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        scanned(account, 0, 5)
    scanned(account, 2)
    monkeypatch.setattr(rankings, "PART", 1)
    monkeypatch.setattr(rankings, "MOST_READ", 3)
    found = top(account)
    assert (order(found), found.complete) == ([], False)


def test_of_too_many_links_the_newest_are_looked_at(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    scanned(account, 5)
    newer = [scanned(account, 1), scanned(account, 2)]
    monkeypatch.setattr(rankings, "MOST_LINKS", 2)
    found = top(account)
    assert order(found) == [(newer[1].number, 2), (newer[0].number, 1)]
    assert (found.looked_at, found.complete) == (2, False)
