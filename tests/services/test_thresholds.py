"""Thresholds of stored totals: each crossed once, with any number of slots, however the doorbells come."""

import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.rollups import LIFETIME, ORGANIZATION_SCOPE, TOTAL, RollupKey, link_scope, marker_scope
from chalicelib.core.thresholds import Thresholds
from chalicelib.errors import Unavailable
from chalicelib.services import erasing, links, threshold_lists, thresholds
from chalicelib.store import links as stored_links
from chalicelib.store import reached, rollups, spreads
from chalicelib.store.reached import Crossing
from chalicelib.store.transactions import Refusal, Transaction
from tests.services import stored
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.services.turns import take_turns
from tests.world import World, now_ms

LIST = (1, 2, 3, 5, 8, 13, 21)


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


class Told(list[Crossing]):
    """Every crossing, as the stream record of its write tells of it."""

    @property
    def thresholds(self) -> list[int]:
        return [threshold for crossing in self for threshold in crossing.thresholds]


@contextmanager
def telling() -> Iterator[Told]:
    """What is told of by each transaction that goes through, also when whoever made it dies then."""
    told, commit = Told(), Transaction.commit

    def seen(self: Transaction) -> list[Refusal]:
        refusals = commit(self)
        images = [] if refusals else [put["Item"] for put in self._write._put_items]
        told.extend(reached.crossing(it) for it in images if it["sk"]["S"].startswith(reached.PREFIX))
        return refusals

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "commit", seen)
        yield told


@pytest.fixture
def told() -> Iterator[Told]:
    with telling() as told:
        yield told


def _scope(account: Account) -> str:
    return link_scope(account.link.number)


def _write(account: Account, totals: Mapping[int, int], scope: str = "") -> None:
    """Let the lifetime of a scope be so many scans, by slot."""
    keys = {RollupKey(account.organization, scope or _scope(account), slot, LIFETIME): n for slot, n in totals.items()}
    stored.write({key: {TOTAL: {"": n}} if n else {} for key, n in keys.items()})


def _cross(account: Account, before: int, scope: str = "") -> None:
    thresholds.cross_all({(account.organization, scope or _scope(account)): before}, now_ms())


def _lists(account: Account, own: Thresholds | None) -> None:
    threshold_lists.set_for_link(account.caller, str(account.link.number), own)


@pytest.mark.parametrize(
    ("slots", "before", "told_of"),
    [
        pytest.param({0: 1}, 0, [(1,)], id="the first scan"),
        pytest.param({0: 12}, 9, [(10,)], id="passed"),
        pytest.param({0: 12}, 0, [(1, 10)], id="two at once"),
        pytest.param({0: 12}, 10, [], id="nothing between"),
        pytest.param({0: 6, 1: 4}, 5, [(10,)], id="slots together"),
        pytest.param({1: 4}, 0, [(1,)], id="a slot that is alone"),
        pytest.param({}, 0, [], id="no scans"),
        pytest.param({0: 3}, 7, [], id="fewer than before"),
    ],
)
def test_what_lies_between_before_and_now_is_crossed(
    account: Account, told: Told, slots: dict[int, int], before: int, told_of: list[Thresholds]
) -> None:
    spreads.raise_slots(account.organization, account.link, 2)
    _write(account, slots)
    for _ in range(3):
        _cross(account, before)
    assert [crossing.thresholds for crossing in told] == told_of


def test_a_crossing_tells_of_the_link_the_total_and_the_time(account: Account, told: Told) -> None:
    _write(account, {0: 12})
    thresholds.cross_all({(account.organization, _scope(account)): 3}, 1_000)
    assert told == [Crossing(account.organization, account.link.number, 0, (10,), 12, 1_000)]


def test_a_qr_codes_own_scans_cross_thresholds_of_their_own(account: Account, told: Told) -> None:
    scope = marker_scope(account.link.number, 2)
    _write(account, {0: 12})
    _write(account, {0: 1}, scope)
    _cross(account, 0, scope)
    _cross(account, 9)
    found = [(crossing.marker, crossing.thresholds) for crossing in told]
    assert found == [(2, (1,)), (0, (10,))]


