"""Where a page lies in a list is known without reading the list."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import rollups as r
from chalicelib.core.accounts import Organization
from chalicelib.core.days import DAY_MS, QUARTER_MS, day_of
from chalicelib.core.places import FEW_BOTS, QUARTERS_A_DAY, Part, Place, Run, Span, Tally, Walk
from chalicelib.core.scans import ScanKey

DAY = 20_000
Q = DAY * QUARTERS_A_DAY  # the first quarter-hour of that day
ALL = Span(0, 2**45)

places = st.builds(
    Place,
    st.integers(0, 2**44),
    st.integers(0, 2**64 - 1).map(lambda n: f"{n:016x}"),
    st.integers(1, 2**53 - 1),
    st.integers(0, 2047),
)
counts = st.dictionaries(st.integers(0, 400), st.integers(1, 9))


def tally(scans: dict[int, int], bots: dict[int, int] | None = None) -> Tally:
    """Quarters are counted from the first of DAY."""
    by_quarter = {Q + quarter: n for quarter, n in scans.items()}
    days = {quarter // QUARTERS_A_DAY for quarter in by_quarter}
    return Tally(by_quarter, {DAY + day: n for day, n in (bots or {}).items()}, dict.fromkeys(days, frozenset({0})))


def runs(walk: Walk, of: Tally, wanted: int) -> list[Run]:
    return list(walk.runs(of, ALL, wanted, day_of))


@given(places)
def test_a_cursor_is_read_as_the_place_that_it_was_written_for(place: Place) -> None:
    assert Place.parse(place.encode()) == place
    assert place.encode().isalnum()


@given(st.text())
def test_what_is_no_cursor_is_no_place(text: str) -> None:
    parsed = Place.parse(text)
    assert parsed is None or len(text) == len(parsed.encode())


def test_places_are_in_the_order_of_time_and_then_of_what_makes_scans_unique() -> None:
    keys = [
        ScanKey(1, 2, 0, 5, "f" * 16),
        ScanKey(1, 2, 1, 6, "0" * 16),
        ScanKey(1, 3, 0, 6, "0" * 16),
        ScanKey(1, 2, 0, 6, "1" * 16),
    ]
    assert sorted(keys, key=Place.of) == keys


def test_a_tally_adds_the_slots_up_and_remembers_which_have_any() -> None:
    busy = {r.TOTAL: {"": 5}, r.QUARTERS: {"0": 2, "95": 3}, r.BOTS: {"crawler": 4, "preview": 1}}
    only_bots = {r.BOTS: {"crawler": 7}}
    slots = [
        Tally.of_slot(0, [(DAY, busy), (DAY + 1, busy)]),
        Tally.of_slot(1, [(DAY, only_bots)]),
        Tally.of_slot(2, [(DAY, busy)]),
    ]
    merged = Tally.merged(slots)
    assert merged.scans == {Q: 4, Q + 95: 6, Q + 96: 2, Q + 191: 3}
    assert merged.bots == {DAY: 17, DAY + 1: 5}
    assert merged.slots == {DAY: {0, 2}, DAY + 1: {0}}
    assert merged.total == 15


def test_only_quarters_that_a_span_cuts_are_counted() -> None:
    asked: list[Part] = []

    def count(part: Part) -> int:
        asked.append(part)
        return 1

    first = Q * QUARTER_MS
    whole = tally({0: 5, 1: 6, 2: 7, 3: 8})
    cut = whole.within(Span(first + 1, first + 3 * QUARTER_MS), count)
    assert cut.scans == {Q: 1, Q + 1: 6, Q + 2: 7}
    assert asked == [Part(Span(first + 1, first + QUARTER_MS), Span(first, first + QUARTER_MS), 5)]
    assert whole.within(Span(first + QUARTER_MS, first + QUARTER_MS), count).scans == {}


@given(counts, st.integers(0, 300), st.booleans())
def test_an_offset_lies_where_counting_one_by_one_finds_it(
    scans: dict[int, int], offset: int, newest_first: bool
) -> None:
    one_by_one = [Q + quarter for quarter, n in sorted(scans.items(), reverse=newest_first) for _ in range(n)]
    walk = Walk.from_offset(tally(scans), offset, newest_first)
    ahead = [quarter for quarter, n in walk.quarters for _ in range(n)]
    assert ahead[walk.skip :] == one_by_one[offset:]
    assert not walk.quarters or walk.skip < walk.quarters[0][1]


@given(counts, st.integers(0, 300), st.integers(1, 30), st.booleans())
def test_runs_hold_everything_ahead_once_and_the_first_ones_as_much_as_is_wanted(
    scans: dict[int, int], offset: int, wanted: int, newest_first: bool
) -> None:
    of = tally(scans)
    walk = Walk.from_offset(of, offset, newest_first)
    found = runs(walk, of, wanted)
    read = [q for run in found for q in of.scans if run.span.first_ms <= q * QUARTER_MS < run.span.end_ms]
    assert sorted(read) == sorted(quarter for quarter, _ in walk.quarters)
    assert [run.span for run in found] == sorted((run.span for run in found), reverse=newest_first)
    assert all(day_of(run.span.first_ms) == day_of(run.span.end_ms - 1) for run in found)
    assert all(run.scans <= wanted + walk.skip for run in found)


def test_a_run_ends_as_soon_as_it_holds_what_is_wanted() -> None:
    of = tally({0: 3, 1: 3, 2: 3, 3: 3})
    first, *_ = runs(Walk.from_offset(of, 1), of, 4)
    assert first.span == Span(Q * QUARTER_MS, (Q + 2) * QUARTER_MS)


def test_nobody_counts_on_the_quarter_that_a_cursor_lies_in() -> None:
    of = tally({0: 9, 1: 2, 2: 2})
    place = Place(Q * QUARTER_MS + 5, "0" * 16, 1, 0)
    first, *rest = runs(Walk.behind(of, place), of, 3)
    assert (first.span.end_ms, rest) == ((Q + 3) * QUARTER_MS, [])
    before = Place((Q + 2) * QUARTER_MS + 5, "0" * 16, 1, 0)
    assert [q - Q for q, _ in Walk.behind(of, before, newest_first=True).quarters] == [2, 1, 0]


def test_a_gap_is_read_over_unless_many_bots_may_lie_in_it() -> None:
    scans = {0: 1, 1: 1, 50: 1}
    few, many = tally(scans, {0: FEW_BOTS}), tally(scans, {0: FEW_BOTS + 1})
    assert [len(runs(Walk.from_offset(of, 0), of, 9)) for of in (few, many)] == [1, 2]


def test_lists_begin_with_the_first_full_quarter_hour_whose_scans_are_kept() -> None:
    now = Q * QUARTER_MS
    organization = Organization(1, "Acme", "free", b"", 0)
    assert organization.listed_from_ms(now) == 0
    kept = Organization(1, "Acme", "free", b"", 0, keep_days=20)
    assert kept.listed_from_ms(now) == now - 20 * DAY_MS
    assert kept.listed_from_ms(now + 1) == now - 20 * DAY_MS + QUARTER_MS


def test_what_went_while_scans_were_kept_for_fewer_days_stays_out_of_lists() -> None:
    now = Q * QUARTER_MS
    kept = Organization(1, "Acme", "free", b"", 0, keep_days=20)
    since = kept.kept_after_change_ms(now)
    assert since == now - 19 * DAY_MS
    for days in (None, 90):
        longer = Organization(1, "Acme", "free", b"", 0, keep_days=days, kept_from_ms=since)
        assert longer.listed_from_ms(now) == since
        assert longer.kept_after_change_ms(now) == since
