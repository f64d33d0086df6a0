"""What is known about the recounts of an organization: how far one came, and what it found."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from chalicelib.core.rollups import Table, merged
from chalicelib.core.visitors import KEPT_DAYS

EXPIRED: Final = "expired"


@dataclass(frozen=True, slots=True)
class Drift:
    """Rollups and visitor items that were not as the scans say, and the scans by which those rollups were off."""

    rollups: int = 0
    visitors: int = 0
    scans: int = 0

    def __add__(self, other: "Drift") -> "Drift":
        return Drift(self.rollups + other.rollups, self.visitors + other.visitors, self.scans + other.scans)

    @property
    def items(self) -> int:
        return self.rollups + self.visitors


@dataclass(frozen=True, slots=True)
class Sample:
    """The organization's histograms of a day, as far as the links that were checked tell.

    `versions` are those of the organization's rollups, by home, before the first link was checked. `tables` and
    `unsure` are as `core.mending.Uniques` has them. It is not `complete` when a link could not be checked.
    """

    versions: Mapping[str, int | None] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    unsure: Mapping[str, Table] = field(default_factory=dict)
    complete: bool = True

    def adding(self, tables: Mapping[str, Table], unsure: Mapping[str, Table]) -> "Sample":
        return replace(self, tables=merged([self.tables, tables]), unsure=merged([self.unsure, unsure]))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the recount of a day came. It goes through the links in the order of their numbers.

    `after` is the last link that was checked; `repaired` what was put right, in earlier checks of this day as well;
    `left` what could not be; `followed` the days whose histograms name this day anew; `checks` how often this day was
    checked before; `passes` how often this check began again, and `begun` whether this pass did.
    """

    after: int = 0
    links: int = 0
    scans: int = 0
    unchecked: int = 0
    repaired: Drift = Drift()
    left: Drift = Drift()
    followed: tuple[int, ...] = ()
    sample: Sample = Sample()
    begun: bool = False
    passes: int = 0
    checks: int = 0

    def again(self) -> "Progress":
        """The same recount from the first link."""
        return Progress(repaired=self.repaired, followed=self.followed, passes=self.passes + 1, checks=self.checks)

    def following(self, days: set[int]) -> "Progress":
        return replace(self, followed=tuple(sorted({*self.followed, *days})))

    def dumps(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def loads(cls, text: str) -> "Progress":
        stored: dict[str, Any] = json.loads(text)
        return cls(
            **{
                **stored,
                "repaired": Drift(**stored["repaired"]),
                "left": Drift(**stored["left"]),
                "followed": tuple(stored["followed"]),
                "sample": Sample(**stored["sample"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What the last recount of a day came to; `repaired` is of all recounts of that day, `checks` of them.

    `left` is what could not be repaired, `unchecked` the links (and the organization as a whole) whose numbers changed
    faster than they could be compared, or were too many. `skipped` is why nothing was checked, '' when it was.
    `poison` is how many scans were set aside, and `oldest_pending_ms` the time of the oldest scan that waited to be
    counted, when the report was made.
    """

    day: int
    checked_ms: int
    links: int = 0
    scans: int = 0
    repaired: Drift = Drift()
    left: Drift = Drift()
    unchecked: int = 0
    skipped: str = ""
    poison: int = 0
    oldest_pending_ms: int | None = None
    checks: int = 1

    @property
    def drift(self) -> Drift:
        """All that was not as the scans say."""
        return self.repaired + self.left


def is_checkable(day: int, today: int, least_kept_days: int | None) -> bool:
    """Whether all that a day was counted from is there: no scan of it, and no visitor's entry, can have expired."""
    if day <= today - KEPT_DAYS:
        return False
    return least_kept_days is None or day + least_kept_days > today + 1


def horizon(today: int) -> int:
    """The first day that visitors are sure to remember, if they were seen up to tomorrow (clocks differ)."""
    return today + 1 - KEPT_DAYS
