"""Analytics: the rollups of a window, read after what is pending was folded.

Slots that are added while a report is made hold only scans that came after it began. The lifetime is read last, so that
a scan folded in between never shows in the window alone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from chalicelib.core import rollups as r
from chalicelib.core import slots as spread
from chalicelib.core import windows
from chalicelib.core.rollups import LIFETIME, ORGANIZATION_SCOPE, Rollup, RollupKey, link_scope, marker_scope
from chalicelib.core.slots import Spread
from chalicelib.core.windows import Days, Window
from chalicelib.services import counting
from chalicelib.store import census, rollups, spreads
from chalicelib.store.rollups import Seen

Of = TypeVar("Of")

# A query for each slot finds what is pending at once; of more, the index is asked, which lags a little.
FEW_SLOTS: Final = 50


@dataclass(frozen=True, slots=True)
class Report:
    """What the scans of a link, a QR code, several links or an organization come to.

    `pending` scans could not be folded in time and are in no number. While `recounting`, stored scans are being judged
    again: some numbers are before it, others after it.
    """

    days: Days
    lifetime: Rollup
    pending: int
    recounting: bool = False

    @property
    def total(self) -> int:
        """Scans ever."""
        return r.amount(self.lifetime, r.TOTAL)

    @property
    def visitors(self) -> int:
        """Unique visitors ever; of several links, added up."""
        return r.amount(self.lifetime, r.VISITORS)

    def scans(self, window: Window) -> int:
        return windows.total(self.days, window, r.TOTAL)


def link_report(
    organization: int,
    link: int,
    window: Window,
    now_ms: int,
    known: Spread | None = None,
    tables: Collection[str] | None = None,
) -> Report:
    """Fold what is pending of a link, then read its days in a window, or NO_DAYS, and its lifetime. Raises Unavailable.

    `known` is how its scans are spread, of whoever has read that for this report; `tables` are those that are wanted of
    its days.
    """
    return _report(organization, link, link_scope(link), window, now_ms, known, tables)


def scope_report(organization: int, link: int, ordinal: int, window: Window, now_ms: int) -> Report:
    """As `link_report`, of the scans that came by one of the link's QR codes, from 1 on. Raises Unavailable."""
    return _report(organization, link, marker_scope(link, ordinal), window, now_ms)


def links_report(
    organization: int, links: Collection[int], window: Window, now_ms: int, seen: Seen | None = None
) -> Report:
    """As `link_report`, the sum of several links: a campaign's, a client's. Raises Unavailable.

    Whoever scanned two of them cannot be told from two people: the histograms of visitors and addresses, and what is
    made of them by `windows.uniques`, count each link's visitors for themselves. All other tables are exact. What is
    pending of many links is found through the index. `seen` is told of each link's scope, a slot at a time.
    """
    known = census.spreads(organization)
    slots = [(link, slot) for link in sorted(set(links)) for slot in range(known.get(link, Spread()).slots)]
    if len(slots) > FEW_SLOTS:
        homes = spread.homes(spreads.most_slots(organization))
        pending = counting.settle_recent_of_all(organization, homes, now_ms)
    else:
        pending = counting.settle_recent_of_links(organization, slots, now_ms)
    scopes = [(link_scope(link), slot) for link, slot in slots]
    days = rollups.read_days_of(organization, scopes, window.first, window.last, seen)
    lifetime = r.merged(rollups.read_many(_lifetime_keys(organization, scopes)).values())
    after = census.spreads(organization)
    recounting = any(each[link].recounting for each in (known, after) for link in each.keys() & set(links))
    return Report(days, lifetime, pending, recounting)


def organization_report(organization: int, window: Window, now_ms: int) -> Report:
    """As `link_report`, of all links together; what is pending is found through an index, and lags by its lag.

    Raises Unavailable.
    """
    before = _is_any_recounting(organization)
    homes = spread.homes(spreads.most_slots(organization))
    pending = counting.settle_recent_of_all(organization, homes, now_ms)
    days = rollups.read_days(organization, ORGANIZATION_SCOPE, homes, window.first, window.last)
    lifetime = rollups.read_lifetime(organization, ORGANIZATION_SCOPE, homes)
    return Report(days, lifetime, pending, before or _is_any_recounting(organization))


def lifetimes(organization: int, links: Collection[int]) -> dict[int, Rollup]:
    """The lifetimes of many links, as they are counted now: for lists. Raises Unavailable."""
    return _lifetimes(organization, {link: (link, link_scope(link)) for link in links})


def marked_lifetimes(organization: int, codes: Collection[tuple[int, int]]) -> dict[tuple[int, int], Rollup]:
    """As `lifetimes`, of QR codes, given as (link, ordinal). Raises Unavailable."""
    return _lifetimes(organization, {code: (code[0], marker_scope(*code)) for code in codes})


def is_recounting(organization: int, link: int) -> bool:
    """Whether stored scans of a link are being judged again."""
    return spreads.of(organization, link).recounting


def _report(
    organization: int,
    link: int,
    scope: str,
    window: Window,
    now_ms: int,
    known: Spread | None = None,
    tables: Collection[str] | None = None,
) -> Report:
    known = known or spreads.of(organization, link)
    slots = range(known.slots)
    pending = counting.settle_recent(organization, link, slots, now_ms)
    days = rollups.read_days(organization, scope, slots, *window, tables) if window.days else {}
    lifetime, after = spreads.with_lifetime(organization, link, scope, slots)
    return Report(days, lifetime, pending, known.recounting or after.recounting)


def _lifetimes(organization: int, scopes: Mapping[Of, tuple[int, str]]) -> dict[Of, Rollup]:
    """The lifetimes of scopes, each given with its link."""
    slots = census.slots(organization) if scopes else {}
    keys = {
        of: _lifetime_keys(organization, [(scope, slot) for slot in range(slots.get(link, 1))])
        for of, (link, scope) in scopes.items()
    }
    held = rollups.read_many([key for mine in keys.values() for key in mine])
    return {of: r.merged(held[key] for key in mine) for of, mine in keys.items()}


def _lifetime_keys(organization: int, places: Collection[tuple[str, int]]) -> list[RollupKey]:
    return [RollupKey(organization, scope, slot, LIFETIME) for scope, slot in places]


def _is_any_recounting(organization: int) -> bool:
    return any(known.recounting for known in census.spreads(organization).values())
