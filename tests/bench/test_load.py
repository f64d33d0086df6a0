"""What the load benchmark finds: percentiles, lags, and whether a lost or a doubled scan would be seen."""

import random
from collections.abc import Collection, Mapping, Sequence
from itertools import islice

import pytest

from bench.crowd import Impatience, at_once, percentile, wait
from bench.exactness import Difference, Figures, difference, expected
from bench.freshness import Watch
from bench.load_tables import After, Spell, load, processor
from bench.outcome import Section
from bench.processes import HERE
from bench.visits import Person, Visit, people
from chalicelib.api.integrity import DayReport, Drift
from infra.people import GOOGLEBOT, IPHONE

HUMAN = Person("198.18.0.1", IPHONE)
OTHER = Person("198.18.0.2", IPHONE)
BOT = Person("198.18.0.1", GOOGLEBOT)


def _visit(slug: str, person: Person = HUMAN, fault: str = "") -> Visit:
    return Visit(slug, person, 1.0, 0.01, fault)


VISITS = [_visit("a"), _visit("a"), _visit("a", OTHER), _visit("a", BOT), _visit("b", BOT), _visit("b", fault="502")]
A = Figures(total=3, window=3, visitors=2, bots=1, listed=3, distinct=3)
B = Figures(bots=1)


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        ([5], 0.5, 5),
        ([3, 1, 2], 0.5, 2),
        (range(1, 101), 0.99, 99),
        (range(1, 102), 0.99, 100),
        (range(1, 1001), 0.999, 999),
        (range(1, 101), 0.07, 7),  # 100 times 0.07 is a little more than 7, as computers have it
        ([4, 9], 0, 4),
        ([4, 9], 1, 9),
    ],
)
def test_a_percentile_is_the_least_value_with_so_many_at_or_below_it(
    values: Sequence[float], share: float, found: float
) -> None:
    assert percentile(random.Random(1).sample(list(values), len(values)), share) == found


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 0.5)


