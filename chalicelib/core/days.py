"""UTC days as whole numbers: days since 1970-01-01. Times are milliseconds since then."""

from datetime import UTC, date, datetime, timedelta

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
QUARTER_MS = HOUR_MS // 4

LAST_MS = 253_402_300_799_999  # the end of the year 9999: nothing later can be written as a date

_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(ms: int) -> int:
    """The UTC day that contains a time."""
    return ms // DAY_MS


def hour_of(ms: int) -> int:
    """The UTC hour of the day, 0 to 23."""
    return ms % DAY_MS // HOUR_MS


def quarter_of(ms: int) -> int:
    """The quarter-hour of the UTC day, 0 to 95."""
    return ms % DAY_MS // QUARTER_MS


def date_of(day: int) -> date:
    return date.fromordinal(day + _EPOCH)


def number_of(moment: date) -> int:
    """The day of a date."""
    return moment.toordinal() - _EPOCH


def iso_day(day: int) -> str:
    """`YYYY-MM-DD`."""
    return date_of(day).isoformat()


def parse_day(text: str) -> int:
    """The day that `YYYY-MM-DD` names. Raises ValueError."""
    return number_of(date.fromisoformat(text))


def month_of(ms: int) -> str:
    """`YYYYMM` of a time; scan partitions are cut by it."""
    return iso_day(day_of(ms)).replace("-", "")[:6]


def next_month_ms(ms: int) -> int:
    """When the month after that of a time begins."""
    first = date_of(day_of(ms)).replace(day=1)
    return number_of((first + timedelta(days=31)).replace(day=1)) * DAY_MS


def months_between(first_ms: int, last_ms: int) -> list[str]:
    """Every `YYYYMM` from the month of one time to that of another, oldest first."""
    year, month = int(month_of(first_ms)[:4]), int(month_of(first_ms)[4:])
    last = month_of(last_ms)
    months: list[str] = []
    while (current := f"{year:04}{month:02}") <= last:
        months.append(current)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return months


def iso_time(ms: int) -> str:
    """A time in UTC with whole seconds and `Z`, as every API shows it."""
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat().replace("+00:00", "Z")


def iso_time_if_any(ms: int | None) -> str | None:
    return None if ms is None else iso_time(ms)


def parse_time(text: str) -> int | None:
    """Milliseconds of an ISO 8601 date or time (without an offset: UTC); None when it is neither.

    None as well for what lies outside the years 1 to 9999 in UTC, because `iso_time` could not show it.
    """
    try:
        moment = datetime.fromisoformat(text)
        aware = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
    return (aware - _EPOCH_TIME) // timedelta(milliseconds=1)
