"""What the days before a summary come to, by the clocks of its time zone.

Totals are exact, by quarter-hours, also of days that have 23 or 25 hours. Countries, referrers and bots are counted by
UTC days: those that begin within the last seven local ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from chalicelib.core import countries
from chalicelib.core import rollups as r
from chalicelib.core.days import DAY_MS, day_of
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.rollups import Rollup
from chalicelib.core.series import total_between
from chalicelib.core.windows import Days, Top, Window, tops, within
from chalicelib.core.zones import local_day, moment

WEEK: Final = 7

UNKNOWN: Final = "Unknown"
DIRECT: Final = "Direct"


class Fortnight(NamedTuple):
    """The 14 local days before the day `today`: `starts` has when each begins, oldest first, and when the last ends."""

    today: int
    starts: tuple[int, ...]

    @classmethod
    def before(cls, ms: int, zone: str) -> "Fortnight":
        """That before the day of a moment."""
        today = local_day(ms, zone)
        return cls(today, tuple(moment(day, 0, zone) for day in range(today - 2 * WEEK, today + 1)))

    @property
    def touched(self) -> Window:
        """The UTC days that have a part of it: those to be read."""
        return Window(day_of(self.starts[0]), day_of(self.starts[-1] - 1))

    @property
    def begun(self) -> Window:
        """The UTC days that begin within its last seven."""
        return Window(-(-self.starts[WEEK] // DAY_MS), day_of(self.starts[-1] - 1))


@dataclass(frozen=True, slots=True)
class Figures:
    """`days` are the scans of the last seven local days, oldest first, `before` those of the seven before together.

    `country` and `referrer` are the leading ones with their scans, None without any. `pending` scans are in no number;
    while `recounting`, stored scans are being judged again.
    """

    days: tuple[int, ...]
    before: int
    lifetime: int
    country: Top | None = None
    referrer: Top | None = None
    bots: int = 0
    pending: int = 0
    recounting: bool = False

    @property
    def yesterday(self) -> int:
        return self.days[-1]

    @property
    def week(self) -> int:
        return sum(self.days)


def figures(days: Days, lifetime: int, span: Fortnight, pending: int = 0, recounting: bool = False) -> Figures:
    """What the days of rollups come to; `lifetime` are the scans ever."""
    scans = _by_day(days, span.starts)
    inside = within(days, span.begun, (r.BOTS, r.COUNTRY, r.REFERRER))
    reasons = r.table(inside, r.BOTS)
    return Figures(
        days=tuple(scans[WEEK:]),
        before=sum(scans[:WEEK]),
        lifetime=lifetime,
        country=_leading(inside, r.COUNTRY, {**countries.NAMES, "": UNKNOWN}),
        referrer=_leading(inside, r.REFERRER, {"": DIRECT}),
        bots=sum(reasons.values()) - reasons.get(OWN_TEST, 0),
        pending=pending,
        recounting=recounting,
    )


def _by_day(days: Days, starts: Sequence[int]) -> list[int]:
    return [total_between(days, start, end) for start, end in pairwise(starts)]


def _leading(rollup: Rollup, name: str, words: Mapping[str, str]) -> Top | None:
    """The value with most scans. The remainder of a full table is nobody's name."""
    named = {words.get(value, value): n for value, n in r.table(rollup, name).items() if value != r.OTHER}
    return next(iter(tops(named, 1)), None)