@pytest.mark.parametrize(
    ("organization", "link", "crossed"),
    [
        pytest.param(None, None, [1, 10], id="default"),
        pytest.param([7, 12, 13], None, [7, 12], id="the organization's list"),
        pytest.param([7], [5], [5], id="the link's list"),
        pytest.param([], None, [], id="none in the organization"),
        pytest.param([7], [], [], id="none for the link"),
    ],
)
def test_the_lists_in_force_are_gone_by(
    account: Account, told: Told, organization: list[int] | None, link: Thresholds | None, crossed: list[int]
) -> None:
    threshold_lists.set_for_organization(account.caller, organization)
    _lists(account, link)
    _write(account, {0: 12})
    _cross(account, 0)
    assert told.thresholds == crossed


def test_a_total_that_falls_and_rises_again_crosses_nothing_twice(account: Account, told: Told) -> None:
    for before, now in ((0, 12), (12, 4), (4, 15), (15, 0), (0, 101)):
        _write(account, {0: now})
        _cross(account, before)
    assert told.thresholds == [1, 10, 100]


def test_a_threshold_that_is_added_below_the_total_is_not_told_of(account: Account, told: Told) -> None:
    _write(account, {0: 50})
    _cross(account, 8)
    _lists(account, (20, 51))
    _write(account, {0: 51})
    _cross(account, 50)
    assert told.thresholds == [10, 51]


def test_scopes_are_seen_to_together_those_of_the_organization_and_of_erased_links_are_passed_over(
    account: Account, told: Told
) -> None:
    other, stranger, gone = account.other(), new_account("Other"), account.other()
    for owner in (account, other, stranger, gone):
        _write(owner, {0: 1})
    links.erase(gone.caller, str(gone.link.number), now_ms())
    told.clear()
    rung = {(owner.organization, _scope(owner)): 0 for owner in (account, other, stranger, gone)}
    thresholds.cross_all({**rung, (account.organization, ORGANIZATION_SCOPE): 0}, now_ms())
    assert {crossing.link for crossing in told} == {it.link.number for it in (account, other, stranger)}


def test_the_trouble_of_one_scope_does_not_stop_the_others(
    account: Account, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [account, account.other(), new_account("Other")]
    for owner in accounts:
        _write(owner, {0: 1})
    add, troubled = reached.add, _scope(account)

    def failing(write: Transaction, scope: str, *rest: object) -> None:
        if scope == troubled:
            raise Unavailable.storage()
        add(write, scope, *rest)  # type: ignore[arg-type]

    rung = {(owner.organization, _scope(owner)): 0 for owner in accounts}
    with monkeypatch.context() as patch:
        patch.setattr(reached, "add", failing)
        with pytest.raises(Unavailable):
            thresholds.cross_all(rung, now_ms())
    assert {crossing.link for crossing in told} == {owner.link.number for owner in accounts[1:]}
    thresholds.cross_all(rung, now_ms())
    assert len(told.thresholds) == 3


def test_a_total_that_cannot_be_read_holds_up_nothing(account: Account, told: Told, world: World) -> None:
    other = account.other()
    for owner in (account, other):
        _write(owner, {0: 1})
    key = {"pk": {"S": f"{account.organization}#{_scope(account)}#0"}, "sk": {"S": "lifetime"}}
    values = {":b": {"B": b"?"}}
    world.dynamodb.update_item(
        TableName="rollups", Key=key, UpdateExpression="SET body = :b", ExpressionAttributeValues=values
    )
    thresholds.cross_all({(owner.organization, _scope(owner)): 0 for owner in (account, other)}, now_ms())
    assert [crossing.link for crossing in told] == [other.link.number]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    scans=st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 5)), max_size=14),
    dice=st.randoms(use_true_random=False),
)
def test_each_threshold_is_crossed_once_however_doorbells_come(
    world: World, scans: list[tuple[int, int]], dice: random.Random
) -> None:
    """Scans are folded into slots, or out of them; doorbells come at any time, again, in any order, and in batches."""
    account = new_account()
    spreads.raise_slots(account.organization, account.link, 4)
    _lists(account, LIST)
    slots: dict[int, int] = {}
    most, waiting = 0, list[int]()
    place = account.organization, _scope(account)
    with telling() as told:
        for slot, number in scans:
            waiting.append(slots.get(slot, 0))
            slots[slot] = max(0, slots.get(slot, 0) + number)
            most = max(most, sum(slots.values()))
            _write(account, slots)
            if dice.random() < 0.5:
                batch = dice.sample(waiting, dice.randint(1, len(waiting)))
                thresholds.cross_all({place: min(batch)}, now_ms())
                waiting = [before for before in waiting if before not in batch or dice.random() < 0.3]
        dice.shuffle(waiting)
        for before in waiting:
            thresholds.cross_all({place: before}, now_ms())
    crossed, total = set(told.thresholds), sum(slots.values())
    assert len(told.thresholds) == len(crossed)
    assert {it for it in LIST if it <= total} <= crossed <= {it for it in LIST if it <= most}


