"""Lists of scans: complete, in order, exact to the millisecond, and read only where the page lies."""

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.connection import Connection

from chalicelib.core.conversations import Conversation
from chalicelib.core.days import DAY_MS, QUARTER_MS
from chalicelib.core.places import Place, Span
from chalicelib.core.scans import Arrival, Facts, Scan, ScanKey
from chalicelib.services import counting, history, poison, scan_lists
from chalicelib.services.scan_lists import ScanPage
from chalicelib.store import scans, spreads
from chalicelib.store.scan_items import ScanItem, scan_of
from tests.e2e.agents import GOOGLEBOT
from tests.services import stored
from tests.services.account import Account, new_account
from tests.services.test_poison import BROKEN, broken
from tests.world import World, now_ms
from tests.world import world as fresh_world

MINUTE = 60_000
EVER = Span(0, 2**44)
KINDS = ("human", "human", "human", "bot", "pending", "pending", "poisoned", "edited", "edited and poisoned")
COUNTED = ("human", "bot", "edited", "edited and poisoned")

Listed = Callable[..., ScanPage]


class Past:
    """An organization with two links of several slots, and scans of every kind on a few days of two months."""

    def __init__(self, world: World, seed: int, size: int) -> None:
        self.world, self.now = world, now_ms()
        self.chance = random.Random(seed)
        self.account = new_account()
        self.accounts = [self.account, self.account.other()]
        for account in self.accounts:
            spreads.raise_slots(account.organization, account.link, self.chance.choice([1, 2, 3]))
        link = self.chance.choice([self.account.link.number, None])
        self.span, self.link = self._any_span(), link
        self.arrive(size)

    def page(self, span: Span | None = None, **page: Any) -> ScanPage:
        """A page of the list of one link, or of the organization's."""
        organization, span = self.account.organization, span or self.span
        if self.link is None:
            return scan_lists.of_organization(organization, span, self.now, **page)
        return scan_lists.of_link(organization, self.link, span, self.now, **page)

    def arrive(self, size: int) -> None:
        """Scans of every kind come, many of them late."""
        kinds = [(self.chance.choice(KINDS), self._key()) for _ in range(size)]
        counted = {key: Facts("a", "x", bot="crawler" * (kind == "bot")) for kind, key in kinds if kind in COUNTED}
        stored.counted(counted)
        scans.put_all(self._item(kind, key, counted.get(key)) for kind, key in kinds)
        if self.chance.random() < 0.3:
            self.account.scan(self.now - self.chance.randrange(MINUTE))

    def _item(self, kind: str, key: ScanKey, facts: Facts | None) -> dict[str, Any]:
        item = Arrival(key, Facts("b", "x")).attributes() if facts is None else stored.settled(key, facts)
        if kind == "poisoned":
            del item["pending"], item["day"]
        edited = {"pending": 2, "rev": 2, "messages": 3} if kind == "edited" else {}
        return item | edited | ({"poison": True} if kind.endswith("poisoned") else {})

    def _key(self) -> ScanKey:
        account = self.chance.choice(self.accounts)
        slots = spreads.slots(account.organization, account.link.number)
        return account.key(self._any_time(), self.chance.randrange(slots))

    def _any_time(self) -> int:
        days, quarters = self.chance.choice([0, 1, 35]), self.chance.choice([1, 2, 40])
        return self.now - days * DAY_MS - quarters * QUARTER_MS - self.chance.randrange(QUARTER_MS)

    def _any_span(self) -> Span:
        first, end = sorted((self._any_time(), self._any_time()))
        whole = Span(*(ms // QUARTER_MS * QUARTER_MS for ms in (first, end)))
        return self.chance.choice([EVER, whole, Span(first, end), Span(first, self.now)])

    def truth(self, span: Span | None = None) -> list[ScanKey]:
        """What is counted as human by the items themselves, oldest first."""
        span = span or self.span
        found = [scan_of(ScanItem.from_raw_data(item)) for item in self.world.items("scans")]
        listed = [scan.key for scan in found if scan.counted and not scan.counted.bot]
        inside = [key for key in listed if span.first_ms <= key.ms < span.end_ms and self.link in (None, key.link)]
        return sorted(inside, key=Place.of)


@contextmanager
def past(seed: int, size: int) -> Iterator[Past]:
    with fresh_world() as world:
        yield Past(world, seed, size)


def keys(found: Iterable[Scan]) -> list[ScanKey]:
    return [scan.key for scan in found]


seeds, sizes, limits = st.integers(0, 2**32), st.sampled_from([24, 32, 9, 1, 0]), st.integers(2, 9)


@given(seeds, sizes, limits, st.booleans())
def test_a_walk_by_cursor_meets_every_scan_once_in_order(seed: int, size: int, limit: int, newest_first: bool) -> None:
    with past(seed, size) as it:
        page = it.page(limit=limit, newest_first=newest_first)
        walked = keys(page.scans)
        while page.next_place:
            after = Place.parse(page.next_place.encode())
            page = it.page(limit=limit, after=after, newest_first=newest_first)
            assert page.scans
            walked += keys(page.scans)
        truth = it.truth()
        assert walked == (truth[::-1] if newest_first else truth)
        assert (page.total, page.pending) == (len(truth), 0)


@given(seeds, sizes, limits, st.booleans())
def test_a_walk_by_cursor_meets_every_scan_once_while_others_arrive(
    seed: int, size: int, limit: int, newest_first: bool
) -> None:
    with past(seed, size) as it:
        page = it.page(EVER, limit=limit, newest_first=newest_first)
        there, walked = it.truth(EVER), keys(page.scans)
        while page.next_place:
            it.arrive(2)
            page = it.page(EVER, limit=limit + 2, after=page.next_place, newest_first=newest_first)
            walked += keys(page.scans)
        assert set(there) <= set(walked)
        assert walked == sorted(set(walked), key=Place.of, reverse=newest_first)


@given(seeds, sizes, limits, st.booleans())
def test_a_page_by_offset_is_that_slice_of_the_whole_list(seed: int, size: int, limit: int, newest_first: bool) -> None:
    with past(seed, size) as it:
        it.page(limit=0)
        truth = it.truth()[:: -1 if newest_first else 1]
        for offset in range(0, len(truth) + limit, limit):
            page = it.page(limit=limit, offset=offset, newest_first=newest_first)
            assert (keys(page.scans), page.total) == (truth[offset : offset + limit], len(truth))
            assert (page.next_place is None) == (offset + limit >= len(truth))


@given(seeds, sizes, limits, st.booleans())
def test_pages_by_offset_lose_none_while_others_arrive(seed: int, size: int, limit: int, newest_first: bool) -> None:
    with past(seed, size) as it:
        page = it.page(EVER, limit=limit, newest_first=newest_first)
        there, seen, offset = it.truth(EVER), keys(page.scans), limit
        while page.next_place and offset < 100:
            it.arrive(1)
            page = it.page(EVER, limit=limit, offset=offset, newest_first=newest_first)
            seen += keys(page.scans)
            offset += limit
        assert set(there) <= set(seen)


@given(seeds, sizes)
def test_an_export_reads_all_of_a_link_and_goes_on_where_it_stopped(seed: int, size: int) -> None:
    with past(seed, size) as it:
        it.link = it.account.link.number
        found = keys(scan_lists.every(it.account.organization, it.link, it.span, it.now))
        assert found == it.truth()
        for n in range(0, len(found), 5):
            after = Place.of(found[n])
            rest = scan_lists.every(it.account.organization, it.link, it.span, it.now, after)
            assert keys(rest) == found[n + 1 :]


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def fold(written: list[ScanKey]) -> list[ScanKey]:
    counting.settle_pending(scans.read(written))
    return written


def link_page(account: Account, span: Span = EVER, **page: Any) -> ScanPage:
    return scan_lists.of_link(account.organization, account.link.number, span, now_ms(), **{"limit": 9, **page})


def whole_page(account: Account, span: Span = EVER, **page: Any) -> ScanPage:
    return scan_lists.of_organization(account.organization, span, now_ms(), **{"limit": 9, **page})


@pytest.mark.parametrize("listed", [link_page, whole_page])
def test_a_scan_is_in_the_very_next_list(account: Account, listed: Listed) -> None:
    key = account.scan()
    assert keys(listed(account).scans) == [key]


@pytest.mark.parametrize("listed", [link_page, whole_page])
def test_nothing_is_folded_for_a_list_of_what_is_long_past(account: Account, listed: Listed) -> None:
    key = account.scan()
    page = listed(account, Span(0, now_ms() - 10 * MINUTE))
    assert (page.scans, page.total, scans.read([key])[0].pending) == ([], 0, 1)


@pytest.mark.parametrize("listed", [link_page, whole_page])
def test_what_cannot_be_folded_in_time_is_told_and_in_no_total(
    account: Account, listed: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.scan(user_agent=BROKEN)
    good = account.scan()
    with broken(BROKEN, monkeypatch):
        page = listed(account)
    assert (keys(page.scans), page.total, page.pending) == ([good], 1, 1)


@pytest.mark.parametrize("listed", [link_page, whole_page])
def test_an_edited_scan_is_listed_with_what_it_is_now(account: Account, listed: Listed) -> None:
    (key,) = fold([account.scan(account.days_ago(2))])
    (scan,) = scans.read([key])
    scans.edit(scan, Conversation(True, 7).of(scan, now_ms()))
    (shown,) = listed(account).scans
    assert (shown.pending, shown.facts.messages) == (2, 7)


@pytest.mark.parametrize("listed", [link_page, whole_page])
def test_a_quarter_that_a_span_cuts_is_counted_without_bots_and_what_waits_or_is_set_aside(
    account: Account, listed: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = (now_ms() // DAY_MS - 2) * DAY_MS
    counted = fold([account.scan(begin + n * MINUTE) for n in range(6)])
    fold([account.scan(begin + 2 * MINUTE + 2, user_agent=GOOGLEBOT)])
    bad = account.scan(begin + 3 * MINUTE + 1, user_agent=BROKEN)
    with broken(BROKEN, monkeypatch):
        counting.settle_pending(scans.read([bad]))
    for _ in range(2):
        page = listed(account, Span(begin + MINUTE, begin + 5 * MINUTE))
        assert (keys(page.scans), page.total) == (counted[1:5], 4)
        account.scan(begin + 2 * MINUTE + 1)


def test_a_span_in_reverse_is_an_empty_list(account: Account) -> None:
    fold([account.scan()])
    assert link_page(account, Span(now_ms(), 0)) == ScanPage([], 0, None, 0)


def test_another_organizations_scans_are_in_no_list(account: Account) -> None:
    other = new_account("Other")
    fold([other.scan()])
    assert whole_page(account).total == 0
    assert scan_lists.of_link(account.organization, other.link.number, EVER, now_ms(), limit=9).total == 0


@pytest.mark.parametrize("listed", [link_page, whole_page])
def test_lists_and_totals_begin_where_raw_scans_are_kept(account: Account, world: World, listed: Listed) -> None:
    written = fold([account.scan(account.days_ago(days)) for days in (30, 21, 18, 1)])
    history.keep_scans(account.organization, 20, now_ms())
    for _ in range(2):  # those that are to go may go a little later
        page = listed(account)
        assert (keys(page.scans), page.total) == (written[2:], 2)
        world.expire_scans(now_ms() - 20 * DAY_MS)
    history.keep_scans(account.organization, None, now_ms())
    assert (keys(listed(account).scans), listed(account).total) == (written[2:], 2)


def test_a_scan_that_was_set_aside_uncounted_leaves_the_index_and_comes_back(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = account.scan(account.days_ago(2), user_agent=BROKEN)
    with broken(BROKEN, monkeypatch):
        counting.settle_pending(scans.read([key]))
    assert list(scans.keys_between(key.by_day, 0, key.ms + 1)) == []
    poison.requeue(account.organization, now_ms())
    assert list(scans.keys_between(key.by_day, 0, key.ms + 1)) == [key]
    fold([key])
    assert keys(whole_page(account).scans) == [key]


class Requests:
    """The requests to DynamoDB that a call makes, and the items that came back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.read: list[dict[str, Any]] = []
        make = Connection._make_api_call

        def record(
            connection: Connection, operation: str, request: dict[str, Any], *more: Any, **named: Any
        ) -> dict[str, Any]:
            answer: dict[str, Any] = make(connection, operation, request, *more, **named)
            self.made.append((operation, request))
            self.read += answer.get("Items", [])
            self.read += [item for items in answer.get("Responses", {}).values() for item in items]
            return answer

        monkeypatch.setattr(Connection, "_make_api_call", record)

    def times(self) -> list[int]:
        """The times of the scans that were read, in milliseconds."""
        return [int(item["sk"]["S"].split("#")[0]) for item in self.read if "#" in item["sk"]["S"][14:15]]


def _steady(account: Account, days: int, a_quarter: int) -> dict[ScanKey, Facts]:
    """So many scans, and a bot, in each of four quarter-hours of every day."""
    begin = (now_ms() // DAY_MS - days) * DAY_MS
    return {
        account.key(begin + day * DAY_MS + quarter * QUARTER_MS + n * 1000): Facts("a", "x", bot="crawler" * (not n))
        for day in range(days)
        for quarter in (0, 1, 40, 95)
        for n in range(a_quarter + 1)
    }


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("listed", [link_page, whole_page])
def test_a_page_far_off_reads_only_the_quarter_hours_around_it(
    account: Account, monkeypatch: pytest.MonkeyPatch, listed: Listed, newest_first: bool
) -> None:
    days, a_quarter = 12, 5
    total = days * 4 * a_quarter
    stored.remember(_steady(account, days, a_quarter))
    made: list[int] = []
    for offset in (0, total // 2 + 3, total - 8):
        requests = Requests(monkeypatch)
        page = listed(account, limit=8, offset=offset, newest_first=newest_first)
        shown, read = [scan.key.ms for scan in page.scans], requests.times()
        assert (len(shown), page.total) == (8, total)
        assert max(abs(ms - at) for ms in read for at in shown) < DAY_MS + QUARTER_MS
        assert len(read) <= 2 * 4 * (a_quarter + 1), "the keys and the items of four quarters"
        made.append(len(requests.made))
    assert max(made) - min(made) <= 5


def test_a_cursor_is_gone_on_from_where_it_is_and_not_from_its_quarters_beginning(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = (now_ms() // DAY_MS - 3) * DAY_MS
    written = stored.remember({account.key(begin + n * 1000): Facts("a", "x") for n in range(200)})
    requests = Requests(monkeypatch)
    page = link_page(account, after=Place.of(written[179]))
    assert keys(page.scans) == written[180:189]
    assert min(requests.times()) == written[179].ms


@pytest.mark.parametrize("listed", [link_page, whole_page])
def test_many_slots_are_merged_a_little_of_each_at_a_time(
    account: Account, monkeypatch: pytest.MonkeyPatch, listed: Listed
) -> None:
    spreads.raise_slots(account.organization, account.link, 32)
    begin = (now_ms() // DAY_MS - 3) * DAY_MS
    written = {account.key(begin + n * 500, slot=n * 7 % 32): Facts("a", "x") for n in range(1600)}
    ordered = stored.remember(written)
    requests = Requests(monkeypatch)
    page = listed(account, limit=40)
    assert (keys(page.scans), page.total) == (ordered[:40], 1600)
    assert len(requests.times()) <= 32 * 16 + 100
