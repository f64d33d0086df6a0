"""Summaries: what an organization wants told in a Slack channel, about what, and when.

Every day on which one is due has exactly one moment for it, also where the clocks change (see `zones.moment`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from chalicelib.core.endpoints import ACTIVE, SLACK, Receiver, Secret
from chalicelib.core.events import QR_SCAN_THRESHOLD, URL_CLICK_THRESHOLD, Event
from chalicelib.core.zones import check_zone, local_day, moment
from chalicelib.errors import InvalidRequest

ORGANIZATION: Final = "organization"
LINK: Final = "link"
CAMPAIGN: Final = "campaign"
SCOPES: Final = (ORGANIZATION, LINK, CAMPAIGN)

DAILY: Final = "daily"
WEEKLY: Final = "weekly"
FREQUENCIES: Final = (DAILY, WEEKLY)

MONDAY: Final = 0
SUNDAY: Final = 6
LAST_HOUR: Final = 23

_HINTED_LETTERS: Final = 4
_THRESHOLDS: Final = (URL_CLICK_THRESHOLD, QR_SCAN_THRESHOLD)


class Schedule(NamedTuple):
    """When summaries are due: at an `hour` of the local day, of a weekly one on a `weekday`, 0 for Monday."""

    frequency: str = DAILY
    hour: int = 9
    weekday: int = MONDAY
    time_zone: str = "UTC"

    def next_after(self, ms: int) -> int:
        """The first moment after one at which a summary is due."""
        return min(due for due in self._around(ms) if due > ms)

    def last_at(self, ms: int) -> int:
        """The last moment, that one included, at which a summary was due."""
        return max(due for due in self._around(ms) if due <= ms)

    def _around(self, ms: int) -> Iterator[int]:
        """All moments of the days around one, a week and a day to either side."""
        today = local_day(ms, self.time_zone)
        for day in range(today - 8, today + 9):
            if self.frequency == DAILY or (day + 3) % 7 == self.weekday:  # 1970-01-01, day 0, was a Thursday
                yield moment(day, self.hour, self.time_zone)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where summaries go, about what, and when. Times are milliseconds.

    `of` is the number of the link or campaign that it is about, 0 for all of the organization. Its URL is a secret, the
    newest of `secrets`; `url_hint` is what of it may be shown. With `thresholds` it also hears which numbers of scans
    were reached. Of a disabled one `disabled_for` is the reason, in words. `base` is where short links start.
    """

    organization: int
    number: int
    scope: str
    of: int
    schedule: Schedule
    secrets: tuple[Secret, ...]
    url_hint: str
    base: str
    created_ms: int
    updated_ms: int
    name: str = ""
    thresholds: bool = False
    status: str = ACTIVE
    disabled_ms: int | None = None
    disabled_for: str = ""

    def wants(self, event: Event) -> bool:
        """Whether it is to be told of an event."""
        if not self.thresholds or event.type not in _THRESHOLDS:
            return False
        return self.scope == ORGANIZATION or self.of == (event.link if self.scope == LINK else event.campaign)

    def receiver(self) -> Receiver:
        return Receiver(self.organization, self.number, SLACK, "", self.status, self.secrets)


def hint(host: str, url: str) -> str:
    """What of a URL that is a secret may be shown: its host and how it ends."""
    return f"{host}/…{url[-_HINTED_LETTERS:]}"


def host_in(url_hint: str) -> str:
    """The host that a hint shows."""
    return url_hint.split("/")[0]


def check_schedule(schedule: Schedule) -> Schedule:
    """The schedule itself. Raises InvalidRequest that names the field which is wrong."""
    if schedule.frequency not in FREQUENCIES:
        raise InvalidRequest.for_field("frequency", f"must be one of {', '.join(FREQUENCIES)}")
    if schedule.hour not in range(LAST_HOUR + 1):
        raise InvalidRequest.for_field("hour", f"must be from 0 to {LAST_HOUR}")
    if schedule.weekday not in range(MONDAY, SUNDAY + 1):
        raise InvalidRequest.for_field("weekday", f"must be from {MONDAY} (Monday) to {SUNDAY} (Sunday)")
    check_zone(schedule.time_zone)
    return schedule