def test_what_all_clients_found_comes_back_and_a_failure_of_one_is_raised() -> None:
    assert sorted(at_once(lambda n: [n, n], clients=3)) == [0, 0, 1, 1, 2, 2]
    with pytest.raises(ZeroDivisionError):
        at_once(lambda n: [1 // n], clients=2)


def test_waiting_ends_in_impatience() -> None:
    assert wait(lambda: True, 0) < 1
    with pytest.raises(Impatience):
        wait(lambda: False, -1)


def test_people_come_back_now_and_then_and_some_are_bots() -> None:
    came = [person for person, _ in islice(people(3), 300)]
    assert 100 < len(set(came)) < 250
    assert 0 < sum(person.is_bot for person in came) < 60
    assert came == [person for person, _ in islice(people(3), 300)]
    headers = dict(islice(people(3), 300))
    assert all(sent["cloudfront-viewer-address"] == f"{person.address}:4711" for person, sent in headers.items())
    assert all(sent["user-agent"] == person.agent for person, sent in headers.items())


def test_bots_and_visits_without_a_redirect_are_in_no_total() -> None:
    assert expected(VISITS) == {"a": A, "b": B}


@pytest.mark.parametrize(
    ("what", "found", "off"),
    [
        ("all as it was answered", {"a": A, "b": B}, Difference(0, 0)),
        ("a scan is lost", {"a": A._replace(total=2, window=2, listed=2, distinct=2), "b": B}, Difference(1, 0)),
        ("a scan is counted twice", {"a": A._replace(total=4, window=4), "b": B}, Difference(0, 1)),
        ("one is lost in a link, one doubled in another", {"a": A._replace(total=2), "b": B._replace(total=1)}, (1, 1)),
        ("counted, but not in the list", {"a": A._replace(listed=2, distinct=2), "b": B}, Difference(1, 0)),
        ("one is listed twice, another not", {"a": A._replace(distinct=2), "b": B}, Difference(1, 0)),
        ("a visitor is counted twice", {"a": A._replace(visitors=3), "b": B}, Difference(0, 1)),
        ("a bot is counted as a person", {"a": A._replace(total=4, bots=0), "b": B}, Difference(1, 1)),
        ("a link is missing", {"a": A}, Difference(1, 0)),
        ("nobody was sent to a link", {"a": A, "b": B, "c": Figures(total=2)}, Difference(0, 2)),
    ],
)
def test_whatever_is_lost_or_doubled_is_seen(what: str, found: Mapping[str, Figures], off: Difference) -> None:
    assert difference(expected(VISITS), found) == off


class Counters:
    """Counters of links that a test sets, and how often each was looked at."""

    def __init__(self) -> None:
        self.held = {"a": 7, "b": 0}
        self.looks: list[list[str]] = []
        self.now = 0.0

    def read(self, links: Collection[str]) -> dict[str, int]:
        self.looks.append(sorted(links))
        return {link: self.held[link] for link in links}

    def watch(self) -> Watch:
        watch = Watch(self.read, lambda: self.now)
        watch.begin(["a", "b"])
        self.looks.clear()
        return watch

    def look(self, watch: Watch, at: float, **held: int) -> None:
        self.now = at
        self.held |= held
        watch.look()


def test_a_lag_is_from_an_answer_to_the_look_that_finds_its_scan() -> None:
    counters = Counters()
    watch = counters.watch()
    watch.answered("a", 1.0)
    counters.look(watch, 1.5)
    watch.answered("a", 2.0)
    counters.look(watch, 2.5, a=8)
    counters.look(watch, 3.25, a=9)
    assert watch.lags() == [1.5, 1.25]
    assert watch.lacking() == {}


def test_a_scan_that_is_counted_before_its_answer_has_no_lag() -> None:
    counters = Counters()
    watch = counters.watch()
    watch.answered("a", 1.0)
    counters.look(watch, 2.0, a=9)
    watch.answered("a", 2.25)
    assert watch.lags() == [1.0, 0.0]


def test_only_links_that_lack_a_scan_are_looked_at() -> None:
    counters = Counters()
    watch = counters.watch()
    counters.look(watch, 1.0)
    watch.answered("b", 1.0)
    counters.look(watch, 2.0)
    counters.look(watch, 3.0, b=1)
    counters.look(watch, 4.0)
    assert counters.looks == [["b"], ["b"]]


def test_a_scan_that_is_never_counted_is_lacking_and_has_no_lag() -> None:
    counters = Counters()
    watch = counters.watch()
    for at in (1.0, 1.5):
        watch.answered("b", at)
    counters.look(watch, 2.0, b=1)
    assert (watch.lags(), watch.lacking()) == ([1.0], {"b": 1})


def test_what_goes_wrong_while_looking_is_raised() -> None:
    counters = Counters()
    watch = counters.watch()
    watch.answered("unknown", 0.0)
    with pytest.raises(KeyError), watch.looking(pause_seconds=0):
        wait(lambda: bool(counters.looks), 10)


def _spell(visits: Sequence[Visit] = VISITS[:5], lacking: int = 0) -> Spell:
    return Spell(visits, [0.5], 2.0, lacking, {HERE: 1.0, "Fold": 0.5})


def _report(rollups: int = 0, visitors: int = 0, unchecked: int = 0, poison: int = 0) -> DayReport:
    return DayReport(
        day="2026-11-20",
        checked_at="2026-11-20T12:00:00Z",
        checks=1,
        skipped=None,
        links=2,
        scans=5,
        drift=Drift(rollups=rollups, visitors=visitors, scans=0),
        repaired=0,
        unchecked=unchecked,
        poison=poison,
        oldest_pending=None,
    )


EXACT = After(Difference(0, 0), _report(), 0, 0)


def _missed(section: Section) -> list[str]:
    return [limit.what for limit in section.limits if not limit.kept]


@pytest.mark.parametrize(
    ("busy", "after", "missed"),
    [
        (_spell(), EXACT, []),
        (_spell(VISITS), EXACT, ["answers that are no redirect to the right place"]),
        (_spell(lacking=1), EXACT, ["scans not counted a minute after the last"]),
        (_spell(), EXACT._replace(difference=Difference(1, 0)), ["scans lost"]),
        (_spell(), EXACT._replace(difference=Difference(0, 1)), ["scans counted twice"]),
        (_spell(), EXACT._replace(report=_report(rollups=1)), ["counters and visitors that a recount finds wrong"]),
        (_spell(), EXACT._replace(report=_report(visitors=1)), ["counters and visitors that a recount finds wrong"]),
        (_spell(), EXACT._replace(report=_report(unchecked=1)), ["links that the recount could not compare"]),
        (_spell(), EXACT._replace(report=_report(poison=1)), ["scans set aside as poison"]),
        (_spell(), EXACT._replace(waiting=1), ["messages in the spill queue and in queues of dead letters"]),
        (_spell(), EXACT._replace(trouble=1), ["lines of trouble in the log"]),
    ],
)
def test_one_of_anything_that_must_not_be_misses_its_limit(busy: Spell, after: After, missed: list[str]) -> None:
    assert _missed(load(2.0, _spell(), busy, after)) == missed


def test_the_processor_is_told_by_scan_and_by_core() -> None:
    assert [tuple(row) for row in processor(_spell()).rows] == [
        (HERE, 200.0, "50%"),
        ("Fold", 100.0, "25%"),
        ("all", 300.0, "75%"),
    ]
