"""The fold equals a brute-force count, however scans are ordered, cut, edited and taken away."""

import random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS
from chalicelib.core.scans import Change, Facts, ScanKey
from tests.core.histories import (
    FIRST_DAY,
    Books,
    Scans,
    additions,
    brute_force,
    chunks,
    histories,
    random_facts,
    seeds,
    with_conversation,
)


@given(histories, st.lists(st.integers(0, 100), max_size=6), st.randoms(use_true_random=False))
def test_neither_order_nor_cutting_of_batches_changes_a_rollup(
    scans: Scans, cuts: list[int], shuffle: random.Random
) -> None:
    changes = additions(scans)
    shuffle.shuffle(changes)
    books = Books()
    for chunk in chunks(changes, cuts):
        books.fold(chunk)
    assert books.by_scope() == brute_force(scans)


@given(histories, st.randoms(use_true_random=False))
def test_adding_and_taking_away_leaves_nothing(scans: Scans, shuffle: random.Random) -> None:
    books = Books()
    books.fold(additions(scans))
    leaving = [Change(key, fact, None) for key, fact in scans.items()]
    shuffle.shuffle(leaving)
    for change in leaving:
        books.fold([change])
    assert books.by_scope() == {}
    assert books.visitors == {}


@given(histories, seeds)
def test_an_edited_scan_counts_as_if_it_had_always_been_so(scans: Scans, seed: int) -> None:
    books = Books()
    books.fold(additions(scans))
    chance = random.Random(seed)
    edited = dict(scans)
    for key in chance.sample(sorted(scans), len(scans) // 2):
        fact = random_facts(chance)
        books.fold([Change(key, edited[key], fact)])
        edited[key] = fact
    assert books.by_scope() == brute_force(edited)


@given(histories)
def test_taking_away_some_scans_leaves_the_count_of_the_others(scans: Scans) -> None:
    books = Books()
    books.fold(additions(scans))
    kept = dict(list(scans.items())[::2])
    books.fold([Change(key, fact, None) for key, fact in scans.items() if key not in kept])
    assert books.by_scope() == brute_force(kept)


@given(histories)
def test_a_conversation_moves_only_conversation_tables(scans: Scans) -> None:
    books = Books()
    books.fold(additions(scans))
    talking = {key: with_conversation(fact) for key, fact in scans.items()}
    books.fold([Change(key, scans[key], talking[key]) for key in scans])
    assert books.by_scope() == brute_force(talking)


@given(histories)
def test_what_a_fold_is_given_is_left_as_it_was(scans: Scans) -> None:
    books = Books()
    books.fold(additions(scans))
    visitors, rollups = repr(books.visitors), repr(books.rollups)
    held = dict(books.visitors), dict(books.rollups)
    more = {key._replace(random="f" * 16): fact for key, fact in scans.items()}
    books.fold(additions(more))
    assert repr(held[0]) == visitors
    assert repr(held[1]) == rollups


@given(st.lists(st.integers(0, 300), max_size=400), st.lists(st.booleans(), min_size=400, max_size=400))
def test_a_full_dimension_names_at_most_100_values_and_never_loses_a_scan(
    countries: list[int], leaves: list[bool]
) -> None:
    books = Books()
    scans: Scans = {
        _key(n): Facts(address="a", agent="x", referrer=f"host{country}") for n, country in enumerate(countries)
    }
    books.fold(additions(scans))
    gone = [key for key, leave in zip(scans, leaves, strict=False) if leave]
    for key in gone:
        books.fold([Change(key, scans.pop(key), None)])
    referrers = books.day(1, "l1", FIRST_DAY).get(r.REFERRER, {})
    assert len(referrers.keys() - {r.OTHER}) <= r.NAMED_VALUES
    assert sum(referrers.values()) == len(scans)
    assert all(n > 0 for n in referrers.values())


def test_the_first_scan_of_a_link_by_a_visitor_is_told_from_the_next() -> None:
    books = Books()
    first, second, other = _key(1), _key(2), _key(3)._replace(link=2)
    fact = Facts(address="a", agent="x")
    assert books.fold([Change(first, None, fact), Change(second, None, fact)]) == {first: True, second: False}
    assert books.fold([Change(other, None, fact)]) == {other: True}


def test_a_bot_is_in_no_total_but_shown_with_its_reason() -> None:
    books = Books()
    books.fold([Change(_key(1), None, Facts(address="a", agent="x", bot="crawler", country="US"))])
    assert books.visitors == {}
    assert books.day(1, "l1", FIRST_DAY) == {r.BOTS: {"crawler": 1}}


def test_agents_beyond_the_256th_of_one_address_share_an_entry_and_leave_nothing_behind() -> None:
    books = Books()
    scans = {_key(n): Facts(address="a", agent=f"agent{n}") for n in range(300)}
    books.fold(additions(scans))
    assert r.amount(books.day(1, "l1", FIRST_DAY), r.VISITORS) == 257
    assert r.amount(books.day(1, "l1", FIRST_DAY), r.TOTAL) == 300
    books.fold([Change(key, fact, None) for key, fact in scans.items()])
    assert (books.visitors, books.rollups) == ({}, {})


def test_visits_older_than_400_days_are_dropped_when_a_visitor_returns() -> None:
    books = Books()
    old, new = _key(1), _key(2)._replace(ms=(FIRST_DAY + 401) * DAY_MS)
    fact = Facts(address="a", agent="x")
    books.fold([Change(old, None, fact)])
    books.fold([Change(new, None, fact)])
    (visits,) = books.visitors.values()
    assert visits == {"x": {"l1": {FIRST_DAY + 401: {0: 1}}}}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 6), st.integers(0, 1), st.booleans()), max_size=40))
def test_a_lifetimes_visitors_are_its_days_new_ones_slot_by_slot_also_when_visits_are_dropped_for_their_age(
    moves: list[tuple[str, int, int, bool]],
) -> None:
    books = Books()
    held: list[tuple[ScanKey, Facts]] = []
    for n, (address, year, slot, leaves) in enumerate(moves):
        if leaves and held:
            books.fold([Change(*held.pop(n % len(held)), None)])
            continue
        key = ScanKey(1, 1, slot, (FIRST_DAY + 150 * year) * DAY_MS, f"{n:016x}")
        held.append((key, Facts(address, "x", marker=n % 2)))
        books.fold([Change(key, None, held[-1][1])])
        for at in books.rollups:
            beside = [rollup for key, rollup in books.rollups.items() if key._replace(period=at.period) == at]
            days = [rollup for rollup in beside if rollup is not books.rollups.get(at._replace(period=r.LIFETIME))]
            new = sum(r.table(rollup, r.VISITORS).get(r.NEVER, 0) for rollup in days)
            lifetime = books.rollups.get(at._replace(period=r.LIFETIME), {})
            assert r.amount(lifetime, r.VISITORS) == new


def test_who_comes_back_is_once_among_a_lifetimes_visitors_whatever_was_dropped_meanwhile() -> None:
    books = Books()
    for n, day in enumerate((0, 401, 802, 300, 1100)):
        key = _key(n)._replace(ms=(FIRST_DAY + day) * DAY_MS)
        books.fold([Change(key, None, Facts(address="a", agent="x"))])
    assert books.day(1, "l1", r.LIFETIME)[r.VISITORS] == {r.NEVER: 1}


def _key(n: int) -> ScanKey:
    return ScanKey(1, 1, 0, FIRST_DAY * DAY_MS + n, f"{n:016x}")
