"""The recount on real transactions: it mends what is wrong, whoever folds meanwhile, wherever it is cut off."""

import copy
import itertools
import zlib
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, day_of, iso_day
from chalicelib.core.integrity import EXPIRED, Drift, Report
from chalicelib.core.metric_names import DRIFT_FOUND
from chalicelib.core.rollups import LIFETIME, ORGANIZATION_SCOPE, Rollup, RollupKey, link_scope
from chalicelib.core.visitors import VisitorKey
from chalicelib.errors import InvalidRequest, Unavailable
from chalicelib.services import comparing, counting, history, integrity, links, recounting, sweeping
from chalicelib.services import whole as whole_day
from chalicelib.store import accounts, census, counted, recounts, reports, rollups, scans, spreads, visitors
from chalicelib.store.recounts import Overtaken
from chalicelib.store.rollups import RollupItem
from chalicelib.store.scan_items import ScanItem
from chalicelib.store.versions import Held
from chalicelib.store.visitors import VisitorItem
from tests.e2e.agents import GOOGLEBOT
from tests.services.account import Account, new_account
from tests.world import World, now_ms

HOUR = 3_600_000
NOT_A_BODY = b"\x00 garbage"

Books = dict[str, dict[tuple[str, str], Any]]


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (comparing, whole_day):
        monkeypatch.setattr(module, "wait", lambda _: None)


@pytest.fixture
def day() -> int:
    """Yesterday."""
    return day_of(now_ms()) - 1


def never() -> bool:
    return False


def recount(account: Account, day: int, out_of_time: Callable[[], bool] = never) -> Report:
    """Order a recount and work on it until it is done; the day's report."""
    recounting.order(account.organization, day, now_ms())
    while not recounting.recount(account.organization, iso_day(day), now_ms(), out_of_time):
        pass
    report = reports.read(account.organization, day)
    assert report is not None
    return report


def seen(account: Account, day: int, addresses: str = "aab", slot: int = 0, hour: int = 13) -> None:
    """Scans of a day, one of each address, counted."""
    keys = [account.scan(day * DAY_MS + hour * HOUR + n, address, slot=slot) for n, address in enumerate(addresses)]
    counting.settle(scans.read(keys))


def books(world: World) -> Books:
    """What all rollups (slots added up) and visitors hold."""
    days: dict[tuple[str, str], list[Rollup]] = {}
    for item in world.items("rollups"):
        found = RollupItem.from_raw_data(item)
        days.setdefault((found.pk.rpartition("#")[0], found.sk), []).append(rollups._rollup(found))
    known = [VisitorItem.from_raw_data(item) for item in world.items("visitors")]
    return {
        "rollups": {at: whole for at, parts in days.items() if (whole := r.merged(parts))},
        "visitors": {(item.pk, ""): visitors._visits(item) for item in known},
    }


def at(account: Account, day: int, scope: str = "", slot: int = 0) -> RollupKey:
    return RollupKey(account.organization, scope or link_scope(account.link.number), slot, day)


def overwrite(key: RollupKey, change: Callable[[Rollup], object]) -> None:
    """Write a rollup that nobody counted."""
    rollup = copy.deepcopy(rollups.read([key])[key].value)
    change(rollup)
    rollups.item(key, rollup).save()


def spoil(item: RollupItem | VisitorItem, body: bytes = NOT_A_BODY) -> None:
    item.body = body
    item.save()


def three_too_many(rollup: Rollup) -> None:
    rollup[r.TOTAL][""] += 3
    rollup[r.COUNTRY]["GB"] -= 1


def test_where_nothing_is_wrong_nothing_is_found(account: Account, world: World, day: int) -> None:
    for each in (account, account.other()):
        seen(each, day - 1)
        seen(each, day, "abc")
    before = world.items("rollups"), world.items("visitors")
    report = recount(account, day)
    assert (world.items("rollups"), world.items("visitors")) == before
    assert report == Report(day, report.checked_ms, links=2, scans=6)


