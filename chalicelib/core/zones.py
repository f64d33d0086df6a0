"""Time zones by their IANA names, and moments by the clocks in them.

The rules are those of the tzdata package, whatever the machine has: nothing but its files is read, once each.
"""

from datetime import UTC, datetime, time
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

from chalicelib.core.days import date_of, number_of
from chalicelib.errors import InvalidRequest

_PACKAGE: Final = "tzdata"
_FIELD: Final = "%Y-%m-%dT%H:%M"
_CONTINENTS: Final = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def check_zone(name: str, field: str = "time_zone") -> str:
    """The name itself. Raises InvalidRequest that names the field for one that is no time zone's."""
    if name not in _names():
        raise InvalidRequest.for_field(field, "must be an IANA time zone, such as Europe/London")
    return name


def local_day(ms: int, zone: str) -> int:
    """The day that it is in a zone at a moment."""
    return number_of(datetime.fromtimestamp(ms / 1000, _zone(zone)).date())


def moment(day: int, hour: int, zone: str) -> int:
    """When an hour of a local day begins, in milliseconds.

    One that comes twice begins the first time. One that is skipped begins when the clocks are put forward: `fold=0` has
    the offset of before (PEP 495). So midnight is always where the day begins.
    """
    local = datetime.combine(date_of(day), time(hour), _zone(zone))
    return int(local.astimezone(UTC).timestamp()) * 1000


def ahead_ms(ms: int, zone: str) -> int:
    """How far a zone's clocks are ahead of UTC at a moment, in milliseconds; west of it that is below zero."""
    offset = datetime.fromtimestamp(ms / 1000, _zone(zone)).utcoffset()
    return round(offset.total_seconds() * 1000) if offset else 0


def instant(text: str, zone: str, field: str) -> int:
    """The moment that a form's `2026-11-21T14:05` names by a zone's clocks, in milliseconds; `moment` says which, where
    it comes twice or never. Raises InvalidRequest that names the field."""
    try:
        local = datetime.strptime(text[:16], _FIELD).replace(tzinfo=_zone(zone))  # browsers may send seconds
        return int(local.astimezone(UTC).timestamp()) * 1000
    except (OverflowError, ValueError) as error:
        raise InvalidRequest.for_field(field, "must be a date and a time") from error


def wall_clock(ms: int, zone: str) -> str:
    """What a zone's clocks show at a moment, as forms take it: `2026-11-21T14:05`; at most the last minute of 9999."""
    try:
        return datetime.fromtimestamp(ms / 1000, _zone(zone)).strftime(_FIELD)
    except (OverflowError, ValueError):  # clocks that are ahead of UTC leave the calendar before it does
        return datetime.max.replace(tzinfo=UTC).strftime(_FIELD)


@cache
def choices() -> tuple[str, ...]:
    """The zones to choose from: UTC, and those that are named after a place, by name."""
    return ("UTC", *sorted(name for name in _names() if name.split("/")[0] in _CONTINENTS and "/" in name))


@cache
def _names() -> frozenset[str]:
    return frozenset(resources.files(_PACKAGE).joinpath("zones").read_text().split())


@cache
def _zone(name: str) -> ZoneInfo:
    with resources.files(_PACKAGE).joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, name)
