"""The recount finds nothing where nothing is wrong, and puts right exactly what is."""

import copy
import random

import pytest
from hypothesis import given

from chalicelib.core import rollups as r
from chalicelib.core.days import day_of
from chalicelib.core.mending import Doubt, Uniques, counted_first, doubts, followed, mended, present
from chalicelib.core.recounting import (
    LIFETIME_TOLD,
    Recounted,
    histograms_lacking,
    lacking,
    of_lifetime,
    of_organization,
)
from chalicelib.core.recounting import mended as mended_rollup
from chalicelib.core.rollups import LIFETIME, ORGANIZATION_SCOPE, Rollup, RollupKey, link_scope
from chalicelib.core.scans import Change, Facts, ScanKey
from chalicelib.core.slots import home
from chalicelib.core.visitors import MAX_AGENTS, SHARED_AGENT, VisitorKey, Visits
from tests.core.histories import FIRST_DAY, Books, Scans, additions, histories, seeds

DAYS = range(FIRST_DAY, FIRST_DAY + 7)
LINKS = (1, 2, 3)


def counted(scans: Scans, seed: int) -> Books:
    """Books that have seen more than is left: every third scan was taken away again, in random order."""
    chance, books = random.Random(seed), Books()
    changes = additions(scans)
    chance.shuffle(changes)
    books.fold(changes)
    for key in sorted(scans)[::3]:
        books.fold([Change(key, scans.pop(key), None)])
    return books


def recount(books: Books, scans: Scans, organization: int, day: int) -> set[int]:
    """Recount a day of an organization as the service does, without anybody else at work; the days to do then."""
    whole, later = Uniques(ORGANIZATION_SCOPE, day, 0), set()
    for link in LINKS:
        recounted = Recounted(day)
        mine = [key for key in scans if (key.organization, key.link, day_of(key.ms)) == (organization, link, day)]
        recounted.add([(key, scans[key]) for key in mine])
        scopes = {link_scope(link), *recounted.scopes}
        later |= recount_link(books, recounted, scopes, whole, organization, link)
    recount_whole(books, whole, organization, day)
    return later


def recount_link(
    books: Books, recounted: Recounted, scopes: set[str], whole: Uniques, organization: int, link: int
) -> set[int]:
    day, doubted, later = recounted.day, set[Doubt](), set[int]()
    uniques = {scope: Uniques(scope, day, 0) for scope in scopes}
    for key, seen in recounted.visitors.items():
        before = books.visitors.get(key, {})
        after = mended(before, seen, scopes, day)
        doubted |= doubts(key, before, after, scopes, day)
        later |= followed(before, after, scopes, day)
        books.visitors[key] = after
        for each in uniques.values():
            each.count(key, after, present(after, each.scope, day), doubted)
            each.count_hours(after)
        whole.count(key, after, counted_first(after, link, LINKS, day), doubted)
    for scope, unique in uniques.items():
        stored = books.day(organization, scope, day)
        for slot in range(2):
            at = RollupKey(organization, scope, slot, day)
            keep(books, at, mended_rollup(books.rollups.get(at, {}), recounted.rollups.get(at, {})))
        lacks = histograms_lacking(stored, unique.tables, unique.unsure, 0)
        hours = lacking(r.table(stored, r.HOURLY_VISITORS), unique.hours)
        first = RollupKey(organization, scope, 0, day)
        keep(books, first, r.entered(books.rollups.get(first, {}), {**lacks, r.HOURLY_VISITORS: hours}))
        for slot in range(2):
            recount_lifetime(books, RollupKey(organization, scope, slot, LIFETIME))
    return later


def recount_whole(books: Books, whole: Uniques, organization: int, day: int) -> None:
    stored = books.day(organization, ORGANIZATION_SCOPE, day)
    for place in range(5):
        at = RollupKey(organization, ORGANIZATION_SCOPE, place, day)
        links = [
            rollup
            for key, rollup in books.rollups.items()
            if (key.organization, key.period) == (organization, day)
            and key.scope[0] == "l"
            and home(int(key.scope[1:]), key.slot) == place
        ]
        keep(books, at, mended_rollup(books.rollups.get(at, {}), of_organization(links)))
        if place == 0:
            lacks = histograms_lacking(stored, whole.tables, whole.unsure, 0)
            keep(books, at, r.entered(books.rollups.get(at, {}), lacks))
        recount_lifetime(books, at._replace(period=LIFETIME))


