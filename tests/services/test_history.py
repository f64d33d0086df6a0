"""History that changes: own tests left out, verdicts made anew, raw scans kept for a time; all through the fold."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core import agents
from chalicelib.core import rollups as r
from chalicelib.core.accounts import Organization
from chalicelib.core.conversations import Conversation
from chalicelib.core.days import DAY_MS, day_of
from chalicelib.core.judging import OWN_TEST, Terms
from chalicelib.core.rollups import ORGANIZATION_SCOPE, Rollup, link_scope
from chalicelib.core.scans import Scan, ScanKey
from chalicelib.core.slots import homes
from chalicelib.core.windows import Window
from chalicelib.errors import InvalidRequest
from chalicelib.functions import jobs
from chalicelib.services import analytics, counting, erasing, history, links, refolding, spill, sweeping
from chalicelib.store import accounts, folding, refolds, rollups, scans, spreads
from chalicelib.store import links as stored
from tests.e2e.agents import GOOGLEBOT
from tests.services.account import Account, new_account
from tests.services.test_sweeping import spilled
from tests.world import World, now_ms

HOUR = 3_600_000


class Context:
    """A function's context with so much time left, each time it is asked."""

    def __init__(self, *left_ms: int) -> None:
        self._left_ms = list(left_ms)

    def get_remaining_time_in_millis(self) -> int:
        return self._left_ms.pop(0) if self._left_ms else 300_000


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def work(world: World) -> Callable[[], None]:
    """Do what was ordered, as the jobs function does."""

    def run() -> None:
        while bodies := world.raw_messages("JOBS_QUEUE_URL"):
            jobs.work([{"body": body} for body in bodies], Context())

    return run


def _lifetime(account: Account, scope: str = "") -> Rollup:
    scope = scope or link_scope(account.link.number)
    slots = homes(spreads.most_slots(account.organization))
    return rollups.read_lifetime(account.organization, scope, slots)


def _total(account: Account, scope: str = "") -> int:
    return r.amount(_lifetime(account, scope), r.TOTAL)


def _scan(key: ScanKey) -> Scan:
    (scan,) = scans.read([key])
    return scan


def _leave_out(account: Account, *spans: tuple[int, int]) -> None:
    history.leave_out(account.caller, str(account.link.number), spans, now_ms())


def test_scans_that_are_left_out_are_in_no_total_and_come_back(account: Account, work: Callable[[], None]) -> None:
    old, test, new = (account.scan(now_ms() - hours * HOUR) for hours in (30, 20, 10))
    counting.settle(scans.read([old, test, new]))
    _leave_out(account, (test.ms - 1000, test.ms + 1000))
    work()
    assert (_total(account), _total(account, ORGANIZATION_SCOPE)) == (2, 2)
    assert _lifetime(account)[r.BOTS] == {OWN_TEST: 1}
    assert test not in scans.keys_between(test.by_day, 0, now_ms())
    _leave_out(account)
    work()
    assert (_total(account), _scan(test).facts.bot, r.BOTS in _lifetime(account)) == (3, "", False)
    assert test in scans.keys_between(test.by_day, 0, now_ms())


def test_a_span_that_is_not_over_holds_for_scans_to_come(account: Account, work: Callable[[], None]) -> None:
    _leave_out(account, (now_ms() - HOUR, now_ms() + HOUR))
    key = account.scan()
    counting.settle(scans.read([key]))
    work()
    assert (_total(account), _scan(key).facts.bot) == (0, OWN_TEST)


def test_a_bot_among_tests_is_a_bot_again_afterwards(account: Account, work: Callable[[], None]) -> None:
    key = account.scan(user_agent=GOOGLEBOT)
    counting.settle(scans.read([key]))
    _leave_out(account, (0, now_ms() + HOUR))
    work()
    _leave_out(account)
    work()
    assert (_scan(key).facts.bot, _total(account)) == ("crawler", 0)