CORRUPTIONS: dict[str, tuple[Callable[[Account, int], object], Drift]] = {
    "a total is wrong": (
        lambda account, day: overwrite(at(account, day), three_too_many),
        Drift(rollups=1, scans=3),
    ),
    "a rollup is gone": (
        lambda account, day: rollups.item(at(account, day), {}).delete(),
        Drift(rollups=1, scans=3),
    ),
    "a histogram is wrong": (
        lambda account, day: overwrite(at(account, day), lambda it: it.update(visitors={"never": 1, str(day - 9): -2})),
        Drift(rollups=1),
    ),
    "the visitors by hour are wrong": (
        lambda account, day: overwrite(at(account, day), lambda it: it.update(hourly_visitors={"4": 7})),
        Drift(rollups=1),
    ),
    "a rollup is garbage": (
        lambda account, day: spoil(rollups.item(at(account, day), {})),
        Drift(rollups=1, scans=3),
    ),
    "a rollup is JSON of another kind": (
        lambda account, day: spoil(rollups.item(at(account, day), {}), zlib.compress(b'{"total": [3]}')),
        Drift(rollups=1, scans=3),
    ),
    "there is a rollup where no scan is": (
        lambda account, day: add_a_rollup(account, day),
        Drift(rollups=1, scans=2),
    ),
    "a lifetime is wrong": (
        lambda account, _: overwrite(at(account, LIFETIME), three_too_many),
        Drift(rollups=1, scans=3),
    ),
    "the organization's day is wrong": (
        lambda account, day: overwrite(whole(account, day), three_too_many),
        Drift(rollups=1, scans=3),
    ),
    "a lifetime's visitors are wrong": (
        lambda account, _: overwrite(at(account, LIFETIME), lambda it: it.update(visitors={"never": 7})),
        Drift(rollups=1),
    ),
    "the organization's lifetime is gone": (
        lambda account, _: rollups.item(whole(account, LIFETIME), {}).delete(),
        Drift(rollups=1, scans=6),
    ),
    "the organization's histogram is wrong": (
        lambda account, day: overwrite(
            at(account, day, ORGANIZATION_SCOPE), lambda it: it.update(visitors={"never": 8})
        ),
        Drift(rollups=1),
    ),
    "a visitor is gone": (
        lambda account, _: visitors.item(VisitorKey(account.organization, "a"), {}).delete(),
        Drift(visitors=1),
    ),
    "a visitor is garbage": (
        lambda account, _: spoil(visitors.item(VisitorKey(account.organization, "b"), {})),
        Drift(visitors=1),
    ),
    "a visitor's hour is wrong": (
        lambda account, day: miscount(account, day),
        Drift(visitors=1),
    ),
}


def whole(account: Account, day: int) -> RollupKey:
    """The organization's rollup that the account's link counts into."""
    return at(account, day, ORGANIZATION_SCOPE, account.link.number % 4)


def add_a_rollup(account: Account, day: int) -> None:
    spreads.raise_slots(account.organization, account.link, 2)
    rollups.item(at(account, day, slot=1), {r.TOTAL: {"": 2}}).save()


def miscount(account: Account, day: int) -> None:
    key = VisitorKey(account.organization, "a")
    visits = visitors.read([key])[key].value
    visits["x"][link_scope(account.link.number)][day][13] = 7
    visitors.item(key, visits).save()


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_whatever_is_wrong_is_mended_exactly_and_reported(
    account: Account, world: World, day: int, what: str, counted: Counter[str]
) -> None:
    seen(account, day - 2)
    seen(account, day)
    right = books(world)
    corrupt, drift = CORRUPTIONS[what]
    corrupt(account, day)
    report = recount(account, day)
    after = books(world)
    assert after["rollups"] == right["rollups"]
    assert (report.drift, report.repaired, report.unchecked) == (drift, drift, 0)
    assert counted == {DRIFT_FOUND: drift.items}
    recount(account, day - 2)
    assert books(world) == right
    assert recount(account, day).left == Drift()


def test_several_slots_are_mended_one_by_one_and_their_histograms_in_sum(
    account: Account, world: World, day: int
) -> None:
    spreads.raise_slots(account.organization, account.link, 2)
    seen(account, day - 1, "ab", slot=0)
    seen(account, day, "abc", slot=1)
    seen(account, day - 2, "ac", slot=0)
    counting.settle(scans.read([account.scan(day * DAY_MS, user_agent=GOOGLEBOT, slot=1)]))
    right = books(world)
    for slot in (0, 1):
        spoil(rollups.item(at(account, day, slot=slot), {}))
    # The days' visitors are in the first slot now, and so are the lifetimes'.
    assert recount(account, day).drift == Drift(rollups=4, scans=4)
    assert books(world) == right
    assert recount(account, day).repaired == Drift(rollups=4, scans=4), "nothing is left to be mended"