def recount_lifetime(books: Books, at: RollupKey) -> None:
    days = [
        rollup
        for key, rollup in books.rollups.items()
        if key._replace(period=LIFETIME) == at and key.period != LIFETIME
    ]
    keep(books, at, mended_rollup(books.rollups.get(at, {}), of_lifetime(days), LIFETIME_TOLD))


def keep(books: Books, at: RollupKey, rollup: Rollup) -> None:
    books.rollups[at] = rollup
    if not rollup:
        del books.rollups[at]


def recount_all(books: Books, scans: Scans) -> None:
    for organization in (1, 2):
        for day in DAYS:
            recount(books, scans, organization, day)


@given(histories, seeds)
def test_where_nothing_is_wrong_nothing_is_found(scans: Scans, seed: int) -> None:
    books = counted(scans, seed)
    before = copy.deepcopy((books.rollups, books.visitors))
    recount_all(books, scans)
    assert (books.rollups, books.visitors) == before


@given(histories, seeds)
def test_wrong_rollups_are_put_right_exactly(scans: Scans, seed: int) -> None:
    chance = random.Random(seed)
    books = counted(scans, seed)
    right = books.by_scope()
    for at in sorted(books.rollups):
        if chance.random() < 0.4 and is_led_to(at, scans):
            keep(books, at, wrong(books.rollups[at], chance))
    recount_all(books, scans)
    assert books.by_scope() == right


@given(histories, seeds)
def test_lost_rollups_are_made_again_exactly(scans: Scans, seed: int) -> None:
    books = counted(scans, seed)
    right = books.by_scope()
    books.rollups.clear()
    recount_all(books, scans)
    assert books.by_scope() == right


@given(histories, seeds)
def test_lost_visitors_are_known_again_once_all_days_are_recounted_and_no_histogram_suffers(
    scans: Scans, seed: int
) -> None:
    chance = random.Random(seed)
    books = counted(scans, seed)
    right = books.by_scope(), copy.deepcopy(books.visitors)
    for key in sorted(books.visitors):
        if chance.random() < 0.5:
            del books.visitors[key]
    recount_all(books, scans)
    assert (books.by_scope(), books.visitors) == right


@given(histories, seeds)
def test_a_visitor_who_knows_too_little_or_too_much_is_mended_with_the_days_that_follow(
    scans: Scans, seed: int
) -> None:
    chance = random.Random(seed)
    books = counted(scans, seed)
    right = books.by_scope(), copy.deepcopy(books.visitors)
    for visits in books.visitors.values():
        distort(visits, chance)
    recount_all(books, scans)
    assert books.by_scope() == right[0]


@given(histories, seeds)
def test_what_is_repaired_folds_on_as_if_it_had_always_been_right(scans: Scans, seed: int) -> None:
    """Both books see the same scans afterwards, and lose them: a histogram that is right in sum stays so."""
    books = counted(scans, seed)
    wronged = copy.deepcopy(books)
    wronged.rollups.clear()
    recount_all(wronged, scans)
    for key in sorted(scans):
        for each in (books, wronged):
            each.fold([Change(key, scans[key], None)])
        assert wronged.by_scope() == books.by_scope()


def is_led_to(at: RollupKey, scans: Scans) -> bool:
    """A marker's days are found by their scans alone, and its lifetime by any of them."""
    marked = {(key.organization, f"q{key.link}.{facts.marker}", day_of(key.ms)) for key, facts in scans.items()}
    marked |= {(organization, scope, LIFETIME) for organization, scope, _ in marked}
    return at.scope[0] != "q" or (at.organization, at.scope, at.period) in marked


def wrong(rollup: Rollup, chance: random.Random) -> Rollup:
    """A rollup with a few entries changed, added or gone."""
    wronged = copy.deepcopy(rollup)
    for name in chance.sample(sorted(wronged), min(len(wronged), 3)):
        value = chance.choice([*wronged[name], "never", "GB", "0"])
        wronged[name][value] = wronged[name].get(value, 0) + chance.choice([-2, -1, 1, 5]) or 9
    return chance.choice([wronged, wronged, {}])


def distort(visits: Visits, chance: random.Random) -> None:
    """Change some hour counts of a visitor, and leave out some days."""
    for scopes in visits.values():
        for days in scopes.values():
            for day in list(days):
                if chance.random() < 0.3:
                    days[day] = {hour: n + 1 for hour, n in days[day].items()}
                elif chance.random() < 0.3 and len(days) > 1:
                    del days[day]


def visited(agents: int, day: int = FIRST_DAY) -> Visits:
    """Somebody with so many agents, each seen once by link 1."""
    return {f"agent {n}": {"l1": {day: {13: 1}}} for n in range(agents)}