def test_a_fold_that_read_the_terms_before_they_changed_is_overruled(
    account: Account, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It commits between the order's look at the scan and its write."""
    key = account.scan()
    first_in = scans.first_in
    overtaken: list[bool] = []

    def overtaking(partition: str, most: int, after: str = "") -> list[Scan]:
        page = first_in(partition, most, after)
        if page and not overtaken:
            overtaken.append(True)
            with monkeypatch.context() as patch:
                patch.setattr(stored, "terms", lambda asked: dict.fromkeys(asked, Terms()))
                counting.settle(scans.read([key]))
            assert _total(account) == 1
        return page

    _leave_out(account, (key.ms - 1, key.ms + 1))
    monkeypatch.setattr(scans, "first_in", overtaking)
    work()
    assert (overtaken, _total(account), _scan(key).facts.bot) == ([True], 0, OWN_TEST)


def test_a_fold_that_meets_an_edit_goes_by_what_was_decided_before_the_edit(
    account: Account, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It read the terms before that, and the order is done: nobody would correct it."""
    key = account.scan()
    commit, met = folding.commit, list[bool]()

    def meet(*folded: Any) -> folding.Outcome:
        if not met:
            met.append(True)
            _leave_out(account, (key.ms, key.ms + 1))
            work()
            assert _scan(key).facts.bot == OWN_TEST
            assert scans.edit(_scan(key), Conversation(True, 1).of(_scan(key), now_ms()))
        return commit(*folded)

    monkeypatch.setattr(folding, "commit", meet)
    counting.settle(scans.read([key]))
    assert (_total(account), _scan(key).pending, _scan(key).facts.bot) == (0, 0, OWN_TEST)


def test_answers_say_that_they_are_being_recounted(account: Account, work: Callable[[], None]) -> None:
    def recounting() -> bool:
        window = Window.ending(day_of(now_ms()), 2)
        return analytics.link_report(account.organization, account.link.number, window, now_ms()).recounting

    assert not recounting()
    _leave_out(account, (0, 1000))
    assert recounting()
    work()
    assert not recounting()


def test_an_answer_says_so_when_that_begins_while_it_is_read(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    read_days = rollups.read_days

    def meanwhile(*asked: Any) -> Any:
        _leave_out(account, (0, 1000))
        return read_days(*asked)

    monkeypatch.setattr(rollups, "read_days", meanwhile)
    window = Window.ending(day_of(now_ms()), 2)
    assert analytics.link_report(account.organization, account.link.number, window, now_ms()).recounting


@pytest.mark.parametrize(
    "spans",
    [pytest.param([(5, 5)], id="empty"), pytest.param([(2000 * n, 2000 * n + 1) for n in range(101)], id="101")],
)
def test_spans_that_cannot_be_are_refused(account: Account, spans: list[tuple[int, int]]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        _leave_out(account, *spans)
    assert refused.value.field == "ranges"


def test_spans_that_touch_are_one(account: Account) -> None:
    link = history.leave_out(account.caller, str(account.link.number), [(5, 9), (0, 5), (20, 30)], now_ms())
    assert link.left_out == ((0, 9), (20, 30))


def test_newer_rules_judge_stored_scans_again_without_their_user_agents(
    account: Account, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = account.scan(now_ms() - 50 * HOUR, user_agent=GOOGLEBOT)
    person, bot = account.scan(), account.scan(user_agent=GOOGLEBOT)
    counting.settle(scans.read([before, person, bot]))
    assert (_scan(bot).unjudged, _scan(bot).signs, _total(account)) == (None, "known_bot", 1)
    monkeypatch.setattr(agents, "RULES", agents.RULES + 1)
    monkeypatch.setattr(agents, "bot_reason", lambda signs: "" if "known_bot" in signs else "crawler")
    history.rejudge(account.organization, now_ms() - 40 * HOUR, now_ms() + 1, now_ms())
    work()
    assert (_scan(person).facts.bot, _scan(bot).facts.bot, _scan(before).facts.bot) == ("crawler", "", "crawler")
    assert (_scan(bot).rules, _total(account), _total(account, ORGANIZATION_SCOPE)) == (agents.RULES, 1, 1)


def test_what_was_judged_stays_until_somebody_asks(
    account: Account, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = account.scan(user_agent=GOOGLEBOT)
    counting.settle(scans.read([key]))
    monkeypatch.setattr(agents, "bot_reason", lambda _: "")
    history.keep_scans(account.organization, 30, now_ms())
    work()
    assert (_scan(key).facts.bot, _scan(key).expires) == ("crawler", (key.ms + 30 * DAY_MS) // 1000)


def test_an_order_that_runs_out_of_time_is_handed_over_and_finished(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refolding, "PAGE", 2)
    other = account.other()
    keys = [owner.scan(address=str(n)) for owner in (account, other) for n in range(5)]
    counting.settle(scans.read(keys))
    history.rejudge(account.organization, 0, now_ms() + 1, now_ms())
    monkeypatch.setattr(agents, "bot_reason", lambda _: "tool")
    runs = 0
    while bodies := world.raw_messages("JOBS_QUEUE_URL"):
        runs += 1
        jobs.work([{"body": body} for body in bodies], Context(0))
    assert runs > 4
    assert {_scan(key).facts.bot for key in keys} == {"tool"}
    assert not any(spreads.of(it.organization, it.link.number).recounting for it in (account, other))


def test_a_job_that_another_one_overtook_marks_nothing(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order may be gone when it comes to that, and nobody would take the mark away."""
    _leave_out(account, (0, now_ms()))
    (body,) = world.raw_messages("JOBS_QUEUE_URL")
    begin, met = refolds.begin, list[bool]()

    def late(order: refolds.Refold, link: int) -> bool:
        if not met:
            met.append(True)
            jobs.work([{"body": body}], Context())
        return begin(order, link)

    monkeypatch.setattr(refolds, "begin", late)
    jobs.work([{"body": body}], Context(*[0] * 9))
    sweeping.sweep(now_ms() + 2 * sweeping.IDLE_MS)
    assert world.raw_messages("JOBS_QUEUE_URL") == []
    assert not spreads.of(account.organization, account.link.number).recounting


def test_an_order_asks_for_its_time_in_empty_partitions_too(account: Account, world: World) -> None:
    """A link that was hot for years has tens of thousands."""
    spreads.raise_slots(account.organization, account.link, 64, now_ms())
    history.rejudge(account.organization, 0, now_ms() + 1, now_ms())
    runs = 0
    while bodies := world.raw_messages("JOBS_QUEUE_URL"):
        runs += 1
        jobs.work([{"body": body} for body in bodies], Context(*[300_000] * 20, 0))
    assert runs > 64 // 20
    assert not spreads.of(account.organization, account.link.number).recounting


def test_an_imported_links_scans_are_looked_for_since_it_came_here(account: Account) -> None:
    old = replace(account.link, created_ms=0, imported=5)
    order = refolds.Refold(account.organization, 1, 0, 0, now_ms(), anew=True)
    assert len(refolding._partitions(order, old)) <= 2, "months, of decades"


def test_two_at_one_order_leave_one_message_to_go_on(account: Account, world: World) -> None:
    counting.settle(scans.read([account.scan(address=str(n)) for n in range(3)]))
    history.rejudge(account.organization, 0, now_ms() + 1, now_ms())
    (ordered,) = world.messages("JOBS_QUEUE_URL")

    def work(out_of_time: Callable[[], bool]) -> bool:
        return refolding.refold(account.organization, ordered["refold"], now_ms(), out_of_time)

    assert not work(lambda: not work(lambda: True))
    assert world.messages("JOBS_QUEUE_URL") == [ordered]


def test_an_order_whose_message_is_lost_is_sent_again_by_the_sweep(
    account: Account, world: World, work: Callable[[], None]
) -> None:
    key = account.scan()
    counting.settle(scans.read([key]))
    _leave_out(account, (key.ms, key.ms + 1))
    world.messages("JOBS_QUEUE_URL")
    sweeping.sweep(now_ms() + sweeping.IDLE_MS + 1)
    work()
    assert _total(account) == 0


def test_raw_scans_are_kept_for_the_days_that_were_set_and_never_less_than_fifteen(
    account: Account, work: Callable[[], None]
) -> None:
    first = account.scan()
    counting.settle(scans.read([first]))
    assert _scan(first).expires is None
    history.keep_scans(account.organization, 20, now_ms())
    second = account.scan()
    counting.settle(scans.read([second]))
    work()
    assert [_scan(key).expires for key in (first, second)] == [
        (key.ms + 20 * DAY_MS) // 1000 for key in (first, second)
    ]
    history.keep_scans(account.organization, None, now_ms())
    work()
    assert (_scan(first).expires, history.kept_days(account.organization)) == (None, None)
    assert accounts.read_organization(account.organization).least_kept_days == 20
    with pytest.raises(InvalidRequest):
        history.keep_scans(account.organization, 14, now_ms())


@pytest.mark.parametrize("ahead_ms", [0, 15_000])
def test_a_scan_that_was_counted_just_before_the_days_were_set_is_kept_for_them_too(
    account: Account, work: Callable[[], None], ahead_ms: int
) -> None:
    """The redirect's clock may be ahead, and the caller's time is from before the decision is written."""
    asked_ms = now_ms()
    key = account.scan(asked_ms + ahead_ms)
    counting.settle(scans.read([key]))
    history.keep_scans(account.organization, 90, asked_ms)
    work()
    assert _scan(key).expires == (key.ms + 90 * DAY_MS) // 1000


def test_two_who_set_the_days_at_once_leave_the_least_of_both(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, met = accounts.read_organization, list[bool]()

    def meet(number: int) -> Organization:
        known = read(number)
        if not met:
            met.append(True)
            history.keep_scans(number, 15, now_ms())
        return known

    monkeypatch.setattr(accounts, "read_organization", meet)
    history.keep_scans(account.organization, 400, now_ms())
    known = read(account.organization)
    assert (known.keep_days, known.least_kept_days) == (400, 15)


def test_rollups_stay_when_raw_scans_expire(account: Account, world: World) -> None:
    counting.settle(scans.read([account.scan(account.days_ago(30))]))
    world.expire_scans()
    assert _total(account) == 1


def test_erasing_a_link_takes_out_what_its_expired_scans_left(account: Account, world: World) -> None:
    other = account.other()
    for owner in (account, account, other):
        counting.settle(scans.read([owner.scan(owner.days_ago(30)), owner.scan()]))
    world.expire_scans(before_ms=account.days_ago(20))
    links.erase(account.caller, str(account.link.number), now_ms())
    assert erasing.erase(account.organization, account.link.number, now_ms(), lambda: False)
    assert _total(account, ORGANIZATION_SCOPE) == 2
    whole = rollups.read_days(
        account.organization, ORGANIZATION_SCOPE, homes(1), day_of(account.days_ago(31)), day_of(now_ms())
    )
    assert [r.amount(day, r.TOTAL) for day in whole.values()] == [1, 1]
    assert all(r.table(day, r.COUNTRY) == {"GB": 1} for day in whole.values())
    scope = link_scope(account.link.number)
    assert all(f"#{scope}#" not in item["pk"]["S"] for item in world.items("rollups"))


def test_a_late_copy_of_a_scan_that_has_expired_is_not_counted_again(account: Account) -> None:
    history.keep_scans(account.organization, 15, now_ms())
    late = account.key(account.days_ago(16))
    spill.write(spilled(late), now_ms())
    assert (_total(account), scans.read([late])) == (0, [])