def test_markers_are_compared_with_the_scans_that_carry_them(account: Account, world: World, day: int) -> None:
    key = account.scan(day * DAY_MS)
    item = ScanItem.get(key.partition, key.sort)
    item.marker = 7
    item.save()
    counting.settle(scans.read([key]))
    right = books(world)
    marked = at(account, day, r.marker_scope(account.link.number, 7))
    assert rollups.read([marked])[marked].value
    rollups.item(marked, {}).delete()
    assert recount(account, day).drift == Drift(rollups=1, scans=1)
    assert books(world) == right


def test_scans_that_nobody_counted_are_counted(account: Account, day: int) -> None:
    account.scan(day * DAY_MS)
    assert recount(account, day).scans == 1
    found = rollups.read_lifetime(account.organization, ORGANIZATION_SCOPE, range(8))
    assert r.amount(found, r.TOTAL) == 1


def test_a_scan_that_waits_is_not_held_against_a_rollup_that_nobody_can_read(account: Account, day: int) -> None:
    seen(account, day)
    spoil(rollups.item(at(account, day), {}))
    key = account.scan(day * DAY_MS)
    assert recount(account, day).drift.rollups == 1
    (scan,) = scans.read([key])
    assert (scan.failures, bool(scan.pending)) == (0, True)
    assert recount(account, day).scans == 4


