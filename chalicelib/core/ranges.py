"""Ranges of days that a page of figures shows, in somebody's own time zone, and what each is compared with.

Totals are kept by quarter-hours, so a range of local days has its own, exactly. Uniques and breakdowns are kept by UTC
days: a local day's are those of the UTC day that begins nearest to it. While a range runs, it has the UTC day of now,
so that the newest scan is in every number. A single day that runs has every UTC day that it touches: then some scans of
the day before are in its uniques and breakdowns, but none of its own is missing.

    New York, 21:00     local       | Monday          | Tuesday    now
    (5 hours behind)    UTC    | Monday          | Tuesday         | Wednesday
    `today` counts the scans of the local Tuesday so far, and the visitors of the UTC days Tuesday and Wednesday

A range is compared with as many days just before it (as Plausible does). While it runs, those end early as well: when
as much time had passed, to the end of a quarter-hour.
"""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from chalicelib.core.days import DAY_MS, HOUR_MS, QUARTER_MS, date_of, day_of, iso_day, number_of
from chalicelib.core.periods import MONTH, YEAR, first_day, parse_date
from chalicelib.core.windows import Window
from chalicelib.core.zones import ahead_ms, check_zone, local_day, moment
from chalicelib.errors import InvalidRequest

TODAY: Final = "today"
YESTERDAY: Final = "yesterday"
THIS_MONTH: Final = "month"
LAST_MONTH: Final = "last-month"
THIS_YEAR: Final = "year"
TWELVE_MONTHS: Final = "12mo"
CUSTOM: Final = "custom"
_LAST_DAYS: Final = {"7d": 7, "28d": 28, "30d": 30, "90d": 90}
RANGES: Final = (TODAY, YESTERDAY, *_LAST_DAYS, THIS_MONTH, LAST_MONTH, THIS_YEAR, TWELVE_MONTHS, CUSTOM)
DEFAULT: Final = "30d"

# Of visitors nobody knows more (docs/counting.md).
MOST_DAYS: Final = 400


class Part(NamedTuple):
    """An hour or a day of a range: `label` is its date, or date and hour, by local clocks. `utc` are the UTC days whose
    uniques are its own: none, mostly one."""

    label: str
    start_ms: int
    end_ms: int
    utc: Window


class Range(NamedTuple):
    """The local days from `first` to `last`, both included, up to `end_ms` at most, asked for at `now_ms`."""

    name: str
    zone: str
    first: int
    last: int
    now_ms: int
    end_ms: int

    @classmethod
    def of(cls, name: str, zone: str, first: int, last: int, now_ms: int) -> "Range":
        return cls(name, zone, first, last, now_ms, moment(last + 1, 0, zone))

    @property
    def first_ms(self) -> int:
        return moment(self.first, 0, self.zone)

    @property
    def days(self) -> int:
        return self.last - self.first + 1

    @property
    def runs(self) -> bool:
        """Whether there may be more scans yet."""
        return self.first_ms <= self.now_ms < self.end_ms

    @property
    def hourly(self) -> bool:
        """Whether it is shown by hours: one day is."""
        return self.days == 1

    @property
    def touched(self) -> Window:
        """The UTC days that any of its numbers is made of."""
        return Window(min(day_of(self.first_ms), self.utc.first), max(day_of(self.end_ms - 1), self.utc.last))

    @property
    def utc(self) -> Window:
        """The UTC days whose uniques and breakdowns are its own."""
        window = Window(_nearest(self.first_ms), _nearest(moment(self.last + 1, 0, self.zone)) - 1)
        if not self.runs:
            return window
        today = day_of(self.now_ms)
        return Window(day_of(self.first_ms) if self.hourly else min(window.first, today), today)

    @property
    def before(self) -> "Range":
        """What it is compared with."""
        earlier = Range.of(self.name, self.zone, self.first - self.days, self.first - 1, self.now_ms)
        if not self.runs:
            return earlier
        passed = -(-(self.now_ms + 1) // QUARTER_MS) * QUARTER_MS - self.first_ms
        return earlier._replace(end_ms=min(earlier.end_ms, earlier.first_ms + passed))

    @property
    def both(self) -> Window:
        """The UTC days to be read for it and for what it is compared with."""
        return Window(min(self.before.touched.first, self.touched.first), self.touched.last)

    def parts(self) -> list[Part]:
        """Its hours if it is one day, else its days, oldest first."""
        return self._hours() if self.hourly else self._days()

    def _hours(self) -> list[Part]:
        """They begin with the day, so in a zone whose clocks moved by half an hour the last one may be half."""
        starts = range(self.first_ms, moment(self.last + 1, 0, self.zone), HOUR_MS)
        ends = [*starts[1:], moment(self.last + 1, 0, self.zone)]
        return [Part(self._clock(a), a, b, Window(0, -1)) for a, b in zip(starts, ends, strict=True)]

    def _days(self) -> list[Part]:
        days = range(self.first, self.last + 1)
        starts = [moment(day, 0, self.zone) for day in (*days, self.last + 1)]
        utc = self.utc
        edges = [utc.first, *(min(max(_nearest(each), utc.first), utc.last + 1) for each in starts[1:-1]), utc.last + 1]
        return [
            Part(iso_day(day), *span, Window(*own))
            for day, span, own in zip(days, pairwise(starts), ((a, b - 1) for a, b in pairwise(edges)), strict=True)
        ]

    def _clock(self, ms: int) -> str:
        minutes = (ms + ahead_ms(ms, self.zone)) % DAY_MS // 60_000
        return f"{minutes // 60:02}:{minutes % 60:02}"


def asked(parameters: Mapping[str, str], zone: str, now_ms: int) -> Range:
    """The range that `range` names, or `from` and `to` for CUSTOM; DEFAULT for none. It ends with today at the latest.

    Raises InvalidRequest that names the parameter.
    """
    today = local_day(now_ms, check_zone(zone, "zone"))
    name = parameters.get("range") or DEFAULT
    if name not in RANGES:
        raise InvalidRequest.for_field("range", f"must be one of {', '.join(RANGES)}")
    first, last = _custom(parameters, today) if name == CUSTOM else _named(name, today)
    return Range.of(name, zone, first, last, now_ms)


def _named(name: str, today: int) -> tuple[int, int]:
    month = first_day(MONTH, today)
    firsts = {
        TODAY: (today, today),
        YESTERDAY: (today - 1, today - 1),
        **{name: (today - days + 1, today) for name, days in _LAST_DAYS.items()},
        THIS_MONTH: (month, today),
        LAST_MONTH: (first_day(MONTH, month - 1), month - 1),
        THIS_YEAR: (first_day(YEAR, today), today),
        TWELVE_MONTHS: (_eleven_months_before(month), today),
    }
    return firsts[name]


def _eleven_months_before(month: int) -> int:
    after = date_of(month).replace(day=28) + timedelta(days=4)
    return number_of(after.replace(year=after.year - 1, day=1))


def _custom(parameters: Mapping[str, str], today: int) -> tuple[int, int]:
    first, last = (parse_date(parameters.get(name, ""), name) for name in ("from", "to"))
    last = min(last, today)
    if first > last:
        raise InvalidRequest.for_field("from", "must not be after the other day, nor lie ahead")
    if last - first >= MOST_DAYS:
        raise InvalidRequest.for_field("from", f"must be less than {MOST_DAYS} days before the other day")
    return first, last


def _nearest(ms: int) -> int:
    """The UTC day that begins nearest to a moment."""
    return day_of(ms + DAY_MS // 2)
