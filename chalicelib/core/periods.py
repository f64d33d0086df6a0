"""Periods that are asked for by name, by dates, or in somebody's own time: which days, and which moments, they cover.

Days are whole numbers in UTC unless they are called local. An offset is in minutes as JavaScript's getTimezoneOffset()
gives it: what must be added to local time for UTC, so that the west is positive.
"""

from calendar import isleap, monthrange
from datetime import date
from typing import Final, NamedTuple

from chalicelib.core.days import DAY_MS, QUARTER_MS, date_of, day_of, iso_day, iso_time, number_of, parse_time
from chalicelib.core.windows import Window
from chalicelib.errors import InvalidRequest

HOUR: Final = "hour"
DAY: Final = "day"
WEEK: Final = "week"  # from Monday
MONTH: Final = "month"
YEAR: Final = "year"
PERIODS: Final = (DAY, WEEK, MONTH, YEAR)

DEFAULT_DAYS: Final = 30
ALL: Final = "all"
NAMED: Final = {"7d": 7, "30d": 30, "90d": 90}

MOST_OFFSET: Final = 840
_MINUTE_MS: Final = 60_000
# So that what lies around a date can be spelled too.
_DAYS: Final = range(number_of(date(1970, 1, 1)), number_of(date(9999, 1, 1)))
_TIMELINE: Final = {DAY: HOUR, YEAR: MONTH}


def first_day(unit: str, day: int) -> int:
    """The first day of the week, month or year that a day lies in; of a DAY, itself."""
    if unit == WEEK:
        return day - (day + 3) % 7  # 1970-01-01, day 0, was a Thursday
    if unit == MONTH:
        return number_of(date_of(day).replace(day=1))
    if unit == YEAR:
        return number_of(date_of(day).replace(month=1, day=1))
    return day


def following(unit: str, first: int) -> int:
    """The first day behind a day, week, month or year that begins with `first`."""
    if unit == MONTH:
        start = date_of(first)
        return first + monthrange(start.year, start.month)[1]
    if unit == YEAR:
        return first + 365 + isleap(date_of(first).year)
    return first + (7 if unit == WEEK else 1)


def parts(window: Window, unit: str) -> list[tuple[int, Window]]:
    """A window cut into days, weeks or months, oldest first: the first day of each, and its days in the window."""
    cut: list[tuple[int, Window]] = []
    day = window.first
    while day <= window.last:
        first = first_day(unit, day)
        after = following(unit, first)
        cut.append((first, Window(day, min(after - 1, window.last))))
        day = after
    return cut


def parse_date(text: str, field: str) -> int:
    """The UTC day of an ISO 8601 date or time, from 1970 to 9998. Raises InvalidRequest that names the field."""
    ms = parse_time(text)
    if ms is None or day_of(ms) not in _DAYS:
        raise InvalidRequest.for_field(field, "must be a date such as 2026-01-31")
    return day_of(ms)


def between(start: int | None, end: int | None, today: int, fields: tuple[str, str]) -> Window:
    """The days from a date to another, both included (the `qrcodes` API): 30 days with today if none is given.

    Without an end it is today, without a start there are 30 days up to the end. Raises InvalidRequest that names the
    first of `fields` when the start comes after the end.
    """
    last = today if end is None else end
    window = Window.ending(last, DEFAULT_DAYS) if start is None else Window(start, last)
    if window.first > window.last:
        raise InvalidRequest.for_field(fields[0], f"must not be after {fields[1] if end is not None else 'today'}")
    return window


def named(period: str, created_ms: int, now_ms: int, field: str = "period") -> Window:
    """The days of a `qpr` period: so many with today, or `all` from the day on which the code was made.

    Raises InvalidRequest for another name.
    """
    today = day_of(now_ms)
    if period == ALL:
        return Window(min(day_of(created_ms), today), today)
    if period not in NAMED:
        raise InvalidRequest.for_field(field, f"must be one of {', '.join([*NAMED, ALL])}")
    return Window.ending(today, NAMED[period])


class Counted(NamedTuple):
    """The days that were counted, and from when to when that is, to be shown."""

    window: Window
    since_ms: int
    until_ms: int


def widened(since_ms: int | None, until_ms: int | None, now_ms: int) -> Counted:
    """The whole days around two moments (the `qr` API), up to now at most. Without a `since` it is 30 days ago.

    Raises InvalidRequest when `since` is of a later day than `until`, or than today.
    """
    last = day_of(now_ms if until_ms is None else min(until_ms, now_ms))
    first = min(day_of(now_ms) - DEFAULT_DAYS, last) if since_ms is None else day_of(since_ms)
    if first > last:
        raise InvalidRequest.for_field("since", "must not be after until, nor lie ahead")
    window = Window(first, last)
    return Counted(window, window.first * DAY_MS, min((last + 1) * DAY_MS - 1, now_ms))


class Local(NamedTuple):
    """A day, week, month or year of somebody's own time: from a moment to just before another."""

    period: str
    first_ms: int
    end_ms: int
    offset: int

    @property
    def touched(self) -> Window:
        """The UTC days that have a part of it: those to be read."""
        return Window(day_of(self.first_ms), day_of(self.end_ms - 1))

    @property
    def begun(self) -> Window:
        """The UTC days that begin in it: those whose uniques and breakdowns are counted as its own."""
        return Window(-(-self.first_ms // DAY_MS), day_of(self.end_ms - 1))

    @property
    def timeline(self) -> str:
        """What its timeline is cut into: HOUR for a day, MONTH for a year, else DAY."""
        return _TIMELINE.get(self.period, DAY)

    def starts(self) -> list[int]:
        """When each part of its timeline begins, oldest first, in milliseconds."""
        if self.timeline == HOUR:
            return list(range(self.first_ms, self.end_ms, 4 * QUARTER_MS))
        days = Window(self._local_day(self.first_ms), self._local_day(self.end_ms - 1))
        return [_midnight(first, self.offset) for first, _ in parts(days, self.timeline)]

    def label(self, start_ms: int) -> str:
        """A part of its timeline: the date by its owner's clock, or when the hour begins, a time in UTC."""
        return iso_time(start_ms) if self.timeline == HOUR else iso_day(self._local_day(start_ms))

    def _local_day(self, ms: int) -> int:
        return local_day(ms, self.offset)


def containing(period: str, day: int, offset: int) -> Local:
    """The day, week, month or year around a local day, as it is where the offset holds."""
    first = first_day(period, day)
    return Local(period, _midnight(first, offset), _midnight(following(period, first), offset), offset)


def local_day(ms: int, offset: int) -> int:
    """The day that it is at a moment where the offset holds."""
    return day_of(ms - offset * _MINUTE_MS)


def checked_offset(minutes: int, field: str = "timezoneOffset") -> int:
    """An offset whose hours are made of whole quarters. Raises InvalidRequest that names the field."""
    if abs(minutes) > MOST_OFFSET or minutes % 15:
        problem = f"must be minutes, a multiple of 15 from -{MOST_OFFSET} to {MOST_OFFSET}"
        raise InvalidRequest.for_field(field, problem)
    return minutes


def _midnight(day: int, offset: int) -> int:
    return day * DAY_MS + offset * _MINUTE_MS
