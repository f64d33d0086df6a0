"""A link with a million scans over a year: every page is as near as the first one."""

from typing import Final

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, QUARTER_MS
from chalicelib.core.places import QUARTERS_A_DAY, Place, Span
from chalicelib.core.rollups import ORGANIZATION_SCOPE, Rollup, RollupKey, link_scope
from chalicelib.core.scans import Facts, ScanKey
from chalicelib.core.slots import home
from chalicelib.services import scan_lists
from chalicelib.store import scans
from tests.services import stored
from tests.services.account import Account, new_account
from tests.services.test_scan_lists import Requests, keys
from tests.world import World, now_ms

DAYS: Final = 365
A_QUARTER: Final = 29
TOTAL: Final = DAYS * QUARTERS_A_DAY * A_QUARTER  # 1,016,160
LIMIT: Final = 500

# Two tables' keys and items, at 1 MB a request: a year of rollups is one page of a query on DynamoDB.
MOST_REQUESTS: Final = 24


class Year:
    """The last full year: rollups of all of it, raw scans of the quarters that are asked for."""

    def __init__(self) -> None:
        self.account = new_account()
        self.now = now_ms()
        self.first_day = self.now // DAY_MS - DAYS
        for day in range(self.first_day, self.first_day + DAYS):
            stored.write({self._rollup(scope, slot, day): _day() for scope, slot in self._scopes()})

    @property
    def span(self) -> Span:
        return Span(self.first_day * DAY_MS, (self.first_day + DAYS) * DAY_MS)

    def store_around(self, position: int) -> None:
        """Store the raw scans of the quarters that hold a page from a position of the list on."""
        first = position // A_QUARTER
        self.store(range(first, min(first + LIMIT // A_QUARTER + 2, DAYS * QUARTERS_A_DAY)))

    def store(self, quarters: range) -> None:
        """Store the raw scans of some quarters, counted from the first."""
        scans.put_all(
            stored.settled(self.key(quarter * A_QUARTER + n), Facts("a", "x"))
            for quarter in quarters
            for n in range(A_QUARTER)
        )

    def key(self, position: int) -> ScanKey:
        """The scan at a position of the list, oldest first."""
        quarter, n = divmod(position, A_QUARTER)
        ms = self.span.first_ms + quarter * QUARTER_MS + n * 30_000
        return ScanKey(self.account.organization, self.account.link.number, 0, ms, f"{position:016x}")

    def _scopes(self) -> list[tuple[str, int]]:
        link = self.account.link.number
        return [(link_scope(link), 0), (ORGANIZATION_SCOPE, home(link, 0))]

    def _rollup(self, scope: str, slot: int, day: int) -> RollupKey:
        return RollupKey(self.account.organization, scope, slot, day)


def _day() -> Rollup:
    total = QUARTERS_A_DAY * A_QUARTER
    return {
        r.TOTAL: {"": total},
        r.QUARTERS: {str(quarter): A_QUARTER for quarter in range(QUARTERS_A_DAY)},
        r.BOTS: {"crawler": 40},
        r.COUNTRY: {"": total},
    }


@pytest.fixture
def year(world: World) -> Year:
    return Year()


@pytest.mark.parametrize("whole", [False, True], ids=["link", "organization"])
def test_the_first_page_and_the_last_one_cost_the_same(
    year: Year, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    account, made = year.account, dict[int, int]()
    for offset in (0, TOTAL // 2 // LIMIT * LIMIT, (TOTAL - 1) // LIMIT * LIMIT):
        year.store_around(offset)
        requests = Requests(monkeypatch)
        page = _page(account, year, whole, offset)
        shown = [year.key(position) for position in range(offset, min(offset + LIMIT, TOTAL))]
        assert (keys(page.scans), page.total) == (shown, TOTAL)
        assert page.next_place == (Place.of(shown[-1]) if offset + LIMIT < TOTAL else None)
        made[offset] = len(requests.made)
    assert max(made.values()) <= MOST_REQUESTS
    assert max(made.values()) - min(made.values()) <= LIMIT // 100 * 2


def _page(account: Account, year: Year, whole: bool, offset: int) -> scan_lists.ScanPage:
    if whole:
        return scan_lists.of_organization(account.organization, year.span, year.now, limit=LIMIT, offset=offset)
    return scan_lists.of_link(
        account.organization, account.link.number, year.span, year.now, limit=LIMIT, offset=offset
    )


def test_a_file_takes_a_request_for_each_thousand_scans(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    year.store(range(QUARTERS_A_DAY))
    account, day = year.account, Span(year.span.first_ms, year.span.first_ms + DAY_MS)
    requests = Requests(monkeypatch)
    found = list(scan_lists.every(account.organization, account.link.number, day, year.now))
    assert keys(found) == [year.key(n) for n in range(QUARTERS_A_DAY * A_QUARTER)]
    assert sum(asked.get("TableName") == "scans" for _, asked in requests.made) == 3


def test_the_newest_page_is_read_from_the_end(year: Year) -> None:
    year.store_around(TOTAL - 60)
    account = year.account
    page = scan_lists.of_link(
        account.organization, account.link.number, year.span, year.now, limit=50, newest_first=True
    )
    assert keys(page.scans) == [year.key(TOTAL - 1 - n) for n in range(50)]
