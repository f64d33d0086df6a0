"""What templates draw of figures: tiles, the chart, the heat map, the map of the world, rankings."""

import json
from calendar import day_name
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from chalicelib.core import rollups as r
from chalicelib.core.days import date_of, iso_day, parse_day
from chalicelib.core.figures import Compared, Figures, Point
from chalicelib.core.heat import Hours, level, log_level
from chalicelib.core.ranges import Range
from chalicelib.core.rankings import Ranking, share
from chalicelib.pages.rendering import compact, number

WORLD: Final = Path(__file__).parent / "world.json"
SHOWN_ROWS: Final = 8
_IN_FULL: Final = 1_000_000  # below it a number is shown with all its digits

_TITLES: Final = {
    r.COUNTRY: "Countries",
    r.REGION: "Regions",
    r.CITY: "Cities",
    r.DEVICE: "Devices",
    r.BROWSER: "Browsers",
    r.OS: "Systems",
    r.REFERRER: "Referrers",
    r.APP: "Scanner apps",
    r.METHOD: "Methods",
    r.LANGUAGE: "Languages",
    r.BOTS: "Reasons",
}
_PLACES: Final = (r.COUNTRY, r.REGION, r.CITY)
_TECHNOLOGY: Final = (r.DEVICE, r.BROWSER, r.OS, r.LANGUAGE)
_SOURCES: Final = (r.REFERRER, r.APP, r.METHOD)


class Tile(NamedTuple):
    """A number at the top. `mood` tells whether its change is good or bad, or ''.

    `change` is up, down, same, new, none where there is nothing to compare with, or '' where nothing is compared.
    """

    name: str
    text: str
    exact: str
    note: str = ""
    change: str = ""
    percent: int = 0
    mood: str = ""


class Line(NamedTuple):
    """A row of the chart's table."""

    label: str
    total: str
    visitors: str
    before: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart over time. `json` is for the script, `rows` are for people, `known` is drawn where no script runs."""

    title: str
    hourly: bool
    has_visitors: bool
    json: Mapping[str, Any]
    rows: tuple[Line, ...]
    known: tuple[int, ...]


class Cell(NamedTuple):
    hour: int
    scans: int
    level: int


class HeatRow(NamedTuple):
    weekday: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """The map of the world: paths by country, and of those with scans how strongly they are shown, and in words.

    `dots` are the countries that are too small for a shape.
    """

    width: int
    height: int
    shapes: Mapping[str, str]
    levels: Mapping[str, int]
    titles: Mapping[str, str]
    dots: frozenset[str]


class Row(NamedTuple):
    """A row of a ranking; `width` of its bar is in percent of the longest."""

    name: str
    code: str
    scans: int
    share: int
    width: float
    is_other: bool = False


class Table(NamedTuple):
    """A ranking as it is shown: the first rows, and those to be unfolded."""

    title: str
    first: tuple[Row, ...]
    further: tuple[Row, ...]


def values(found: Figures, live: bool = False) -> dict[str, Any]:
    """What `parts/figures.html` draws. `live` leaves out what no update changes: the shapes of countries."""
    countries = found.rankings[r.COUNTRY]
    return {
        "notices": notices(found),
        "tiles": tiles(found),
        "chart": chart(found, countries),
        "map": world(countries, live),
        "places": _tables(found, _PLACES),
        "technology": _tables(found, _TECHNOLOGY),
        "sources": _tables(found, _SOURCES),
        "heat": heat(found.hours),
        "bots": table(found.bot_reasons),
        "note": note(found),
    }


def tiles(found: Figures) -> list[Tile]:
    """The numbers at the top."""
    days = "a day so far" if found.range.runs else "a day"
    visitors = "by address and browser" if found.exact else "each link's, added up"
    return [
        _tile("Total scans", found.total, "people only", "good"),
        _tile("Unique visitors", found.visitors, visitors, "good"),
        _tile("Unique addresses", found.addresses, "by address alone", "good"),
        _tile("Scans per day", found.per_day, days, "good"),
        _tile("Bots left out", found.bots, "in no other number", ""),
    ]


def list_tiles(found: Figures) -> list[Tile]:
    """The numbers above the list of links: of the last 30 days, which run."""
    today, yesterday = (found.points[place].total or 0 for place in (-1, -2))
    return [
        _tile("Scans, 30 days", found.total, "", "good"),
        _tile("Visitors, 30 days", found.visitors, "", "good"),
        Tile("Scans today", *_written(today), f"{number(yesterday)} yesterday"),
        Tile("Scans of all time", *_written(found.lifetime)),
    ]


def chart(found: Figures, countries: Ranking) -> Chart:
    """The chart of total scans and unique visitors over time; its JSON also tells the map's levels, for updates."""
    hourly = found.range.hourly
    has_visitors = any(point.visitors is not None for point in found.points)
    before = [*found.before, *[None] * max(0, len(found.points) - len(found.before))][: len(found.points)]
    shown = world(countries, live=True)
    known = tuple(point.total for point in found.points if point.total is not None)
    figures = {
        "hourly": hourly,
        "labels": [_label(point, hourly) for point in found.points],
        "total": [point.total for point in found.points],
        "visitors": [point.visitors for point in found.points] if has_visitors else None,
        "before": before,
        "levels": shown.levels,
        "titles": shown.titles,
        "scans": found.total.now,
        "running": len(known) - 1 if found.range.runs else None,
    }
    rows = [
        Line(_label(point, hourly), _number(point.total), _number(point.visitors), _number(was))
        for point, was in zip(found.points, before, strict=True)
    ]
    return Chart(
        "Scans by hour" if hourly else "Scans by day", hourly, has_visitors, figures, tuple(rows), known or (0,)
    )


