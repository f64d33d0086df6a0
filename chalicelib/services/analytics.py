"""Analytics: the rollups of a window, read after what is pending was folded."""

from dataclasses import dataclass

from chalicelib.core import rollups as r
from chalicelib.core import windows
from chalicelib.core.rollups import Rollup, link_scope
from chalicelib.core.windows import Days, Window
from chalicelib.services import counting
from chalicelib.store import rollups, spreads


@dataclass(frozen=True, slots=True)
class Report:
    """What one link's scans come to. `pending` scans could not be folded in time and are in no number.

    While `recounting`, stored scans are being judged again: some numbers are before it, others after it.
    """

    days: Days
    lifetime: Rollup
    pending: int
    recounting: bool = False

    @property
    def total(self) -> int:
        """Scans ever."""
        return r.amount(self.lifetime, r.TOTAL)

    def scans(self, window: Window) -> int:
        return r.amount(windows.within(self.days, window), r.TOTAL)


def link_report(organization: int, link: int, window: Window, now_ms: int) -> Report:
    """Fold what is pending of a link, then read its days in a window and its lifetime.

    Slots that are added while this runs hold only scans that came after it began. The lifetime is read last, so that
    a scan folded in between never shows in the window alone.
    """
    spread = spreads.of(organization, link)
    slots = range(spread.slots)
    pending = counting.settle_recent(organization, link, slots, now_ms)
    days = rollups.read_days(organization, link_scope(link), slots, window.first, window.last)
    lifetime = rollups.read_lifetime(organization, link_scope(link), slots)
    return Report(days, lifetime, pending, spread.recounting or is_recounting(organization, link))


def is_recounting(organization: int, link: int) -> bool:
    """Whether stored scans of a link are being judged again."""
    return spreads.of(organization, link).recounting