def test_of_an_address_with_too_many_agents_only_the_hours_sums_must_be_right() -> None:
    seen = visited(MAX_AGENTS + 2)
    held = visited(MAX_AGENTS)
    held[SHARED_AGENT] = {"l1": {FIRST_DAY: {13: 2}}}
    assert mended(held, seen, {"l1"}, FIRST_DAY) is held
    held[SHARED_AGENT]["l1"][FIRST_DAY][13] = 5
    after = mended(held, seen, {"l1"}, FIRST_DAY)
    assert (len(after), after[SHARED_AGENT]) == (MAX_AGENTS + 1, {"l1": {FIRST_DAY: {13: 2}}})


def test_a_lost_address_with_too_many_agents_is_made_again_within_its_bound() -> None:
    after = mended({}, visited(MAX_AGENTS + 2), {"l1"}, FIRST_DAY)
    assert (len(after), after[SHARED_AGENT]) == (MAX_AGENTS + 1, {"l1": {FIRST_DAY: {13: 2}}})


@pytest.mark.parametrize(
    ("held", "right"),
    [
        ({"a": 60, r.OTHER: 40}, True),
        ({"b": 100}, False),
        ({"a": 60, r.OTHER: 39}, False),
    ],
    ids=["another naming", "nothing left out", "a scan is missing"],
)
def test_of_a_full_table_only_the_sum_must_be_right(held: dict[str, int], right: bool) -> None:
    wanted = {r.CITY: {"b": 60, "c": 40}}
    after = mended_rollup({r.CITY: held}, wanted)
    assert after == ({r.CITY: held} if right else wanted)


def test_a_full_table_that_is_made_anew_names_the_leading_values() -> None:
    days = [{r.COUNTRY: {f"{n}": n + 1 for n in range(150)}}]
    (table,) = of_lifetime(days).values()
    assert len(table) == r.NAMED_VALUES + 1
    assert (table["149"], "0" in table, sum(table.values())) == (150, False, sum(range(151)))


def test_previous_days_that_visitors_have_forgotten_count_as_never() -> None:
    stored = {str(FIRST_DAY - 400): 2, "never": 1, str(FIRST_DAY - 1): 1}
    known = {"never": 3, str(FIRST_DAY - 1): 1}
    assert lacking(stored, known, horizon=FIRST_DAY - 398) == {}


def test_a_visitor_whose_past_was_lost_is_believed_to_be_where_the_histogram_has_room() -> None:
    stored = {"never": 1, "19990": 1}
    assert lacking(stored, {"never": 1}, {"never": 1}) == {}
    assert lacking(stored, {"never": 2}, {"never": 1}) == {"never": 2, "19990": -1}


def test_a_day_that_a_visitor_gains_is_followed_by_the_next_on_which_they_were_seen() -> None:
    before: Visits = {"x": {"l1": {20_005: {1: 1}, 20_009: {1: 1}}}}
    seen: Visits = {"x": {"l1": {20_003: {1: 1}}}}
    after = mended(before, seen, {"l1"}, 20_003)
    assert followed(before, after, {"l1"}, 20_003) == {20_005}
    key = VisitorKey(1, "a")
    assert doubts(key, before, after, {"l1"}, 20_003) == {
        (key, scope, agent) for scope in ("l1", "o") for agent in ("x", "")
    }


def test_for_the_organization_everybody_counts_with_the_first_link_that_is_still_there() -> None:
    visits: Visits = {"x": {"l1": {DAYS[0]: {1: 1}}, "l2": {DAYS[0]: {1: 1}}}, "y": {"l2": {DAYS[0]: {1: 1}}}}
    assert [counted_first(visits, link, LINKS, DAYS[0]) for link in LINKS] == [["x", ""], ["y"], []]
    assert counted_first(visits, 2, {2, 3}, DAYS[0]) == ["x", "y", ""]


def test_a_day_is_made_of_its_own_scans_in_its_own_slots() -> None:
    recounted = Recounted(FIRST_DAY)
    ms = FIRST_DAY * 86_400_000
    recounted.add([(ScanKey(1, 2, slot, ms, f"{slot:016x}"), Facts("a", "x", marker=7)) for slot in (0, 0, 5)])
    totals = {(key.scope, key.slot): r.amount(rollup, r.TOTAL) for key, rollup in recounted.rollups.items()}
    assert totals == {("l2", 0): 2, ("q2.7", 0): 2, ("l2", 5): 1, ("q2.7", 5): 1}
    assert recounted.scans == 3
