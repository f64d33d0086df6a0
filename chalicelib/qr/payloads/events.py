"""Events for a phone's calendar: RFC 5545's VEVENT, as readers of QR codes want it.

It stands alone. RFC 5545 puts it into a VCALENDAR with VERSION and PRODID, and gives it a UID and a DTSTAMP, but that
is of a file. ZXing looks for `BEGIN:VEVENT`, and that is how its page of formats has it; iPhones have refused the
wrapped form, and some scanners know the bare one alone; those that take both gain nothing by 100 bytes more. Nor are
lines folded at 75 bytes (section 3.1 says "should"): it only makes the symbol larger.
"""

import re
from datetime import date
from typing import Final, NamedTuple

from chalicelib.core.days import DAY_MS, iso_day, iso_time, number_of, parse_time
from chalicelib.qr.payloads import addresses
from chalicelib.qr.payloads.entered import Fields, given, is_given, optional, required, wrong

_MINUTE_MS: Final = 60_000
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W|(?:(?P<days>\d{1,5})D)?(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?)?)"
)
_UNITS_MS: Final = {"weeks": 7 * DAY_MS, "days": DAY_MS, "hours": 60 * _MINUTE_MS, "minutes": _MINUTE_MS}
_MOMENT: Final = "must be a date such as 2026-01-31, or an ISO 8601 time such as 2026-01-31T19:00:00+01:00"


class _Moment(NamedTuple):
    """A time in whole seconds, as milliseconds, or with `whole_day` the UTC day that begins then."""

    ms: int
    whole_day: bool

    def line(self, name: str) -> str:
        """RFC 5545, sections 3.3.4 and 3.3.5. Raises ValueError beyond the year 9999.

        Times are in UTC, so that nothing need be said of a time zone; phones show them in their own.
        """
        if self.whole_day:
            return f"{name};VALUE=DATE:{iso_day(self.ms // DAY_MS).replace('-', '')}"
        return f"{name}:{re.sub('[-:]', '', iso_time(self.ms))}"


def event(fields: Fields) -> str:
    """`start` and `end` are times, or dates for whole days, the last one included; a `duration` may stand for an end.

    Raises InvalidRequest.
    """
    start = _moment(fields, "start")
    texts = {name: optional(fields, name) for name in ("location", "description")}
    lines = [
        "BEGIN:VEVENT",
        f"SUMMARY:{_escaped(required(fields, 'title'))}",
        start.line("DTSTART"),
        *_end(fields, start),
        *(f"{name.upper()}:{_escaped(text)}" for name, text in texts.items() if text),
        *([f"URL:{addresses.url(fields)}"] if is_given(fields, "url") else []),  # a URI has no escapes (3.3.13)
        "END:VEVENT",
        "",
    ]
    return "\r\n".join(lines)


def _moment(fields: Fields, name: str) -> _Moment:
    text = required(fields, name).strip()
    try:
        return _Moment(number_of(date.fromisoformat(text)) * DAY_MS, whole_day=True)
    except ValueError:
        ms = parse_time(text)
    if ms is None:
        raise wrong(name, _MOMENT)
    return _Moment(ms // 1000 * 1000, whole_day=False)


def _end(fields: Fields, start: _Moment) -> list[str]:
    """The line of the end. Without one an event ends as it starts, or with its day (section 3.6.1)."""
    by_end, by_duration = (is_given(fields, name) for name in ("end", "duration"))
    if by_end and by_duration:
        raise wrong("duration", "must not be given together with end")
    if not (by_end or by_duration):
        return []
    name, end = ("end", _last(fields, start)) if by_end else ("duration", _later(fields, start))
    try:
        return [end.line("DTEND")]
    except ValueError as error:
        raise wrong(name, "must end before the year 10000") from error


def _last(fields: Fields, start: _Moment) -> _Moment:
    """DTEND is the first that is not in it: of whole days the day behind the last one."""
    end = _moment(fields, "end")
    if end.whole_day != start.whole_day:
        raise wrong("end", f"must be a {'date' if start.whole_day else 'time'}, as start is")
    end = _Moment(end.ms + DAY_MS, whole_day=True) if end.whole_day else end
    if end.ms <= start.ms:
        raise wrong("end", "must not be before start" if start.whole_day else "must be after start")
    return end


def _later(fields: Fields, start: _Moment) -> _Moment:
    lasts = _duration(given(fields, "duration"))
    if start.whole_day and lasts % DAY_MS:
        raise wrong("duration", "must be whole days, such as P2D, as start is a date")
    return _Moment(start.ms + lasts, start.whole_day)


def _duration(value: object) -> int:
    """Milliseconds of a whole number of minutes, or of an ISO 8601 duration."""
    text = f"PT{value}M" if isinstance(value, int) and not isinstance(value, bool) else value
    found = _DURATION.fullmatch(text) if isinstance(text, str) and text.isascii() else None
    lasts = sum(int(amount) * _UNITS_MS[unit] for unit, amount in found.groupdict("0").items()) if found else 0
    if lasts == 0:
        raise wrong("duration", "must be a number of minutes, or an ISO 8601 duration such as PT1H30M")
    return lasts


def _escaped(text: str) -> str:
    """RFC 5545, section 3.3.11."""
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")