def heat(hours: Hours) -> list[HeatRow]:
    """The heat map's rows, from Monday."""
    most = max(map(max, hours))
    return [
        HeatRow(name, tuple(Cell(hour, n, level(n, most)) for hour, n in enumerate(row)))
        for name, row in zip(day_name, hours, strict=True)
    ]


def world(countries: Ranking, live: bool = False) -> Map:
    """The map of the world, with the scans of countries."""
    drawn, most = _world(), max((row.scans for row in countries.rows), default=0)
    known = [row for row in countries.rows if row.code in drawn["shapes"]]
    return Map(
        drawn["width"],
        drawn["height"],
        {} if live else drawn["shapes"],
        {row.code: log_level(row.scans, most) for row in known},
        {row.code: f"{row.name}: {number(row.scans)}" for row in known},
        _dots(),
    )


def table(ranking: Ranking) -> Table:
    """A ranking with its bars; all that has no row of its own comes last."""
    longest = max((row.scans for row in ranking.rows), default=ranking.other) or 1
    rows = [
        Row(row.name, row.code, row.scans, share(row.scans, ranking.total), round(100 * row.scans / longest, 1))
        for row in ranking.rows
    ]
    if ranking.other:
        width = min(100.0, round(100 * ranking.other / longest, 1))
        rows.append(Row("Other", "", ranking.other, share(ranking.other, ranking.total), width, is_other=True))
    cut = SHOWN_ROWS if len(rows) > SHOWN_ROWS + 1 else len(rows)
    return Table(_TITLES[ranking.dimension], tuple(rows[:cut]), tuple(rows[cut:]))


def note(found: Figures) -> str:
    """Which days are counted how."""
    utc = found.range.utc
    days = iso_day(utc.first) if utc.first == utc.last else f"{iso_day(utc.first)} to {iso_day(utc.last)}"
    return (
        f"Total scans, the chart and the week go by the clocks of {found.range.zone}. Unique visitors, bots and all "
        f"tables count whole UTC days: {days}."
    )


def notices(found: Figures) -> list[str]:
    """What is not in the numbers yet."""
    said = []
    if found.pending:
        said.append(f"{number(found.pending)} scans are still being counted, and in no number yet.")
    if found.recounting:
        said.append("Stored scans are being judged again: some numbers are before that, others after it.")
    return said


def days_of(asked: Range) -> str:
    """A range in words: 3 March to 5 April 2026."""
    first, last = date_of(asked.first), date_of(asked.last)
    ended = f"{last.day} {last:%B %Y}"
    if first == last:
        return ended
    return f"{first.day} {first:%B}{'' if first.year == last.year else f' {first.year}'} to {ended}"


def _tables(found: Figures, names: tuple[str, ...]) -> list[tuple[str, Table]]:
    return [(name, table(found.rankings[name])) for name in names if name in found.rankings]


def _tile(name: str, compared: Compared, note: str, mood: str) -> Tile:
    percent = compared.percent
    moods = {"up": mood, "down": {"good": "bad"}.get(mood, "")}
    change = _change(compared)
    return Tile(name, *_written(compared.now), note, change, percent or 0, moods.get(change, ""))


def _written(value: float) -> tuple[str, str]:
    """A number as it is shown, and with all its digits."""
    exact = number(round(value, 1)).removesuffix(".0")
    return compact(round(value)) if value >= _IN_FULL else exact, exact


def _change(compared: Compared) -> str:
    if compared.before is None or (not compared.before and not compared.now):
        return "none"
    if compared.percent is None:
        return "new"
    return "same" if not compared.percent else "up" if compared.percent > 0 else "down"


def _label(point: Point, hourly: bool) -> str:
    if hourly:
        return point.label
    date = date_of(parse_day(point.label))
    return f"{date:%a} {date.day} {date:%b %Y}"


def _number(value: int | None) -> str:
    return "–" if value is None else number(value)


@cache
def _dots() -> frozenset[str]:
    return frozenset(code for code, path in _world()["shapes"].items() if "a" in path)


@cache
def _world() -> dict[str, Any]:
    drawn: dict[str, Any] = json.loads(WORLD.read_text())
    return drawn