def test_a_fold_between_reading_and_mending_is_not_lost(
    account: Account, world: World, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(account, day)
    overwrite(at(account, day), three_too_many)
    write, folded = recounts.write, itertools.count(1)

    def overtaken(*arguments: Any) -> recounts.Order | None:
        if next(folded) == 1:
            seen(account, day, "d")
        return write(*arguments)

    monkeypatch.setattr(recounts, "write", overtaken)
    report = recount(account, day)
    assert (report.drift, report.scans) == (Drift(rollups=1, scans=3), 4)
    stored_day = rollups.read([at(account, day)])[at(account, day)].value
    assert (stored_day[r.TOTAL], stored_day[r.VISITORS]) == ({"": 4}, {"never": 3})


def test_a_fold_in_another_slot_leaves_what_a_histogram_lacks_as_it_was(
    account: Account, world: World, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    spreads.raise_slots(account.organization, account.link, 2)
    seen(account, day)
    overwrite(at(account, day), lambda it: it.update(visitors={"never": 9}))
    write = recounts.write

    def overtaken(*arguments: Any) -> recounts.Order | None:
        monkeypatch.setattr(recounts, "write", write)
        seen(account, day, "ad", slot=1)
        return write(*arguments)

    monkeypatch.setattr(recounts, "write", overtaken)
    recount(account, day)
    days = rollups.read_days(account.organization, link_scope(account.link.number), range(2), day, day)
    assert (days[day][r.VISITORS], days[day][r.TOTAL]) == ({"never": 3}, {"": 5})


def test_a_fold_in_a_slot_that_is_new_is_not_taken_for_drift(
    account: Account, world: World, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes a known visitor somebody who was seen before, and notes that in the new slot."""
    seen(account, day)
    read = visitors.read_as_stored

    def widened(*arguments: Any) -> Any:
        monkeypatch.setattr(visitors, "read_as_stored", read)
        spreads.raise_slots(account.organization, account.link, 2)
        seen(account, day - 1, "a", slot=1)
        return read(*arguments)

    monkeypatch.setattr(visitors, "read_as_stored", widened)
    assert recount(account, day).drift == Drift()


def test_a_fold_while_the_links_are_compared_lets_the_organization_be_looked_at_again(
    account: Account, world: World, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(account, day)
    other = account.other()
    seen(other, day, "c")
    overwrite(at(account, day, ORGANIZATION_SCOPE), lambda it: it.update(visitors={"never": 9}))
    pages = counted.pages

    def folding(organization: int, link: int, *arguments: Any) -> Any:
        if link == other.link.number:
            monkeypatch.setattr(counted, "pages", pages)
            seen(account, day, "z")
        return pages(organization, link, *arguments)

    monkeypatch.setattr(counted, "pages", folding)
    report = recount(account, day)
    assert (report.drift, report.unchecked, report.scans) == (Drift(rollups=1), 0, 5)
    assert visitors_of_the_organization(account, day) == {"never": 4}


def test_an_organization_that_changes_all_the_time_keeps_its_histograms_and_is_reported_as_unchecked(
    account: Account, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(account, day)
    check, more = whole_day.check_organization, iter("uvwxyz")

    def busy(*arguments: Any) -> None:
        seen(account, day, next(more))
        check(*arguments)

    monkeypatch.setattr(whole_day, "is_still", lambda _: True)
    monkeypatch.setattr(whole_day, "check_organization", busy)
    report = recount(account, day)
    assert (report.drift, report.unchecked) == (Drift(), 1)
    assert visitors_of_the_organization(account, day) == {"never": 3}


def test_folds_between_the_parts_of_a_sum_are_not_reported_as_drift(
    account: Account, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(account, day)
    slots = census.slots

    def busy(organization: int) -> dict[int, int]:
        seen(account, day, "a")
        return slots(organization)

    monkeypatch.setattr(census, "slots", busy)
    report = recount(account, day)
    assert (report.drift, report.unchecked) == (Drift(), 1)


def test_a_fold_between_the_items_of_a_lifetime_is_not_taken_for_drift(
    account: Account, world: World, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The days are read before a fold, and the lifetime beside them after it."""
    seen(account, day)
    read = rollups.read_scope_as_stored

    def torn(organization: int, scope: str, slot: int) -> dict[RollupKey, Held[Rollup | None]]:
        monkeypatch.setattr(rollups, "read_scope_as_stored", read)
        days = read(organization, scope, slot)
        seen(account, day, "a")
        lifetime = RollupKey(organization, scope, slot, LIFETIME)
        return {**days, lifetime: read(organization, scope, slot)[lifetime]}

    monkeypatch.setattr(rollups, "read_scope_as_stored", torn)
    assert recount(account, day).drift == Drift()


def test_a_lifetime_beside_a_day_that_nobody_can_read_is_left_until_that_day_is_recounted(
    account: Account, world: World, day: int
) -> None:
    seen(account, day)
    seen(account, day - 2)
    right = books(world)
    spoil(rollups.item(at(account, day - 2), {}))
    assert recount(account, day).unchecked == 1
    recount(account, day - 2)
    assert books(world) == right
    assert recount(account, day).unchecked == 0


def visitors_of_the_organization(account: Account, day: int) -> dict[str, int]:
    return rollups.read_days(account.organization, ORGANIZATION_SCOPE, range(8), day, day)[day][r.VISITORS]


def test_a_link_that_changes_all_the_time_is_reported_as_unchecked(
    account: Account, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(account, day)
    overwrite(at(account, day), three_too_many)
    pages = counted.pages

    def busy(*arguments: Any) -> Any:
        seen(account, day, "e")
        return pages(*arguments)

    monkeypatch.setattr(counted, "pages", busy)
    report = recount(account, day)
    assert (report.unchecked, report.drift) == (2, Drift()), "the link, and the organization with it"


def test_what_is_found_and_cannot_be_mended_is_reported_as_left(
    account: Account, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(account, day)
    overwrite(at(account, day), three_too_many)
    write = recounts.write
    with monkeypatch.context() as patch:
        patch.setattr(recounts, "write", lambda *given: write(*given) if not given[3] else None)
        report = recount(account, day)
    assert (report.left, report.repaired, report.unchecked) == (Drift(1, 0, 3), Drift(), 2)
    report = recount(account, day)
    assert (report.left, report.repaired, report.unchecked, report.checks) == (Drift(), Drift(1, 0, 3), 0, 2)


def test_a_recount_that_is_cut_off_goes_on_where_it_was_and_reports_everything_once(
    account: Account, world: World, day: int
) -> None:
    accounts_links = [account, *(account.other() for _ in range(4))]
    for each in accounts_links:
        seen(each, day)
    right = books(world)
    for each in accounts_links:
        overwrite(at(each, day), three_too_many)
    world.messages("JOBS_QUEUE_URL")
    looks = itertools.count(1)
    recounting.order(account.organization, day, now_ms())
    runs = 1
    while not recounting.recount(account.organization, iso_day(day), now_ms(), lambda: next(looks) % 9 == 0):
        runs += 1
    message = {"organization": account.organization, "recount": iso_day(day)}
    assert runs > 2
    assert world.messages("JOBS_QUEUE_URL") == [message] * runs
    report = reports.read(account.organization, day)
    assert report == Report(day, report.checked_ms if report else 0, 5, 15, repaired=Drift(5, 0, 15))
    assert books(world) == right


def test_a_crash_after_mending_reports_what_was_mended(
    account: Account, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(account, day)
    overwrite(at(account, day), three_too_many)
    recounting.order(account.organization, day, now_ms())
    with monkeypatch.context() as patch:
        patch.setattr(whole_day, "check_organization", crash)
        with pytest.raises(KeyboardInterrupt):
            recounting.recount(account.organization, iso_day(day), now_ms(), never)
    assert recount(account, day).drift == Drift(rollups=1, scans=3)


def crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_of_two_recounts_at_once_one_mends_and_reports_and_the_other_stops(
    account: Account, world: World, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(account, day)
    right = books(world)
    overwrite(at(account, day), three_too_many)
    write = recounts.write
    recounting.order(account.organization, day, now_ms())

    def beside(*arguments: Any) -> recounts.Order | None:
        monkeypatch.setattr(recounts, "write", write)
        assert recounting.recount(account.organization, iso_day(day), now_ms(), never)
        return write(*arguments)

    monkeypatch.setattr(recounts, "write", beside)
    assert recounting.recount(account.organization, iso_day(day), now_ms(), never)
    report = reports.read(account.organization, day)
    assert report and report.drift == Drift(rollups=1, scans=3)
    assert books(world) == right
    assert recounts.days(account.organization) == []


def test_who_takes_an_order_up_overtakes_whoever_is_at_it(account: Account, day: int) -> None:
    recounting.order(account.organization, day, now_ms())
    first, second = (recounts.take(account.organization, day, now_ms()) for _ in range(2))
    assert first and second
    with pytest.raises(Overtaken):
        recounts.write(first, first.progress, now_ms())
    assert recounts.finish(second, Report(day, now_ms()))
    with pytest.raises(Overtaken):
        recounts.write(second, second.progress, now_ms())


def test_a_message_that_comes_twice_finds_nothing_to_do(account: Account, day: int) -> None:
    recount(account, day)
    assert recounting.recount(account.organization, iso_day(day), now_ms(), never)


def test_a_day_whose_scans_may_have_expired_is_left_alone(account: Account, world: World, day: int) -> None:
    seen(account, day - 20)
    overwrite(at(account, day - 20), three_too_many)
    before = world.items("rollups")
    history.keep_scans(account.organization, 15, now_ms())
    world.expire_scans()
    history.keep_scans(account.organization, None, now_ms())
    report = recount(account, day - 20)
    assert (report.skipped, report.drift) == (EXPIRED, Drift())
    assert world.items("rollups") == before


def test_scans_that_expire_while_they_are_read_are_no_reason_to_change_a_rollup(
    account: Account, world: World, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(account, day - 20)
    before = world.items("rollups")
    pages = counted.pages

    def expiring(*arguments: Any) -> Any:
        history.keep_scans(account.organization, 15, now_ms())
        world.expire_scans()
        return pages(*arguments)

    monkeypatch.setattr(counted, "pages", expiring)
    assert recount(account, day - 20).skipped == EXPIRED
    assert world.items("rollups") == before


def test_days_that_visitors_have_forgotten_are_left_alone(account: Account, day: int) -> None:
    assert recount(account, day - 400).skipped == EXPIRED


def test_a_day_that_lies_ahead_is_refused(account: Account, day: int) -> None:
    with pytest.raises(InvalidRequest):
        recounting.order(account.organization, day + 2, now_ms())


def test_visitors_that_were_mended_let_the_days_that_follow_be_recounted(account: Account, day: int) -> None:
    seen(account, day - 2)
    visitors.item(VisitorKey(account.organization, "a"), {}).delete()
    seen(account, day)  # counted as if a was new
    recount(account, day - 2)
    assert recounts.days(account.organization) == [day]
    recount(account, day)
    found = rollups.read([at(account, day)])[at(account, day)].value
    assert found[r.VISITORS] == {str(day - 2): 2}


def test_today_is_recounted_tomorrow(account: Account, day: int) -> None:
    seen(account, day)
    visitors.item(VisitorKey(account.organization, "a"), {}).delete()
    counting.settle(scans.read([account.scan()]))
    assert recount(account, day).drift == Drift(visitors=1)
    assert recounts.days(account.organization) == []


def test_what_an_address_forgot_because_it_fills_its_item_is_not_missed(
    account: Account, world: World, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.core.visitors.MOST_HOURS", 2)
    for hour in (13, 14):
        seen(account, day - 1, "a", hour=hour)
        seen(account, day, "a", hour=hour)
    before = world.items("rollups"), world.items("visitors")
    assert recount(account, day - 1).drift == recount(account, day).drift == Drift()
    assert (world.items("rollups"), world.items("visitors")) == before


def test_a_visitor_of_two_links_counts_once_for_the_organization(account: Account, world: World, day: int) -> None:
    other = account.other()
    for each in (account, other):
        seen(each, day - 1, "ab")
        seen(each, day, "bc")
    right = books(world)
    for key in {whole(account, day), whole(other, day)}:
        rollups.item(key, {}).delete()
    recount(account, day)
    assert books(world) == right


def test_a_link_that_is_being_erased_still_counts(account: Account, world: World, day: int) -> None:
    other = account.other()
    for each in (account, other):
        seen(each, day)
    links.erase(account.caller, str(account.link.number), now_ms())
    right = books(world)
    assert recount(account, day).drift == Drift()
    overwrite(whole(account, day), three_too_many)
    recount(account, day)
    assert books(world) == right


def test_the_night_orders_yesterday_and_the_days_that_were_missed(account: Account, world: World, day: int) -> None:
    made = accounts.OrganizationItem.get(str(account.organization), "organization")
    made.created = (day - 3) * DAY_MS
    made.save()
    recount(account, day - 2)
    other = new_account("Other")
    world.messages("JOBS_QUEUE_URL")
    recounting.order_nightly(now_ms())
    asked = [(account, day - 3), (account, day - 1), (account, day), (other, day)]
    expected = [{"organization": who.organization, "recount": iso_day(missed)} for who, missed in asked]
    assert sorted(world.messages("JOBS_QUEUE_URL"), key=str) == sorted(expected, key=str)
    recounting.order_nightly(now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [], "they are ordered already"


def test_an_organization_that_cannot_be_ordered_does_not_keep_the_others_from_it(
    account: Account, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, newest = new_account("Other"), reports.newest

    def unavailable(organization: int, most: int) -> list[Report]:
        if organization == account.organization:
            raise Unavailable.storage()
        return newest(organization, most)

    monkeypatch.setattr(reports, "newest", unavailable)
    with pytest.raises(Unavailable):
        recounting.order_nightly(now_ms())
    assert [recounts.days(each.organization) for each in (account, other)] == [[], [day]]


def test_the_sweep_orders_a_recount_again_whose_message_was_lost(account: Account, world: World, day: int) -> None:
    recounting.order(account.organization, day, now_ms())
    message = {"organization": account.organization, "recount": iso_day(day)}
    assert world.messages("JOBS_QUEUE_URL") == [message]
    sweeping.sweep(now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [], "a job may be at it"
    sweeping.sweep(now_ms() + sweeping.IDLE_MS + 1)
    assert world.messages("JOBS_QUEUE_URL") == [message]


def test_a_bug_that_one_link_meets_leaves_no_other_unchecked(
    account: Account, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = account.other()
    for each in (account, other):
        seen(each, day)
        overwrite(at(each, day), three_too_many)
    read = rollups.read_as_stored

    def fail(keys: Collection[RollupKey]) -> dict[RollupKey, Held[Rollup | None]]:
        if at(account, day) in keys:
            raise ValueError
        return read(keys)

    monkeypatch.setattr(rollups, "read_as_stored", fail)
    report = recount(account, day)
    assert (report.drift, report.unchecked) == (Drift(rollups=1, scans=3), 2)


def test_a_link_that_takes_longer_than_a_whole_run_is_reported_as_unchecked(account: Account, day: int) -> None:
    seen(account, day)
    other = account.other()
    seen(other, day, "ab")
    asked = itertools.count()
    report = recount(account, day, lambda: next(asked) % 2 == 1)
    assert report.unchecked > 0
    assert report.links == 2


def test_the_oldest_scan_that_waits_is_reported(account: Account, day: int) -> None:
    now = now_ms()
    seen(account, day)
    assert integrity.oldest_pending(account.organization, now) is None
    sweeping.sweep(now)
    old, new = (account.scan(now - ms) for ms in (30_000, 10_000))
    assert integrity.oldest_pending(account.organization, now) == old.ms
    counting.settle(scans.read([old]))
    assert recount(account, day).oldest_pending_ms == new.ms
