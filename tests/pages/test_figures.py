"""What is drawn of figures: escaped, also of nothing, of very much, and of 400 days."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.countries import NAMES
from chalicelib.core.days import DAY_MS, iso_day
from chalicelib.core.figures import Compared, Figures
from chalicelib.core.figures import figures as counted
from chalicelib.core.ranges import Range
from chalicelib.core.rollups import Rollup
from chalicelib.pages import figures as drawn
from chalicelib.pages import rendering

LAST = 20_000
HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"
HUGE = 10**15


def of_days(days: dict[int, Rollup], count: int = 30, zone: str = "UTC", running: bool = False) -> Figures:
    now_ms = LAST * DAY_MS + DAY_MS // 2 if running else (LAST + 2) * DAY_MS
    return counted(days, {}, Range.of("custom", zone, LAST - count + 1, LAST, now_ms))


def day(scans: int, value: str = "GB") -> Rollup:
    dimensions: Rollup = {name: {value: scans} for name in r.DIMENSIONS}
    return {r.TOTAL: {"": scans}, r.QUARTERS: {"40": scans}, r.VISITORS: {r.NEVER: scans}, **dimensions}


def html(found: Figures, live: bool = False) -> str:
    """The body of a page."""
    template = '{% from "parts/figures.html" import figures %}{{ figures(shown) }}'
    return rendering.environment().from_string(template).render(shown=drawn.values(found, live))


def macro(part: str, name: str, *given: Any) -> str:
    """One macro of a part."""
    return str(getattr(rendering.environment().get_template(f"parts/{part}.html").module, name)(*given))


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def test_no_scans_are_an_empty_state_in_every_ranking() -> None:
    found = of_days({})
    shown = drawn.values(found)
    rankings = [*shown["places"], *shown["technology"], *shown["sources"]]
    assert html(found).count("No scans in this period.") == len(rankings)
    assert "None in this period." in html(found)
    assert {tile.change for tile in shown["tiles"]} == {"none"}


def test_hostile_names_are_shown_as_text() -> None:
    text = html(of_days({LAST: {**day(3, HOSTILE), r.CITY: {f"GB|{HOSTILE}|{HOSTILE}|{HOSTILE}": 3}}}))
    assert "<img" not in text
    assert text.count("&lt;/script&gt;") > 5


def test_huge_numbers_are_short_and_told_in_full() -> None:
    found = of_days({LAST: day(HUGE)})
    tile = drawn.tiles(found)[0]
    assert (tile.text, tile.exact) == ("1000000B", "1,000,000,000,000,000")
    assert 'title="1,000,000,000,000,000"' in html(found)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (112, 100, "↑ 12% up 12% from the period before"),
        (50, 100, "↓ 50% down 50% from the period before"),
        (100, 100, "0% as in the period before"),
        (7, 0, "New : none in the period before"),
        (0, 0, "– nothing to compare with"),
        (7, None, "– nothing to compare with"),
        (1_235, 1, "↑ 123,400% up 123,400% from the period before"),
    ],
)
def test_a_change_is_told_in_words_too(now: int, before: int | None, said: str) -> None:
    found = replace(of_days({}), total=Compared(now, before))
    assert f"{now:,} {said}" in words(macro("headline", "headline", drawn.tiles(found)))


@pytest.mark.parametrize(("now", "before", "mood"), [(2, 1, "good"), (1, 2, "bad"), (1, 1, "")])
def test_more_scans_are_good_and_more_bots_are_neither(now: int, before: int, mood: str) -> None:
    compared = Compared(now, before)
    tiles = drawn.tiles(replace(of_days({}), total=compared, bots=compared))
    assert (tiles[0].mood, tiles[-1].mood) == (mood, "")


def test_400_days_are_400_points_and_rows() -> None:
    found = of_days({LAST - n: day(n) for n in range(400)}, 400)
    chart = drawn.chart(found, found.rankings[r.COUNTRY])
    assert len(chart.rows) == len(chart.json["labels"]) == len(chart.json["before"]) == 400
    assert sum(chart.json["total"]) == found.total.now
    assert html(found).count('<th scope="row">') > 400


def test_the_chart_and_its_table_have_the_same_numbers() -> None:
    found = of_days({LAST: day(1_234), LAST - 1: day(1)}, 2)
    text = macro("daily_chart", "daily_chart", drawn.chart(found, found.rankings[r.COUNTRY]))
    block = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', text)
    assert block
    assert json.loads(block[1])["total"] == [1, 1_234]
    assert "Fri 4 Oct 2024 1,234 1,234 0" in words(text)


def test_what_is_yet_to_come_is_no_zero() -> None:
    found = of_days({}, 1, running=True)
    chart = drawn.chart(found, found.rankings[r.COUNTRY])
    assert (chart.rows[12].total, chart.rows[13].total) == ("0", "–")
    assert chart.json["running"] == 12


def test_each_cell_of_the_week_has_its_number() -> None:
    found = of_days({LAST: day(1_234)})
    text = macro("heat_map", "heat_map", drawn.heat(found.hours))
    assert text.count("<td class=") == 7 * 24
    assert '<td class="level-6" title="Friday, 10:00 to 10:59: 1,234">' in text


def test_every_country_has_a_level_and_a_shape_or_only_a_row() -> None:
    found = of_days({LAST: {r.COUNTRY: {code: 1 + n**3 for n, code in enumerate(NAMES)}}})
    shown = drawn.world(found.rankings[r.COUNTRY])
    assert set(shown.levels.values()) <= set(range(1, 7))
    assert set(shown.levels) <= set(shown.shapes) <= set(NAMES)
    assert len(shown.shapes) > 240
    assert all(re.fullmatch(r"[MlazZ0-9 -]+", path) for path in shown.shapes.values())


def test_others_come_last_and_long_rankings_unfold() -> None:
    found = of_days({LAST: {r.BROWSER: {r.OTHER: 1_000, **{f"b{n:02}": 100 - n for n in range(12)}}}})
    table = drawn.table(found.rankings[r.BROWSER])
    assert ([row.name for row in table.first], table.first[0].width) == ([f"b{n:02}" for n in range(8)], 100)
    assert (table.further[-1].name, table.further[-1].width, table.further[-1].is_other) == ("Other", 100, True)
    assert "<summary>5 more</summary>" in macro("ranking", "ranking", "browser", table)


def test_an_organization_without_a_table_has_no_tab_of_it() -> None:
    found = counted({}, {}, Range.of("7d", "UTC", LAST - 6, LAST, LAST * DAY_MS), r.ORGANIZATION_DIMENSIONS)
    shown = drawn.values(found)
    assert [[name for name, _ in shown[group]] for group in ("places", "technology", "sources")] == [
        ["country"],
        ["device"],
        ["referrer"],
    ]


def test_the_note_says_which_utc_days_are_counted() -> None:
    assert f"whole UTC days: {iso_day(LAST - 29)} to {iso_day(LAST)}." in drawn.note(of_days({}))
    assert "Asia/Tokyo" in drawn.note(of_days({}, zone="Asia/Tokyo"))


def test_what_is_not_counted_yet_is_said() -> None:
    found = replace(of_days({}), pending=1_200, recounting=True)
    text = html(found)
    assert "1,200 scans are still being counted" in text
    assert "being judged again" in text


def test_an_update_has_no_shapes() -> None:
    assert "<path id=" not in html(of_days({}), live=True)


@pytest.mark.parametrize("values", [[0], [5], [0, 0, 0], [HUGE, 0], list(range(90))], ids=len)
def test_a_sparkline_stays_in_its_box(values: list[int]) -> None:
    text = macro("sparkline", "sparkline", values, HOSTILE)
    points = re.search(r'<polyline[^>]* points="([^"]*)"', text)
    assert points
    places = [[float(n) for n in point.split(",")] for point in points[1].split()]
    assert all(0 <= x <= 100.05 and 2 <= y <= 26 for x, y in places)
    assert len(places) == max(2, len(values))
    assert f"{sum(values):,} in all" in text
    assert "<img" not in text


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (LAST, LAST, "4 October 2024"),
        (LAST - 30, LAST, "4 September to 4 October 2024"),
        (LAST - 300, LAST, "9 December 2023 to 4 October 2024"),
    ],
)
def test_a_range_is_told_in_words(first: int, last: int, said: str) -> None:
    assert drawn.days_of(Range.of("custom", "UTC", first, last, 0)) == said