def test_of_many_who_ring_at_once_one_tells_of_each_threshold(
    account: Account, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_turns(monkeypatch)
    _lists(account, LIST)

    def ring(total: int) -> None:
        _write(account, {0: total})
        _cross(account, 0)

    with ThreadPoolExecutor(8) as ringing:
        list(ringing.map(ring, [13] * 16))
    _cross(account, 0)
    assert sorted(told.thresholds) == [1, 2, 3, 5, 8, 13]


def test_whoever_is_overtaken_looks_again(account: Account, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker, with a total that is higher by then, writes between the look and the write."""
    _write(account, {0: 12})

    def other() -> None:
        _write(account, {0: 100})
        _cross(account, 99)

    _overtaken(monkeypatch, other)
    _cross(account, 0)
    assert [crossing.thresholds for crossing in told] == [(100,), (1, 10)]


def test_a_mark_that_changes_all_the_time_is_given_up_for_now(
    account: Account, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(account, {0: 12})
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", lambda _: [Refusal("mark", "ConditionalCheckFailed")])
        with pytest.raises(Unavailable):
            _cross(account, 0)
    _cross(account, 0)
    assert told.thresholds == [1, 10]


def _overtaken(monkeypatch: pytest.MonkeyPatch, meet: Callable[[], object]) -> None:
    commit, met = Transaction.commit, list[bool]()

    def overtaken(self: Transaction) -> list[Refusal]:
        if not met:
            met.append(True)
            meet()
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", overtaken)


STEPS = {
    stored_links: ("several",),
    spreads: ("several",),
    rollups: ("read_as_stored",),
    reached: ("announced", "add"),
    Transaction: ("commit",),
}


@pytest.mark.parametrize("at", range(1, 13))
def test_whoever_is_killed_at_any_step_leaves_each_threshold_to_be_told_of_once(
    account: Account, told: Told, at: int
) -> None:
    _write(account, {0: 12})
    with killed_at(at, STEPS), suppress(Killed):  # type: ignore[arg-type]
        _cross(account, 0)
        pytest.fail("there is no such step")
    _cross(account, 0)
    assert told.thresholds == [1, 10]


def test_a_link_that_is_erased_leaves_no_mark(account: Account, world: World, told: Told) -> None:
    for scope in (_scope(account), *(marker_scope(account.link.number, n) for n in (1, 2, 11))):
        _write(account, {0: 12}, scope)
        _cross(account, 0, scope)
    other = account.other()
    _write(other, {0: 1})
    _cross(other, 0)
    links.erase(account.caller, str(account.link.number), now_ms())
    while not erasing.erase(account.organization, account.link.number, now_ms(), lambda: True):
        pass
    left = [item["sk"]["S"] for item in world.items("objects") if item["sk"]["S"].startswith(reached.PREFIX)]
    assert left == [f"reached#{_scope(other)}"]


def test_a_crossing_that_is_under_way_when_its_link_is_erased_is_not_told_of(
    account: Account, told: Told, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(account, {0: 12})

    def erase() -> None:
        links.erase(account.caller, str(account.link.number), now_ms())
        assert erasing.erase(account.organization, account.link.number, now_ms(), lambda: False)

    _overtaken(monkeypatch, erase)
    _cross(account, 0)
    assert told == []


def test_a_link_keeps_its_list_when_it_is_edited(account: Account) -> None:
    spelled = str(account.link.number)
    for own in ((), (5, 7), None):
        _lists(account, own)
        links.edit(account.caller, spelled, links.Edit(frozenset({"label"}), label="New"), now_ms())
        held = stored_links.read(account.organization, account.link.number)
        assert held is not None
        assert (held.value.details.thresholds, held.value.label) == (own, "New")
