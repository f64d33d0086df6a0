"""What a page of figures shows of a range, and of what the range is compared with.

Totals, the parts of the chart and the heat map are exact by local clocks. Unique visitors and addresses, bots and
rankings are those of whole UTC days (see `ranges`): so is what they are compared with, and while a single day runs they
are compared with nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core import heat
from chalicelib.core import rollups as r
from chalicelib.core.days import HOUR_MS, day_of, hour_of
from chalicelib.core.heat import Hours
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.ranges import Part, Range
from chalicelib.core.rankings import Ranking, ranking
from chalicelib.core.rollups import Rollup, table
from chalicelib.core.series import total_between
from chalicelib.core.windows import Days, uniques, within


@dataclass(frozen=True, slots=True)
class Compared:
    """A number, and the one of before; None where nothing is comparable."""

    now: float
    before: float | None = None

    @property
    def percent(self) -> int | None:
        """How much more it is, in percent of before; None if there is nothing before, or that was 0."""
        if not self.before:
            return None
        return round(100 * (self.now - self.before) / self.before)


@dataclass(frozen=True, slots=True)
class Point:
    """An hour or a day of the chart, by local clocks. Both are None where it is yet to come, the unique visitors also
    where nobody can tell them: of hours that do not begin with one of UTC, or in an organization's figures."""

    label: str
    total: int | None
    visitors: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All numbers of a range. `rankings` has one for each dimension that its scope counts.

    `before` are the scans of each hour or day before, as far as that goes. If `exact`, nobody is two of the visitors.
    `pending` scans are in no number; while `recounting`, stored scans are being judged again. `lifetime` and
    `lifetime_visitors` are of all time. Own tests are among the reasons of bots, not among the bots.
    """

    range: Range
    total: Compared
    visitors: Compared
    addresses: Compared
    per_day: Compared
    bots: Compared
    points: tuple[Point, ...]
    before: tuple[int, ...]
    hours: Hours
    rankings: dict[str, Ranking]
    bot_reasons: Ranking
    lifetime: int = 0
    lifetime_visitors: int = 0
    pending: int = 0
    recounting: bool = False
    exact: bool = True


def figures(
    days: Days,
    lifetime: Rollup,
    of: Range,
    dimensions: tuple[str, ...] = r.DIMENSIONS,
    pending: int = 0,
    recounting: bool = False,
    exact: bool = True,
) -> Figures:
    """What rollups come to: `days` are those of `of.both` at least. Without r.CITY among its dimensions a scope is an
    organization's, which keeps no visitors by the hour."""
    before, inside = of.before, within(days, of.utc, (r.BOTS, *dimensions))
    total = Compared(_total(days, of), _total(days, before))
    by_hour = r.CITY in dimensions
    return Figures(
        range=of,
        total=total,
        visitors=_by_utc_days(of, lambda each: uniques(days, each.utc, r.VISITORS)),
        addresses=_by_utc_days(of, lambda each: uniques(days, each.utc, r.ADDRESSES)),
        per_day=_per_day(total, of),
        bots=_by_utc_days(of, lambda each: _bots(within(days, each.utc, (r.BOTS,)))),
        points=tuple(_point(days, part, of, by_hour) for part in of.parts()),
        before=tuple(_within(days, part, before) for part in before.parts() if part.start_ms < before.end_ms),
        hours=heat.hours(days, of.first_ms, of.end_ms, of.zone),
        rankings={name: ranking(inside, name) for name in dimensions},
        bot_reasons=ranking(inside, r.BOTS),
        lifetime=r.amount(lifetime, r.TOTAL),
        lifetime_visitors=r.amount(lifetime, r.VISITORS),
        pending=pending,
        recounting=recounting,
        exact=exact,
    )


def _total(days: Days, of: Range) -> int:
    return total_between(days, of.first_ms, of.end_ms)


def _within(days: Days, part: Part, of: Range) -> int:
    return total_between(days, part.start_ms, min(part.end_ms, of.end_ms))


def _by_utc_days(of: Range, count: Callable[[Range], int]) -> Compared:
    return Compared(count(of), None if of.runs and of.hourly else count(of.before))


def _per_day(total: Compared, of: Range) -> Compared:
    return Compared(total.now / of.days, None if total.before is None else total.before / of.days)


def _bots(rollup: Rollup) -> int:
    return r.amount(rollup, r.BOTS) - table(rollup, r.BOTS).get(OWN_TEST, 0)


def _point(days: Days, part: Part, of: Range, by_hour: bool) -> Point:
    if part.start_ms > of.now_ms:
        return Point(part.label, None)
    total = total_between(days, part.start_ms, part.end_ms)
    if not of.hourly:
        return Point(part.label, total, uniques(days, part.utc, r.VISITORS))
    whole = part.start_ms % HOUR_MS == 0 and part.end_ms - part.start_ms == HOUR_MS
    return Point(part.label, total, _visitors_of_hour(days, part.start_ms) if by_hour and whole else None)


def _visitors_of_hour(days: Days, ms: int) -> int:
    return table(days.get(day_of(ms), {}), r.HOURLY_VISITORS).get(str(hour_of(ms)), 0)
